"""Does the plan grow by editions, and does what was printed before stay as it was?"""

from datetime import date, timedelta

import pytest

from actions.models import Action, PlanEdition
from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.journal.models import Entry
from esc_tracker.reader import Reader, coac_reader, esc_reader
from milestones.authority import Authority, AuthorityKind
from milestones.calls.calling import latest_due_call, open_calls
from milestones.deciding import withdraw
from milestones.models import Addition, Meeting, Milestone, Responsibility
from milestones.plan.growing import TEXT_MAX, add_milestone, next_position
from milestones.plan.loading import load_plan
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.workflow import Move
from tests.factories import make_user
from tests.milestones.telling import in_september, milestone, say

TEXT = "ICE/HSI will publish guidance for payment processors."
REYES = Authority(kind=AuthorityKind.PRINCIPAL, principal="Dana Reyes, Deputy Secretary", on=date(2020, 9, 11))


def add(by, *, action=4, text=TEXT, timeline="Dec. 2020", agencies=(("ICE-HSI", "lead"),), **more) -> Milestone:
    facts = {"reason": "The ESC asked for it.", **more}
    found = Action.objects.get(pk=action)
    return add_milestone(found, by=by, text=text, timeline=timeline, agencies=agencies, **facts)


def _record() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Milestone, PlanEdition, Addition, Responsibility, Entry))


def _count(reader: Reader) -> int:
    return Milestone.objects.visible_to(reader).count()


def test_an_addition_is_an_edition_of_its_own(plan, plcy):
    before = Entry.objects.count()

    added = add(plcy, authority=REYES)

    assert (added.code, added.text, added.plan_printed) == ("4.7", TEXT, "Dec. 2020")
    assert (added.plan_kind, added.plan_on, added.provenance) == ("month", date(2020, 12, 31), "added under edition 2")
    edition = added.edition
    assert (edition.number, edition.title) == (2, "Edition 2, Sep 14, 2020")
    assert edition.source_name == "Decision of Dana Reyes, Deputy Secretary, Sep 11, 2020"
    addition = Addition.objects.get()
    assert (addition.milestone, addition.by, addition.reason) == (added, plcy, "The ESC asked for it.")
    assert addition.decided_under == REYES
    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.about, Entry.objects.count()) == ("milestones.add_milestone", "4.7", before + 1)
    assert entry.recorded_at == edition.recorded_at == addition.recorded_at
    assert entry.after["agencies"] == ["ICE-HSI (lead)"]


def test_a_milestone_added_starts_as_its_timeline_says(plan, plcy):
    added = add(plcy)

    row = Milestone.objects.visible_to(Reader(role=Role.READER, today=clock.today())).get(pk=added.pk)
    assert (row.status, row.target_on, row.moves, row.version_then) == ("not_started", date(2020, 12, 31), 0, 0)
    assert (row.lead_code, row.unassigned, row.outlook, row.overdue) == ("ICE-HSI", False, "none", False)


@pytest.mark.parametrize(
    ("timeline", "kind", "due_on", "status"),
    [
        ("Jan. 8, 2021", "day", date(2021, 1, 8), "not_started"),
        ("July 2020", "month", date(2020, 7, 31), "not_started"),
        ("Ongoing", "ongoing", None, "in_progress"),
        (" see timeline on milestone 4.3 ", "undated", None, "not_started"),
    ],
)
def test_the_timeline_is_kept_as_printed_and_read(plan, plcy, timeline, kind, due_on, status):
    added = add(plcy, timeline=timeline)

    assert (added.plan_printed, added.plan_kind, added.plan_on) == (timeline.strip(), kind, due_on)
    row = milestone("4.7")
    assert (row.current_target_kind, row.current_target_on, row.current_status) == (kind, due_on, status)


def test_the_edition_names_the_agencies(plan, plcy):
    add(plcy, agencies=[("CBP", "joint"), ("USPS", "lead"), ("USPTO", "supporting")])

    held = Responsibility.objects.filter(milestone=milestone("4.7")).lead_first()
    assert [(each.agency_id, each.part) for each in held] == [
        ("USPS", "lead"),
        ("CBP", "joint"),
        ("USPTO", "supporting"),
    ]
    assert {(each.basis, each.assigned_from, each.authority) for each in held} == {("named_in_plan", None, "")}


def test_no_agency_may_be_named_yet(plan, plcy):
    added = add(plcy, agencies=[])

    row = Milestone.objects.visible_to(Reader(role=Role.READER, today=clock.today())).get(pk=added.pk)
    assert (row.unassigned, row.lead_code) == (True, None)


def test_the_agency_named_may_speak(plan, plcy, ice):
    add(plcy)

    assert say("4.7", ice).version == 1


def test_a_number_is_never_used_again(plan, plcy):
    add(plcy)
    withdraw(milestone("4.7"), by=plcy, seen_version=0, remark="Not needed.")

    assert next_position(Action.objects.get(pk=4)) == 8
    again = add(plcy, text="ICE/HSI will brief payment processors.")
    assert (again.code, again.edition_id) == ("4.8", 3)


def test_the_same_submission_adds_one(plan, plcy, plcy2):
    first = add(plcy)
    before = _record()

    assert add(plcy, text=f" {TEXT} ") == first

    assert _record() == before
    assert add(plcy2).code == "4.8"  # Another person, another act.


def test_the_same_words_on_another_day_are_another_milestone(plan, plcy):
    with clock.at(in_september(10)):
        add(plcy)

    assert add(plcy).code == "4.8"


@pytest.mark.parametrize("who", ["cbp", "ice", "reader", "coac", "admin_user"])
def test_only_the_chairs_office_adds(plan, who, request):
    person = request.getfixturevalue(who)
    before = _record()

    with pytest.raises(NotAllowed, match="Only PLCY, the chair's office, adds a milestone"):
        add(person)

    assert _record() == before


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"text": "  "}, "text", "Write the milestone as the plan is to print it."),
        ({"text": "x" * (TEXT_MAX + 1)}, "text", "This is 1001 characters long; 1000 fit."),
        ({"text": "A\x00B"}, "text", "This text contains characters that cannot be kept. Please type it again."),
        ({"timeline": ""}, "timeline", "Write the timeline as the plan is to print it, such as Dec. 2020."),
        (
            {"timeline": "completed"},
            "timeline",
            "Completed is a status: a new milestone has a month, a day, Ongoing, or words that name no date.",
        ),
        ({"timeline": "Feb. 30, 2021"}, "timeline", "There is no Feb. 30, 2021."),
        ({"timeline": "Oct. 1999"}, "timeline", "The year must be between 2000 and 2100."),
        ({"timeline": "2020-12"}, "timeline", "Write it as the plan prints it: Dec. 2020."),
        ({"timeline": "Dec.\n2020"}, "timeline", "Write the timeline on one line."),
        ({"timeline": "x" * 121}, "timeline", "This is 121 characters long; 120 fit."),
        ({"timeline": "Dec.\u202e2020"}, "timeline", None),
        ({"reason": ""}, "reason", "Say why the plan gets this milestone, for the record."),
        ({"reason": "x" * 501}, "reason", "This is 501 characters long; 500 fit."),
        ({"agencies": [("FBI", "lead")]}, "lead", "There is no agency FBI."),
        ({"agencies": [("CBP", "owner")]}, "lead", "Choose lead, joint or supporting."),
        ({"agencies": [("CBP", "lead"), ("USPS", "lead")]}, "lead", "A milestone has one lead."),
        ({"agencies": [("CBP", "joint")]}, "lead", "Name the lead that the others act jointly with."),
        (
            {"agencies": [("CBP", "lead"), ("CBP", "supporting")]},
            "joint",
            "One agency has one part: CBP is named more than once.",
        ),
        (
            {"authority": Authority(kind=AuthorityKind.MEETING, meeting=3)},
            "authority_meeting",
            "ESC meeting 3 was not held yet; only a meeting held can decide.",
        ),
        (
            {"authority": Authority(kind=AuthorityKind.PRINCIPAL, principal="Dana Reyes", on=date(2020, 9, 15))},
            "authority_on",
            "A decision cannot lie in the future.",
        ),
    ],
)
def test_what_cannot_be_printed_is_refused_in_words(plan, plcy, wrong, field, sentence):
    before = _record()

    with pytest.raises(Incomplete) as refusal:
        add(plcy, **wrong)

    assert list(refusal.value.problems) == [field]
    assert sentence is None or refusal.value.problems[field] == sentence
    assert _record() == before


def test_what_it_takes_the_place_of_is_withdrawn_in_the_same_act(plan, plcy, ice):
    say("4.3", ice)
    old, before = milestone("4.3"), Entry.objects.count()

    added = add(plcy, superseding=old, authority=REYES)

    withdrawal = milestone("4.3").updates.first()
    assert (withdrawal.move, withdrawal.superseded_by, withdrawal.version) == (Move.WITHDRAW, added, 2)
    assert (withdrawal.remark, withdrawal.decided_under) == ("The ESC asked for it.", REYES)
    told = list(Entry.objects.order_by("number").values_list("verb", "about"))
    assert told[before:] == [("milestones.add_milestone", "4.7"), ("milestones.withdraw", "4.3")]
    assert add(plcy, superseding=old, authority=REYES) == added
    assert Entry.objects.count() == before + 2


def test_nothing_is_added_when_what_it_takes_the_place_of_moved_on(plan, plcy, ice):
    old = milestone("4.3")
    say("4.3", ice)
    before = _record()

    with pytest.raises(StaleUpdate):
        add(plcy, superseding=old)

    assert _record() == before


def test_edition_1_stays_what_it_was_on_every_day(plan, plcy):
    with clock.at(in_september(10)):
        added = add(plcy)
    with clock.at(in_september(11)):
        withdraw(milestone("4.3"), by=plcy, seen_version=0, remark="Overtaken.", superseded_by=added)

    day_before, day_of = (esc_reader(clock.end_of(date(2020, 9, day))) for day in (9, 10))
    assert [_count(day_before), _count(day_of)] == [30, 31]
    now = Reader(role=Role.READER, today=clock.today())
    for reader in (day_before, day_of, now):
        assert Milestone.objects.visible_to(reader).filter(edition=1).count() == 30
    assert not Milestone.objects.visible_to(day_before).coded("4.7").exists()


def test_an_addition_is_not_part_of_its_own_moment(plan, plcy):
    moment = in_september(10)
    with clock.at(moment):
        add(plcy)

    seen = [_count(coac_reader(moment + timedelta(microseconds=by))) for by in (-1, 0, 1)]

    assert seen == [30, 30, 31]


def test_loading_the_plan_again_leaves_what_was_added(plan, plcy):
    add(plcy, action=1)
    say("1.1", plcy)
    before = (_record(), list(Milestone.objects.order_by("pk").values()))

    assert load_plan().milestones == 0

    assert (_record(), list(Milestone.objects.order_by("pk").values())) == before


def test_what_is_added_owes_nothing_to_the_calls_before(plan, plcy, ice):
    with clock.at(in_september(9, 9)):
        assert open_calls(clock.now()) == ["2020-W37"]
    with clock.at(in_september(12)):
        add(plcy)
        call = latest_due_call(None)
        assert call is not None
        owing = {held.milestone.code for held in Milestone.objects.silence_of(call, None).filter(agency="ICE-HSI")}
        assert owing == {"4.3", "4.4", "4.5", "6.2", "6.3"}
    with clock.at(in_september(16, 9)):
        open_calls(clock.now())

    with clock.at(in_september(19)):
        call = latest_due_call(None)
        owing = {held.milestone.code for held in Milestone.objects.silence_of(call, None).filter(agency="ICE-HSI")}

    assert owing == {"4.3", "4.4", "4.5", "4.7", "6.2", "6.3"}


def test_a_meeting_that_was_held_can_be_named(plan, plcy):
    held = Meeting.objects.create(number=1, recorded_at=in_september(1), by=plcy)
    held.announcements.create(
        recorded_at=in_september(1), by=plcy, title="ESC", held_at=in_september(10), read_ahead_at=in_september(8)
    )

    added = add(plcy, authority=Authority(kind=AuthorityKind.MEETING, meeting=1))

    assert added.edition.source_name == "Decision of the ESC, meeting 1"
    assert added.addition.authority_meeting_id == 1


def test_a_role_that_may_not_is_told_before_anything_else(plan):
    stranger = make_user("reader@esc.example", Role.READER)

    with pytest.raises(NotAllowed):
        add(stranger, text="", timeline="")
