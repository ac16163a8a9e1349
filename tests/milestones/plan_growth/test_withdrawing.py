"""Does a milestone leave the plan for good, and does nothing wait on it afterwards?"""

from datetime import date

import pytest

from actions.target_dates import TargetDate
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.models import Entry
from milestones.authority import Authority, AuthorityKind
from milestones.deciding import decide, withdraw
from milestones.models import DueOut, Meeting, Milestone, OverdueFlag, Question, StatusUpdate, TargetRevision
from milestones.overdue import flag_overdue
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.targets.revisions import request_revision
from milestones.workflow import Move, Status
from tests.conftest import AS_OF
from tests.milestones.telling import in_september, milestone, say

WHY = "Overtaken by the rule of the FCC."


def take_away(code: str, by, *, seen_version: int | None = None, **more) -> StatusUpdate:
    row = milestone(code)
    seen = row.version if seen_version is None else seen_version
    return withdraw(row, by=by, seen_version=seen, **{"remark": WHY, **more})


def _record() -> tuple[int, int]:
    return StatusUpdate.objects.count(), Entry.objects.count()


def test_a_milestone_is_withdrawn_under_an_authority(plan, plcy):
    authority = Authority(kind=AuthorityKind.PRINCIPAL, principal="Dana Reyes", on=date(2020, 9, 11))

    act = take_away("4.3", plcy, authority=authority)

    assert (act.move, act.status, act.remark, act.superseded_by) == ("withdraw", "withdrawn", WHY, None)
    assert (act.decided_under, milestone("4.3").current_status) == (authority, Status.WITHDRAWN)


def test_a_milestone_names_what_takes_its_place(plan, plcy):
    act = take_away("4.3", plcy, superseded_by=milestone("4.4"))

    assert act.superseded_by == milestone("4.4")
    assert Entry.objects.latest("number").after["superseded_by"] == milestone("4.4").pk


def test_a_completed_milestone_may_take_the_place_of_another(plan, plcy):
    assert take_away("6.2", plcy, superseded_by=milestone("6.1")).superseded_by == milestone("6.1")


def test_withdrawn_is_final(plan, plcy, ice):
    take_away("4.3", plcy)
    before = _record()

    for act in (
        lambda: take_away("4.3", plcy),
        lambda: say("4.3", ice),
        lambda: decide(milestone("4.3"), Move.REOPEN, by=plcy, seen_version=1, remark="Again."),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert _record() == before


@pytest.mark.parametrize("who", ["cbp", "ice", "reader", "coac", "admin_user"])
def test_only_the_chairs_office_withdraws(plan, who, request):
    with pytest.raises(NotAllowed, match="Only PLCY, the chair's office, decides this"):
        take_away("4.3", request.getfixturevalue(who))

    assert _record()[0] == 0


def test_a_withdrawal_made_on_an_old_page_is_told(plan, plcy, ice):
    say("4.3", ice)
    before = _record()

    with pytest.raises(StaleUpdate):
        take_away("4.3", plcy, seen_version=0)

    assert _record() == before


@pytest.mark.parametrize(
    ("remark", "sentence"),
    [
        ("", "Say why, so that the agency knows what to do."),
        ("x" * 501, "This is 501 characters long; 500 fit."),
        ("A\x00B", "This text contains characters that cannot be kept. Please type it again."),
    ],
)
def test_a_withdrawal_says_why(plan, plcy, remark, sentence):
    with pytest.raises(Incomplete) as refusal:
        take_away("4.3", plcy, remark=remark)

    assert (refusal.value.problems, _record()[0]) == ({"remark": sentence}, 0)


def test_what_takes_its_place_is_another_milestone_of_the_plan(plan, plcy):
    take_away("4.4", plcy)
    before = _record()

    for successor, sentence in (
        (milestone("4.3"), "A milestone does not take its own place."),
        (milestone("4.4"), "Milestone 4.4 was withdrawn itself."),
        (Milestone(pk=10**6), "There is no such milestone."),
    ):
        with pytest.raises(Incomplete) as refusal:
            take_away("4.3", plcy, superseded_by=successor)
        assert refusal.value.problems == {"superseded_by": sentence}

    assert _record() == before


def test_only_a_withdrawal_names_what_takes_its_place(plan, plcy):
    with pytest.raises(Incomplete) as refusal:
        decide(milestone("6.1"), Move.REOPEN, by=plcy, seen_version=0, remark="Again.", superseded_by=milestone("6.2"))

    assert refusal.value.problems == {"superseded_by": "Only a milestone that is withdrawn is superseded."}


def test_nothing_waits_on_what_is_withdrawn(plan, plcy, ice):
    said = say("4.3", ice)
    asked = request_revision(
        milestone("4.3"), by=ice, seen_version=1, target=TargetDate.month(2021, 2), category="legal", text="A court."
    )
    question = Question.objects.create(
        update=said, milestone=said.milestone, asked_of=ice.agency, agency=plcy.agency, by=plcy,
        recorded_at=said.recorded_at, text="When does the court decide?",
    )  # fmt: skip

    act = take_away("4.3", plcy)

    asked.refresh_from_db()
    question.refresh_from_db()
    assert (asked.state, asked.decided_at, asked.decided_by) == ("superseded", act.recorded_at, None)
    assert (question.closed_at, question.closed_by, question.closing_update) == (act.recorded_at, plcy, act)
    assert TargetRevision.objects.filter(state="pending").count() == 0
    after = Entry.objects.latest("number").after
    assert (after["closed_requests"], after["closed_questions"]) == (1, 1)


def test_what_waits_on_others_goes_on_waiting(plan, plcy, ice):
    request_revision(
        milestone("4.4"), by=ice, seen_version=0, target=TargetDate.month(2021, 2), category="legal", text="A court."
    )

    take_away("4.3", plcy)

    assert TargetRevision.objects.get().state == "pending"
    assert "closed_requests" not in Entry.objects.latest("number").after


def test_a_due_out_stays_owed_to_the_committee(plan, plcy):
    meeting = Meeting.objects.create(number=1, recorded_at=in_september(1), by=plcy)
    owed = DueOut.objects.create(
        meeting=meeting, recorded_at=in_september(1), by=plcy, text="Report on it.",
        agency=Agency.objects.get(pk="CBP"), due_on=AS_OF, milestone=milestone("3.1"),
    )  # fmt: skip

    take_away("3.1", plcy)

    owed.refresh_from_db()
    assert owed.answered_at is None


def test_it_is_overdue_no_more(plan, plcy):
    flag_overdue(AS_OF)

    act = take_away("3.3", plcy)

    assert OverdueFlag.objects.get(milestone=milestone("3.3")).closed_at == act.recorded_at
