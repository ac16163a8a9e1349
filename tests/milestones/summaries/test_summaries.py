"""Who proposes a text for COAC, who clears it, and when do they read it?"""

import pytest

from esc_tracker import clock
from esc_tracker.journal.models import Entry, Release
from esc_tracker.reader import reader_for
from milestones.models import Milestone, SharedSummary
from milestones.refusals import Incomplete, NotAllowed
from milestones.summaries import Overtaken, clear, propose
from tests.milestones.telling import give, in_september, milestone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan")]


def verbs() -> list[str]:
    return list(Entry.objects.order_by("number").values_list("verb", flat=True))


def seen_by(user, as_of: str = "") -> str:
    """Return the shared text that a person reads about 4.3."""
    return Milestone.objects.visible_to(reader_for(user, as_of)).coded("4.3").get().summary


def release(day: int, by) -> None:
    """Open the record to COAC up to the start of a day of September."""
    Release.objects.create(
        week=f"2020-W{day}", version=1, as_of=in_september(day, 0), cleared_by="Counsel", released_at=clock.now(),
        released_by=by,
    )  # fmt: skip


# --- Proposing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["ice", "plcy"])
def test_agency_that_answers_for_it_and_plcy_propose(who, request):
    user = request.getfixturevalue(who)

    summary = propose(milestone("4.3"), by=user, text=" Training goes on. ")

    assert (summary.text, summary.agency_id, summary.by) == ("Training goes on.", user.agency_id, user)
    assert (summary.cleared_at, summary.cleared_by) == (None, None)
    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.about, entry.recorded_at) == ("milestones.propose_summary", "4.3", summary.recorded_at)
    assert entry.after == {"summary": summary.pk, "text": "Training goes on."}


ONLY = "Only PLCY and the agencies that answer for this milestone propose a text. You are signed in for {}."
READS = "Your role reads the record and does not change it."


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("cbp", ONLY.format("CBP")),
        ("uspto", ONLY.format("USPTO")),
        ("reader", READS),
        ("coac", READS),
        ("admin_user", READS),
    ],
)
def test_nobody_else_proposes(who, sentence, request, plcy):
    give("4.3", "USPTO", by=plcy, part="supporting")
    user = request.getfixturevalue(who)
    before = verbs()

    with pytest.raises(NotAllowed, match=sentence):
        propose(milestone("4.3"), by=user, text="Training goes on.")

    assert (SharedSummary.objects.count(), verbs()) == (0, before)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write the text that COAC may read."),
        ("x" * 501, "This is 501 characters long; 500 fit."),
        ("a\x07b", "This text contains characters that cannot be kept. Please type it again."),
    ],
)
def test_bad_text_is_refused_in_words(text, sentence, ice):
    with pytest.raises(Incomplete) as refused:
        propose(milestone("4.3"), by=ice, text=text)

    assert refused.value.problems == {"text": sentence}
    assert not SharedSummary.objects.exists()


def test_same_text_proposed_twice_is_one(ice, plcy):
    first = propose(milestone("4.3"), by=ice, text="Training goes on.")

    again = propose(milestone("4.3"), by=ice, text="Training goes on. ")
    cleared = clear(first, by=plcy)
    after_clearing = propose(milestone("4.3"), by=plcy, text="Training goes on.")

    assert again == cleared == after_clearing == first
    assert verbs().count("milestones.propose_summary") == SharedSummary.objects.count() == 1


# --- Clearing --------------------------------------------------------------------------------------------------------


def test_plcy_clears_exactly_this_text(ice, plcy):
    summary = propose(milestone("4.3"), by=ice, text="Training goes on.")

    cleared = clear(summary, by=plcy)

    assert (cleared.text, cleared.cleared_by) == ("Training goes on.", plcy)
    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.about, entry.recorded_at) == ("milestones.clear_summary", "4.3", cleared.cleared_at)
    assert entry.after == {"summary": summary.pk, "text": "Training goes on."}


def test_plcy_may_clear_what_they_proposed(plcy):
    assert clear(propose(milestone("8.1"), by=plcy, text="Talks go on."), by=plcy).cleared_by == plcy


@pytest.mark.parametrize("who", ["ice", "cbp", "reader", "coac", "admin_user"])
def test_nobody_else_clears(who, request, ice):
    summary = propose(milestone("4.3"), by=ice, text="Training goes on.")

    with pytest.raises(NotAllowed, match="Only PLCY, the chair's office, clears a text for COAC"):
        clear(summary, by=request.getfixturevalue(who))

    summary.refresh_from_db()
    assert summary.cleared_at is None
    assert verbs()[-1] == "milestones.propose_summary"


def test_text_is_cleared_once_and_the_second_is_told(ice, plcy, plcy2):
    summary = propose(milestone("4.3"), by=ice, text="Training goes on.")
    first = clear(summary, by=plcy)

    again = clear(summary, by=plcy)
    with pytest.raises(NotAllowed, match=r"PLCY cleared this text meanwhile\."):
        clear(summary, by=plcy2)

    summary.refresh_from_db()
    assert (again.cleared_at, summary.cleared_at, summary.cleared_by) == (first.cleared_at, first.cleared_at, plcy)
    assert verbs().count("milestones.clear_summary") == 1


def test_text_is_not_cleared_once_another_was_proposed(ice, plcy):
    seen = propose(milestone("4.3"), by=ice, text="Training goes on.")
    propose(milestone("4.3"), by=ice, text="Training ended.")

    with pytest.raises(Overtaken, match="Another text was proposed since you opened this page; nothing was cleared"):
        clear(seen, by=plcy)

    assert not SharedSummary.objects.exclude(cleared_at=None).exists()
    assert "milestones.clear_summary" not in verbs()


# --- When who reads it -----------------------------------------------------------------------------------------------


def test_committee_reads_a_text_once_cleared_and_the_last_cleared_one(ice, plcy, reader):
    with clock.at(in_september(2)):
        first = propose(milestone("4.3"), by=ice, text="Training goes on.")
    with clock.at(in_september(3)):
        clear(first, by=plcy)
    with clock.at(in_september(4)):
        second = propose(milestone("4.3"), by=ice, text="Training ended.")
    with clock.at(in_september(5)):
        clear(second, by=plcy)

    days = ("2020-09-02", "2020-09-03", "2020-09-04", "2020-09-05", "")
    assert [seen_by(reader, day) for day in days] == [
        "", "Training goes on.", "Training goes on.", "Training ended.", "Training ended.",
    ]  # fmt: skip


def test_coac_reads_a_cleared_text_only_from_the_next_release_and_never_a_proposed_one(ice, plcy, coac):
    with clock.at(in_september(2)):
        summary = propose(milestone("4.3"), by=ice, text="Training goes on.")
    with clock.at(in_september(5)):
        release(5, plcy)
        proposed = seen_by(coac)
    with clock.at(in_september(8)):
        clear(summary, by=plcy)
        cleared = seen_by(coac)
    with clock.at(in_september(10)):
        propose(milestone("4.3"), by=ice, text="Training ended.")
        release(10, plcy)

    assert (proposed, cleared, seen_by(coac)) == ("", "", "Training goes on.")
