"""Does the database itself refuse what cannot be true, whoever writes to it?

Plain SQL on rows that are right, on SQLite and PostgreSQL alike.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from actions.models import Action, PlanEdition
from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from esc_tracker.journal.models import Entry, Release
from milestones.calls.calling import open_calls
from milestones.models import (
    Call,
    CallChange,
    Milestone,
    Note,
    OverdueFlag,
    Responsibility,
    SharedSummary,
    StatusUpdate,
    TargetRevision,
)
from milestones.overdue import flag_overdue
from milestones.targets.revisions import request_revision
from milestones.updates import post_note
from milestones.workflow import Outlook, Status
from tests.milestones.plain_sql import run, taken_twice, taken_wrongly
from tests.milestones.telling import give, in_september, milestone, say

T = datetime(2020, 9, 14, tzinfo=UTC)
MOVED = {"kind": "moved", "opens_at": T - timedelta(days=1), "due_at": T}


@pytest.fixture
def record(plan, cbp, ice, plcy) -> None:
    """Write one right row of each kind."""
    with clock.at(in_september(9, 9)):
        open_calls(clock.now())
    with clock.at(in_september(10)):
        say("3.1", cbp, status=Status.IN_PROGRESS, outlook=Outlook.AT_RISK)
        say("4.3", ice, status=Status.REPORTED_COMPLETE)
        post_note(milestone("3.1"), by=cbp, text="A remark.", audience=Note.Audience.ESC)
        request_revision(
            milestone("2.2"), by=cbp, seen_version=0, target=TargetDate.month(2020, 12), category="legal", text="Court."
        )
        give("1.1", "CBP", by=plcy)
        flag_overdue(clock.today())
    CallChange.objects.create(call=Call.objects.get(), recorded_at=T, by=plcy, reason="Agreed.", **MOVED)
    SharedSummary.objects.create(milestone=milestone("3.1"), text="Shared.", agency_id="CBP", by=cbp, recorded_at=T)
    facts = {"as_of": T, "released_at": T, "released_by": plcy, "cleared_by": "Dana Reyes"}
    Release.objects.create(week="2020-W36", version=1, **facts)


WORDS = "milestones_statusupdate WHERE move = 'update'"
REPORT = "milestones_statusupdate WHERE move = 'report'"
SPOILT = [  # which rows, what is done to them, which constraint refuses (its beginning, where two would)
    # Milestone
    ("milestones_milestone", "current_status = 'overdue'", "milestone_status_known"),
    ("milestones_milestone", "current_status = ''", "milestone_status_known"),
    ("milestones_milestone", "position = 0", "milestone_position_counts_from_1"),
    ("milestones_milestone", "current_outcome = 'delivered'", "milestone_completion_only_once_reported"),
    ("milestones_milestone", "current_completed_on = '2020-08-31'", "milestone_complet"),
    (
        "milestones_milestone WHERE current_status = 'reported_complete'",
        "current_completed_on = NULL",
        "milestone_completed_on_iff_known",
    ),
    ("milestones_milestone", "plan_kind = 'soon'", "milestone_plan_"),
    (
        "milestones_milestone WHERE plan_kind = 'month'",
        "plan_on = '2020-10-30'",
        "milestone_plan_month_ends_on_last_day",
    ),
    ("milestones_milestone WHERE plan_kind = 'month'", "plan_on = NULL", "milestone_plan_dated_iff_due"),
    ("milestones_milestone WHERE plan_kind = 'ongoing'", "plan_on = '2020-10-31'", "milestone_plan_dated_iff_due"),
    (
        "milestones_milestone WHERE plan_kind = 'month'",
        "current_target_on = '2020-02-28'",
        "milestone_current_target_month_ends_on_last_day",
    ),
    ("milestones_milestone", "current_target_kind = NULL", "milestone_current_target_dated_iff_due"),
    # Responsibility
    ("milestones_responsibility", "part = 'owner'", "responsibility_part_known"),
    ("milestones_responsibility WHERE basis = 'assigned'", "reason = ''", "responsibility_assigned_with_reason"),
    (
        "milestones_responsibility WHERE basis = 'assigned'",
        "assigned_from = NULL",
        "responsibility_assigned_with_reason",
    ),
    ("milestones_responsibility", "basis = 'guessed'", "responsibility_assigned_"),
    (
        "milestones_responsibility WHERE basis = 'assigned'",
        "assigned_until = '2020-01-01 00:00:00+00:00'",
        "responsibility_ends_after_it_begins",
    ),
    # StatusUpdate
    (WORDS, "version = 0", "update_version_counts_from_1"),
    (WORDS, "status = 'late'", "update_status_known"),
    (WORDS, "move = 'edit'", "update_"),
    (WORDS, "statement = ''", "update_carries_words"),
    (WORDS, "outlook = ''", "update_carries_words"),
    (WORDS, "outlook = 'green'", "update_carries_words"),
    (WORDS, "written_on = NULL", "update_carries_words"),
    (WORDS, "reason = ''", "update_gives_reason_unless_on_track"),
    (WORDS, "authority = 'chair'", "update_decision_names_authority"),
    (WORDS, "move = 'withdraw'", "update_decision_names_authority"),
    (WORDS, "completed_on = '2020-08-31'", "update_completed_on_iff_known"),
    (WORDS, "forecast_on = '2020-12-30'", "update_forecast_month_ends_on_last_day"),
    (WORDS, "forecast_kind = NULL", "update_forecast_dated_iff_due"),
    (REPORT, "completed_kind = '', completed_on = NULL", "update_reported_says_when"),
    (REPORT, "outcome = ''", "update_reported_says_when"),
    (REPORT, "outcome = 'done'", "update_reported_says_when"),
    (REPORT, "completed_on = NULL", "update_completed_on_iff_known"),
    # Note, revision, call, summary, flag
    ("milestones_note", "text = ''", "note_says_something"),
    ("milestones_note", "audience = 'world'", "note_audience_known"),
    ("milestones_targetrevision", "state = 'maybe', decided_at = recorded_at", "revision_state_known"),
    ("milestones_targetrevision", "text = ''", "revision_says_why"),
    ("milestones_targetrevision", "state = 'refused'", "revision_decided_iff_not_pending"),
    ("milestones_targetrevision", "decided_at = recorded_at", "revision_decided_iff_not_pending"),
    ("milestones_targetrevision", "version = 3", "revision_versioned_iff_accepted"),
    ("milestones_targetrevision", "state = 'accepted', decided_at = recorded_at", "revision_versioned_iff_accepted"),
    ("milestones_targetrevision", "new_target_on = '2020-12-30'", "revision_new_target_month_ends_on_last_day"),
    ("milestones_targetrevision", "new_target_on = NULL", "revision_new_target_dated_iff_due"),
    ("milestones_call", "due_at = opens_at", "call_opens_before_it_is_due"),
    ("milestones_call", "ends_on = starts_on", "call_period_runs_forward"),
    ("milestones_callchange", "reason = ''", "call_change_says_why"),
    ("milestones_callchange", "due_at = NULL", "call_change_says_what"),
    ("milestones_callchange", "kind = 'skipped'", "call_change_says_what"),
    ("milestones_callchange", "kind = 'extended'", "call_change_says_what"),
    ("milestones_callchange", "kind = 'text', opens_at = NULL, due_at = NULL", "call_change_says_what"),
    ("milestones_callchange", "opens_at = due_at", "call_change_opens_before_it_is_due"),
    ("milestones_sharedsummary", "text = ''", "summary_says_something"),
    ("milestones_sharedsummary", "cleared_at = recorded_at", "summary_cleared_by_somebody"),
    ("milestones_overdueflag", "target_on = opened_on", "flag_is_past_target"),
    ("milestones_overdueflag", "closed_at = '2020-01-01 00:00:00+00:00'", "flag_closes_after_it_opens"),
    # Plan, people, journal
    ("actions_planedition", "recorded_at = '2020-01-01 00:00:00+00:00'", "plan_edition_first_is_always_there"),
    ("accounts_user", "role = 'god'", "user_"),
    ("accounts_user WHERE role = 'esc_member'", "agency_id = NULL", "user_agency_follows_role"),
    ("accounts_user WHERE role = 'esc_member'", "agency_id = 'PLCY'", "user_agency_follows_role"),
    ("accounts_user WHERE role = 'esc_member'", "role = 'coac_reader'", "user_agency_follows_role"),
    ("accounts_user WHERE role = 'esc_member'", "role = 'administrator'", "user_agency_follows_role"),
    ("accounts_user WHERE role = 'plcy_staff'", "agency_id = 'CBP'", "user_agency_follows_role"),
    ("accounts_user WHERE role = 'plcy_staff'", "agency_id = NULL", "user_agency_follows_role"),
    ("journal_entry WHERE number > 1", "previous = ''", "journal_entry_chained"),
    ("journal_release", "cleared_by = ''", "release_names_who_cleared_it"),
    ("journal_release", "as_of = '2020-12-01 00:00:00+00:00'", "release_is_of_the_past"),
    ("journal_release", "withdrawn_at = released_at", "release_withdrawn_by_somebody"),
]


def test_the_database_refuses_every_row_that_cannot_be_true(record):
    assert taken_wrongly(SPOILT) == ""


TWICE = [
    (Milestone, {"action_id": 3, "position": 1}),
    (Responsibility, {"milestone__action_id": 3, "milestone__position": 1}),
    (StatusUpdate, {"move": "update"}),
    (TargetRevision, {"state": "pending"}),
    (Call, {"week": "2020-W37"}),
    (OverdueFlag, {"milestone__action_id": 3, "milestone__position": 1}),
    (User, {"email": "cbp@esc.example"}),
    (Release, {"week": "2020-W36"}),
]


def test_the_database_refuses_a_second_one_of_each(record):
    assert taken_twice(TWICE) == []


def test_an_address_is_one_whatever_its_case(record):
    with pytest.raises(IntegrityError):
        run("UPDATE accounts_user SET email = 'CBP@esc.example' WHERE email = 'plcy@esc.example'")


def test_a_milestone_has_one_lead_and_an_agency_one_part(record):
    for facts in ({"agency_id": "USPTO", "part": "lead"}, {"agency_id": "CBP", "part": "supporting"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Responsibility.objects.create(milestone=milestone("3.1"), basis="named_in_plan", **facts)


def test_a_closed_flag_leaves_room_for_a_new_one(record):
    flag = OverdueFlag.objects.get(milestone=milestone("3.1"))
    OverdueFlag.objects.filter(pk=flag.pk).update(closed_at=flag.opened_at)

    OverdueFlag.objects.create(
        milestone=flag.milestone, opened_at=flag.opened_at, opened_on=flag.opened_on, target_on=flag.target_on
    )

    assert OverdueFlag.objects.filter(milestone=flag.milestone).count() == 2


EVIDENCE = [
    (Agency, {"code": "CBP"}),
    (Agency, {"code": "PLCY"}),
    (User, {"email": "cbp@esc.example"}),
    (User, {"email": "plcy@esc.example"}),
    (PlanEdition, {"number": 1}),
    (Action, {"number": 3}),
    (Milestone, {"action_id": 3, "position": 1}),
    (Call, {"week": "2020-W37"}),
]


def test_evidence_is_not_deleted(record):
    for model, which in EVIDENCE:
        with pytest.raises(ProtectedError):
            model.objects.get(**which).delete()
        assert model.objects.filter(**which).exists()


def test_a_person_named_in_the_journal_stays_even_for_plainrun(record, plcy):
    assert Entry.objects.filter(by=plcy).exists()

    with pytest.raises(IntegrityError), transaction.atomic():
        _delete_at_once(plcy)


def _delete_at_once(person: User) -> None:
    """Delete a row and have the database check its references now, not at the end."""
    run(f"DELETE FROM accounts_user WHERE id = {person.pk}")  # noqa: S608 - our own words
    connection.check_constraints()
