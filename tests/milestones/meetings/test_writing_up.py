"""Is what a meeting concluded, and who owes what after it, kept once and answered once?"""

from datetime import date

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.models import Entry
from milestones.meetings.conclusions import conclude
from milestones.meetings.due_outs import answer_due_out, due_outs_known, is_answered, open_due_outs, owe, owner_of
from milestones.models import DueOut
from milestones.refusals import Incomplete, NotAllowed
from tests.milestones.meetings.telling import meet, owed, record
from tests.milestones.telling import in_september, milestone


@pytest.fixture
def held(plan, plcy):
    """The meeting of September 10."""
    return meet(10, plcy)


def test_a_conclusion_is_kept_once(held, plcy, plcy2):
    said = conclude(held, by=plcy, text=" The ESC wants a list of ports. ")
    before = record()

    assert (said.text, said.by) == ("The ESC wants a list of ports.", plcy)
    assert conclude(held, by=plcy2, text="The ESC wants a list of ports.") == said
    assert record() == before
    assert Entry.objects.last().after == {"text": "The ESC wants a list of ports."}


@pytest.mark.parametrize("text", ["", " \n", "x" * 501, "NUL \x00"])
def test_a_conclusion_that_cannot_be_kept_is_refused(held, plcy, text):
    before = record()

    with pytest.raises(Incomplete) as refused:
        conclude(held, by=plcy, text=text)

    assert list(refused.value.problems) == ["text"]
    assert record() == before


def test_nothing_comes_out_of_a_meeting_that_was_not_held_yet(plan, plcy):
    planned = meet(17, plcy)
    before = record()

    with pytest.raises(NotAllowed, match="has not been held yet"):
        conclude(planned, by=plcy, text="Agreed.")
    with pytest.raises(NotAllowed, match="has not been held yet"):
        owed(planned, plcy)

    assert record() == before


@pytest.mark.parametrize("who", ["cbp", "reader", "coac", "admin_user"])
def test_only_the_chairs_office_writes_a_meeting_up(held, request, who):
    other = request.getfixturevalue(who)
    before = record()

    with pytest.raises(NotAllowed, match="Only PLCY"):
        conclude(held, by=other, text="Agreed.")
    with pytest.raises(NotAllowed, match="Only PLCY"):
        owed(held, other)

    assert record() == before


def test_a_due_out_is_owed_by_an_agency_or_a_person_once(held, plcy):
    ports = owed(held, plcy, milestone=milestone("3.1"))
    brief = owe(held, by=plcy, text="Brief the Secretary.", person=" Dana Reyes ", due_on=date(2020, 9, 10))
    before = record()

    assert (owner_of(ports), ports.milestone.code, owner_of(brief)) == ("CBP", "3.1", "Dana Reyes")
    assert owed(held, plcy, milestone=milestone("3.1")) == ports
    assert record() == before
    assert Entry.objects.order_by("-number")[1].after == {
        "due_out": ports.pk,
        "text": "A list of ports.",
        "owner": "CBP",
        "due_on": "2020-09-21",
        "milestone": "3.1",
    }


@pytest.mark.parametrize(
    ("more", "field"),
    [
        pytest.param({"text": " "}, "text", id="no text"),
        pytest.param({"text": "x" * 501}, "text", id="long text"),
        pytest.param({"text": "NUL \x00"}, "text", id="unprintable text"),
        pytest.param({"agency": None}, "agency", id="nobody"),
        pytest.param({"person": "Dana Reyes"}, "person", id="two owners"),
        pytest.param({"agency": None, "person": "x" * 121}, "person", id="long name"),
        pytest.param({"due_on": date(2020, 9, 9)}, "due_on", id="before the meeting"),
        pytest.param({"due_on": date(2101, 1, 1)}, "due_on", id="after 2100"),
    ],
)
def test_a_due_out_that_cannot_be_is_refused_in_words(held, plcy, more, field):
    before = record()
    said = {"text": "A list.", "agency": Agency.objects.get(pk="CBP"), "due_on": date(2020, 9, 21)}

    with pytest.raises(Incomplete) as refused:
        owe(held, by=plcy, **{**said, **more})

    assert list(refused.value.problems) == [field]
    assert record() == before


def test_the_agency_that_owes_it_answers(held, plcy, cbp):
    ports = owed(held, plcy)

    answered = answer_due_out(ports, by=cbp, text=" Twelve ports; the list is with PLCY. ")

    kept = DueOut.objects.get()
    assert answered == kept
    assert (kept.answer, kept.answered_by) == ("Twelve ports; the list is with PLCY.", cbp)
    entry = Entry.objects.last()
    assert (entry.verb, entry.about, entry.recorded_at) == (
        "milestones.answer_due_out",
        "ESC meeting 1",
        kept.answered_at,
    )
    assert entry.after == {"due_out": ports.pk, "answer": "Twelve ports; the list is with PLCY."}


def test_plcy_answers_for_any_agency_and_for_persons(held, plcy):
    ports = owed(held, plcy)
    brief = owe(held, by=plcy, text="Brief the Secretary.", person="Dana Reyes", due_on=date(2020, 9, 14))

    for each in (ports, brief):
        answer_due_out(each, by=plcy, text="Done.")

    assert set(DueOut.objects.values_list("answer", "answered_by")) == {("Done.", plcy.pk)}


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("ice", "Only CBP, and PLCY, can answer this. You are signed in for ICE/HSI."),
        ("reader", "Your role reads the record and does not change it."),
        ("coac", "Your role reads the record and does not change it."),
        ("admin_user", "Your role reads the record and does not change it."),
    ],
)
def test_nobody_else_answers(held, plcy, request, who, sentence):
    ports = owed(held, plcy)
    before = record()

    with pytest.raises(NotAllowed) as refused:
        answer_due_out(ports, by=request.getfixturevalue(who), text="Done.")

    assert str(refused.value) == sentence
    assert (record(), DueOut.objects.get().answer) == (before, "")


def test_no_agency_answers_for_a_person(held, plcy, cbp):
    brief = owe(held, by=plcy, text="Brief the Secretary.", person="Dana Reyes", due_on=date(2020, 9, 14))

    with pytest.raises(NotAllowed, match="Only PLCY answers for Dana Reyes"):
        answer_due_out(brief, by=cbp, text="Done.")


@pytest.mark.parametrize("text", ["", " \n", "x" * 501, "NUL \x00"])
def test_an_answer_that_cannot_be_kept_is_refused(held, plcy, cbp, text):
    ports = owed(held, plcy)
    before = record()

    with pytest.raises(Incomplete) as refused:
        answer_due_out(ports, by=cbp, text=text)

    assert list(refused.value.problems) == ["answer"]
    assert (record(), DueOut.objects.get().answered_at) == (before, None)


def test_an_answer_sent_twice_is_one_and_a_second_is_told(held, plcy, cbp):
    ports = owed(held, plcy)
    first = answer_due_out(ports, by=cbp, text="Twelve ports.")
    before = record()

    assert answer_due_out(ports, by=cbp, text="Twelve ports.").answered_at == first.answered_at
    with pytest.raises(NotAllowed, match=r"answered meanwhile by CBP on Sep 14, 2020\."):
        answer_due_out(ports, by=plcy, text="Thirteen ports.")

    assert (record(), DueOut.objects.get().answer) == (before, "Twelve ports.")


def test_what_is_open_is_known_of_every_day_in_one_query(held, plcy, cbp, django_assert_num_queries):
    with clock.at(in_september(10)):
        ports = owed(held, plcy, milestone=milestone("3.1"))
        owed(held, plcy, "USPS", text="A schedule.")
    with clock.at(in_september(12)):
        answer_due_out(ports, by=cbp, text="Twelve ports.")

    for moment, open_then in (
        (in_september(10), []),
        (in_september(11), [ports]),
        (in_september(12), [ports]),
        (in_september(13), []),
        (None, []),
    ):
        with django_assert_num_queries(1):
            found = open_due_outs("CBP", moment)
            assert [each.milestone.code for each in found] == ["3.1"] * len(found)
        assert found == open_then


def test_what_was_answered_since_stands_beside_what_is_open(held, plcy, cbp):
    with clock.at(in_september(10)):
        ports = owed(held, plcy)
        schedule = owed(held, plcy, "USPS", text="A schedule.")
    with clock.at(in_september(12)):
        answer_due_out(ports, by=cbp, text="Twelve ports.")

    def known(day, since):
        moment = in_september(day)
        return [(each, is_answered(each, moment)) for each in due_outs_known(moment, answered_since=since)]

    assert known(13, in_september(11)) == [(ports, True), (schedule, False)]
    assert known(12, in_september(11)) == [(ports, False), (schedule, False)]
    assert known(13, in_september(13)) == [(schedule, False)]
