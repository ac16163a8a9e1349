"""Does the database refuse meetings, questions, check-ins, contacts and decisions that cannot be true?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from actions.models import Action, PlanEdition
from esc_tracker.accounts.models import Nomination
from milestones.deciding import confirm
from milestones.models import (
    Addition,
    Announcement,
    Call,
    CallReminder,
    CheckIn,
    Conclusion,
    Concurrence,
    Contact,
    DraftRow,
    DueOut,
    Meeting,
    Milestone,
    PartEnd,
    Person,
    Question,
    Responsibility,
)
from milestones.plan.assigning import end_part
from milestones.workflow import Status
from reports.models import ReadAhead
from tests.milestones.plain_sql import taken_twice, taken_wrongly
from tests.milestones.telling import give, milestone, say

T = datetime(2020, 9, 14, tzinfo=UTC)
DAY = date(2020, 9, 14)


@pytest.fixture
def record(plan, cbp, usps, plcy) -> None:
    """Write one right row of each kind."""
    act = {"by": plcy, "recorded_at": T}
    say("5.1", cbp)
    report = say("5.1", cbp, status=Status.REPORTED_COMPLETE)
    confirm(milestone("5.1"), by=plcy, seen_version=2)
    held = give("1.1", "CBP", by=plcy)
    end_part(give("1.2", "CBP", by=plcy), by=plcy, reason="Agreed.")
    meeting = Meeting.objects.create(number=1, **act)
    Announcement.objects.create(meeting=meeting, title="ESC", held_at=T, read_ahead_at=T - timedelta(days=2), **act)
    Conclusion.objects.create(meeting=meeting, text="Agreed.", **act)
    DueOut.objects.create(meeting=meeting, text="Send it.", agency_id="CBP", due_on=DAY, **act)
    facts = {"as_of": T, "since": T, "frozen_at": T, "figures": "{}", "digest": "0"}
    ReadAhead.objects.create(meeting=meeting, **facts)
    Concurrence.objects.create(report=report, agency_id="USPS", by=usps, recorded_at=T, concurs=True)
    Question.objects.create(
        update=report, milestone=report.milestone, asked_of_id="CBP", agency_id="PLCY", text="When?", **act
    )
    CheckIn.objects.create(agency_id="CBP", **act)
    DraftRow.objects.create(
        agency_id="CBP", desk_id="CBP", milestone=report.milestone, fields={}, seen_version=1, saved_by=cbp, saved_at=T
    )
    person = Person.objects.create(agency_id="CBP", name="Ana Silva", email="ana@cbp.example")
    Contact.objects.create(responsibility=held, person=person, part="contact", by=plcy, named_at=T)
    call = Call.objects.create(
        week="2020-W37",
        starts_on=DAY - timedelta(days=7),
        ends_on=DAY,
        opens_at=T - timedelta(days=1),
        due_at=T,
        recorded_at=T,
    )
    CallReminder.objects.create(call=call, agency_id="CBP", on=DAY, milestones=["5.1"], **act)
    edition = PlanEdition.objects.create(number=2, title="Edition 2", source_name="The ESC", recorded_at=T)
    added = Milestone.objects.create(
        action=Action.objects.get(pk=1), position=4, edition=edition, text="New.", plan_kind="undated",
        current_status="not_started", current_target_kind="undated",
    )  # fmt: skip
    Addition.objects.create(milestone=added, reason="Agreed.", authority="chair", **act)
    Nomination.objects.create(name="Ana Silva", email="ana@cbp.example", role="reader", **act)


CONFIRMED = "milestones_statusupdate WHERE move = 'confirm'"
REPORTED = "milestones_statusupdate WHERE move = 'report'"
ASSIGNED = "milestones_responsibility WHERE basis = 'assigned'"
SPOILT = [  # which rows, what is done to them, which constraint refuses
    # Authority
    (CONFIRMED, "authority = 'meeting'", "update_authority_says_who"),
    (CONFIRMED, "authority = 'principal'", "update_authority_says_who"),
    (CONFIRMED, "authority = 'principal', authority_principal = 'Dana Reyes'", "update_authority_says_who"),
    (CONFIRMED, "authority_principal = 'Dana Reyes'", "update_authority_says_who"),
    (CONFIRMED, "authority_meeting_id = 1", "update_authority_says_who"),
    (ASSIGNED, "authority = ''", "responsibility_assigned_under_authority"),
    (ASSIGNED, "authority = 'meeting'", "responsibility_authority_says_who"),
    ("milestones_responsibility WHERE basis = 'named_in_plan'", "authority = 'chair'", "assigned_under_authority"),
    ("milestones_partend", "reason = ''", "part_end_says_why"),
    ("milestones_partend", "authority = ''", "part_end_says_why"),
    ("milestones_partend", "authority = 'meeting'", "part_end_authority_says_who"),
    ("milestones_addition", "reason = ''", "addition_says_why"),
    ("milestones_addition", "authority = 'meeting'", "addition_authority_says_who"),
    # Evidence, superseding, concurrence
    (REPORTED, "evidence_title = 'Memo'", "update_evidence_says_what_and_where"),
    (REPORTED, "evidence_link = 'https://dhs.example/'", "update_evidence_says_what_and_where"),
    (
        "milestones_statusupdate WHERE move = 'update'",
        "evidence_title = 'Memo', evidence_holder = 'CBP'",
        "update_evidence_says_what_and_where",
    ),
    (REPORTED, "superseded_by_id = milestone_id", "update_superseded_only_if_withdrawn"),
    ("milestones_concurrence", "concurs = NOT concurs", "concurrence_refused_with_reason"),
    # Questions, check-ins
    ("milestones_question", "text = ''", "question_asks_something"),
    ("milestones_question", "agency_id = 'CBP'", "question_is_of_another_agency"),
    ("milestones_question", "closed_at = recorded_at", "question_closed_by_an_answer_or_an_update"),
    ("milestones_question", "answer = 'Soon.'", "question_closed_by_an_answer_or_an_update"),
    ("milestones_checkin", "source_how = 'mail'", "check_in_source_is_whole"),
    ("milestones_checkin", "source_who = 'Ana Silva'", "check_in_source_is_whole"),
    # Meetings
    ("milestones_meeting", "number = 0", "meeting_number_counts_from_1"),
    ("milestones_announcement", "title = ''", "announcement_has_a_title"),
    ("milestones_announcement", "read_ahead_at = held_at", "announcement_read_ahead_before_it_is_held"),
    ("milestones_conclusion", "text = ''", "conclusion_says_something"),
    ("milestones_dueout", "text = ''", "due_out_says_what"),
    ("milestones_dueout", "agency_id = NULL", "due_out_has_one_owner"),
    ("milestones_dueout", "person = 'Ana Silva'", "due_out_has_one_owner"),
    ("milestones_dueout", "answer = 'Done.'", "due_out_answered_by_somebody"),
    ("milestones_dueout", "answered_at = recorded_at", "due_out_answered_by_somebody"),
    ("reports_readahead", "digest = ''", "read_ahead_is_sealed"),
    ("reports_readahead", "since = '2020-12-01 00:00:00+00:00'", "read_ahead_covers_some_time"),
    # People
    ("milestones_person", "email = ''", "person_has_a_name_and_an_address"),
    ("milestones_contact", "part = 'owner'", "contact_part_known"),
    ("milestones_contact", "until = '2020-01-01 00:00:00+00:00'", "contact_ends_after_it_begins"),
    ("accounts_nomination", "role = 'god'", "nomination_role_known"),
    ("accounts_nomination", "state = 'seated'", "nomination_decided_by_somebody"),
    ("accounts_nomination", "decided_at = recorded_at", "nomination_decided_by_somebody"),
]
TWICE = [
    (Addition, {}),
    (CallReminder, {}),
    (Contact, {}),
    (DraftRow, {}),
    (Nomination, {}),
    (PartEnd, {}),
    (Person, {}),
    (ReadAhead, {}),
    (Responsibility, {"basis": "assigned", "assigned_until": None}),
]


def test_the_database_refuses_every_row_that_cannot_be_true(record):
    assert taken_wrongly(SPOILT) == ""


def test_the_database_refuses_a_second_one_of_each(record):
    assert taken_twice(TWICE) == []
