"""Is a draft shared inside the desk that writes it, and does nobody overwrite a colleague?"""

import pytest

from esc_tracker.journal.models import Entry
from milestones.checkin.drafts import DraftMoved, drafts_of, drop_draft, save_draft
from milestones.models import DraftRow
from milestones.refusals import Incomplete, NotAllowed
from tests.milestones.checkin.sitting import agency, drafted
from tests.milestones.telling import milestone

pytestmark = pytest.mark.django_db


def save(by, text: str, revision: int = 0, code: str = "3.2", whose: str = "CBP") -> DraftRow:
    fields = {"choice": "update", "statement": text}
    row = milestone(code)
    return save_draft(row, agency(whose), by=by, fields=fields, seen_version=row.version, seen_revision=revision)


def test_a_draft_is_kept_as_typed_and_is_not_on_the_record(cbp):
    entries = Entry.objects.count()

    kept = save(cbp, "Half a sen")

    assert kept.fields == {"choice": "update", "statement": "Half a sen"}
    assert (kept.seen_version, kept.revision, kept.saved_by) == (0, 1, cbp)
    assert Entry.objects.count() == entries
    assert milestone("3.2").version == 0


def test_a_colleague_goes_on_with_it(cbp, chris):
    save(cbp, "Half a sen")

    kept = save(chris, "Half a sentence.", revision=1)

    assert (kept.revision, kept.saved_by) == (2, chris)
    assert drafts_of("CBP", cbp)[milestone("3.2").pk].fields["statement"] == "Half a sentence."


@pytest.mark.parametrize("revision", [0, 1], ids=["both begin it", "both go on with it"])
def test_the_second_of_two_is_told_what_the_first_wrote(cbp, chris, revision):
    if revision:
        save(cbp, "Begun.")
    save(cbp, "Mine.", revision=revision)

    with pytest.raises(DraftMoved) as told:
        save(chris, "Theirs.", revision=revision)

    assert (told.value.draft.fields["statement"], told.value.draft.saved_by) == ("Mine.", cbp)
    assert drafts_of("CBP", chris)[milestone("3.2").pk].fields["statement"] == "Mine."


def test_the_same_draft_twice_is_saved_once(cbp, chris):
    save(cbp, "Mine.")
    save(cbp, "Mine.")
    save(chris, "Mine.", revision=1)

    assert drafted() == [("3.2", "cbp@esc.example", 1)]


def test_a_draft_that_was_let_go_meanwhile_is_told(cbp, chris):
    save(cbp, "Mine.")
    drop_draft(milestone("3.2"), "CBP", by=cbp, seen_revision=1)

    with pytest.raises(DraftMoved) as told:
        save(chris, "Theirs.", revision=1)

    assert told.value.draft is None
    assert drafted() == []


def test_what_a_colleague_wrote_since_is_not_let_go(cbp, chris):
    save(cbp, "Mine.")
    save(chris, "Theirs.", revision=1)

    drop_draft(milestone("3.2"), "CBP", by=cbp, seen_revision=1)

    assert drafted() == [("3.2", "chris@cbp.example", 2)]


def test_the_agency_and_plcy_do_not_see_each_others_drafts(cbp, plcy):
    save(cbp, "Ours.")
    save(plcy, "From their mail.")

    assert [draft.fields["statement"] for draft in drafts_of("CBP", cbp).values()] == ["Ours."]
    assert [draft.fields["statement"] for draft in drafts_of("CBP", plcy).values()] == ["From their mail."]
    assert len(drafted()) == 2


@pytest.mark.parametrize("who", ["ice", "reader", "coac"])
def test_nobody_else_drafts_for_an_agency(request, who):
    with pytest.raises(NotAllowed):
        save(request.getfixturevalue(who), "Theirs.")

    assert drafted() == []


@pytest.mark.parametrize("text", ["x" * 2001, "a\x00b"], ids=["endless", "NUL"])
def test_a_draft_that_cannot_be_kept_is_refused_by_field(cbp, text):
    with pytest.raises(Incomplete) as told:
        save(cbp, text)

    assert list(told.value.problems) == ["statement"]
    assert drafted() == []
