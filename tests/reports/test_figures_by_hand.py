"""Are the figures of any history what a patient clerk with the ledgers and a pencil would count?"""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from esc_tracker import clock
from esc_tracker.journal.models import Entry
from esc_tracker.reader import coac_reader, esc_reader, last_day_before
from milestones.calls.calling import latest_due_call
from milestones.calls.weeks import ReportingWeek
from milestones.models import Milestone, Responsibility, StatusUpdate, TargetRevision
from milestones.working_days import is_working_day
from reports.figures import take_figures
from tests.milestones.plain_replay import Ledgers, replay, replay_answers, replay_silent
from tests.milestones.test_as_of import BEGIN, calls, histories, people, tell

__all__ = ["calls", "people"]

STATUSES = ("not_started", "in_progress", "reported_complete", "completed", "withdrawn")
SHARED = {
    *("since", "as_of", "totals", "totals_before", "by_action", "by_agency", "overdue", "reported", "due_soon"),
    *("headline", "forward", "completed", "moved", "timeline", "burn_up"),
}
SHARED_ROW = {
    *("code", "action", "position", "text", "agencies", "timeline", "target", "status", "completed_on", "outcome"),
    *("overdue", "days_overdue", "summary"),
}
TIMELINE = {"code", "action", "plan", "target", "status", "overdue", "completed"}
WITHHELD = frozenset({"4.3", "1.1"})
QUICK = settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # Shrinking takes minutes on a database.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _clerk(moment: datetime) -> dict[str, dict[str, Any]]:
    """Return what the ledgers say of each milestone just before a moment, in plan order."""
    today = last_day_before(moment)
    rows = Milestone.objects.order_by("action_id", "position")
    return {row.code: replay(Ledgers.of(row), moment, today) for row in rows}


def _count(told: list[dict[str, Any]]) -> dict[str, int]:
    counted = Counter(each["status"] for each in told)
    return {
        "milestones": len(told),
        **{status: counted[status] for status in STATUSES},
        "overdue": sum(each["overdue"] for each in told),
    }


def _codes(rows: list[dict[str, Any]]) -> list[str]:
    return [row["code"] for row in rows]


def _due_soon(told: dict[str, dict[str, Any]], today: date) -> set[str]:
    return {
        code
        for code, each in told.items()
        if each["status"] in STATUSES[:2]
        and each["target_on"] is not None
        and today <= each["target_on"] <= today + timedelta(days=60)
    }


def _working_days(after: date, until: date) -> int:
    return sum(is_working_day(after + timedelta(days=n + 1)) for n in range((until - after).days))


def _burn_up(told: dict[str, dict[str, Any]], today: date, unknown: dict[str, date]) -> list[dict[str, Any]]:
    """Count week by week; `unknown` says from when a completion counts whose day nobody knows."""
    plans = {row.code: row for row in Milestone.objects.all()}
    first = clock.day_of(Entry.objects.begins_at())
    while first.weekday() != 6:
        first -= timedelta(days=1)
    last = max(today, *(row.plan_on for row in plans.values() if row.plan_on))
    points = []
    while not points or date.fromisoformat(points[-1]["on"]) < last:
        sunday = first + timedelta(weeks=len(points))
        planned = [
            code
            for code, row in plans.items()
            if row.plan_kind == "completed" or (row.plan_on and row.plan_on <= sunday)
        ]
        completed = [
            code
            for code, each in told.items()
            if each["status"] == "completed"
            and (
                min(each["completed_on"], today) <= sunday
                if each["completed_on"]
                else plans[code].plan_kind == "completed" or unknown.get(code, today) <= sunday
            )
        ]
        done = len(completed) if sunday <= today else None
        points.append({"on": sunday.isoformat(), "planned": len(planned), "completed": done})
    return points


def _speaking(moment: datetime) -> dict[str, set[str]]:
    """Return the numbers of the milestones that each agency leads or carries jointly just before a moment."""
    held: dict[str, set[str]] = {}
    for each in Responsibility.objects.filter(part__in=["lead", "joint"]).select_related("milestone"):
        begun = each.assigned_from is None or each.assigned_from < moment
        if begun and (each.assigned_until is None or each.assigned_until >= moment):
            held.setdefault(each.agency_id, set()).add(each.milestone.code)
    return held


@QUICK
@given(history=histories, share=st.floats(0.3, 1), reach=st.floats(0, 1))
def test_every_total_and_list_of_any_history_is_what_the_ledgers_say(history, share, reach, people, calls):
    with transaction.atomic():
        tell(history, people)
        length = sum((deed.gap for deed in history), timedelta()) + timedelta(hours=1)
        moment = BEGIN + length * share
        since = BEGIN + length * share * reach
        week = str(ReportingWeek.of(clock.day_of(since)))

        figures = take_figures(esc_reader(moment), since, week=week)

        told, today = _clerk(moment), last_day_before(moment)
        unassigned = [code for code, each in told.items() if each["unassigned"]]
        assert figures["totals"] == {**_count(list(told.values())), "unassigned": len(unassigned)}
        for row in figures["by_action"]:
            of_action = [each for code, each in told.items() if code.startswith(f"{row['number']}.")]
            assert {name: row[name] for name in _count([])} == _count(of_action)
        held = _speaking(moment) | {"unassigned": set(unassigned)}
        assert [row["code"] for row in figures["by_agency"]][-1] == "unassigned"
        assert {row["code"]: row["milestones"] for row in figures["by_agency"]} == {
            code: len(codes) for code, codes in held.items()
        }
        for row in figures["by_agency"]:
            assert {name: row[name] for name in _count([])} == _count([told[code] for code in held[row["code"]]])

        assert sorted(_codes(figures["overdue"])) == sorted(code for code, each in told.items() if each["overdue"])
        days = [row["days_overdue"] for row in figures["overdue"]]
        assert days == sorted(days, reverse=True)
        assert _codes(figures["reported"]) == [c for c, each in told.items() if each["status"] == "reported_complete"]
        assert set(_codes(figures["due_soon"])) == _due_soon(told, today)
        assert set(_codes(figures["attention"])) == {
            code
            for code, each in told.items()
            if each["outlook"] in ("at_risk", "off_track") and each["status"] in STATUSES[:2]
        }
        confirmed = {
            act.milestone.code
            for act in StatusUpdate.objects.filter(move="confirm").select_related("milestone")
            if since <= act.recorded_at < moment
        }
        assert set(_codes(figures["completed"])) == {c for c in confirmed if told[c]["status"] == "completed"}
        moved = Counter(
            act.milestone.code
            for act in TargetRevision.objects.filter(state="accepted").select_related("milestone")
            if since <= act.decided_at < moment
        )
        assert {row["code"]: len(row["revisions"]) for row in figures["moved"]} == moved
        call = latest_due_call(moment, week=week)
        assert call is None or call.week <= week
        silent = {
            (row.code, agency)
            for row in Milestone.objects.all()
            for agency in replay_silent(Ledgers.of(row), call, moment)
        }
        assert {(row["code"], row["agency"]) for row in figures["silent"]} == silent
        answers = Counter(
            (agency, heard)
            for row in Milestone.objects.all()
            for agency, heard in replay_answers(Ledgers.of(row), call, moment).items()
        )
        assert {row["agency"]: (row["answered"], row["silent"]) for row in figures["answers"]} == {
            agency: (answers[agency, "answered"], answers[agency, "silent"]) for agency, _ in answers
        }
        assert all(row["asked"] == row["answered"] + row["silent"] for row in figures["answers"])
        assert (figures["call"] or {}).get("week") == (call.week if call else None)
        before = list(_clerk(since).values())
        assert figures["totals_before"] == (
            {**_count(before), "unassigned": sum(each["unassigned"] for each in before)}
            if since > Entry.objects.begins_at()
            else None
        )
        waiting = {
            code: _working_days(each["target_on"], today)
            for code, each in told.items()
            if each["status"] == "reported_complete" and each["target_on"]
        }
        assert {row["code"]: row["working_days"] for row in figures["unconfirmed"]} == {
            code: days for code, days in waiting.items() if days > 10
        }
        confirms = StatusUpdate.objects.filter(move="confirm", recorded_at__lt=moment).order_by("version")
        days = {act.milestone.code: clock.day_of(act.recorded_at) for act in confirms.select_related("milestone")}
        assert figures["burn_up"] == _burn_up(told, today, days)
        for row in figures["timeline"]:
            plain = told[row["code"]]
            assert (row["status"], row["overdue"], row["outlook"]) == (
                plain["status"],
                plain["overdue"],
                plain["outlook"],
            )
            assert (row["completed"] is not None) == (plain["status"] == "completed")
            assert row["forecast"] in (None, "2020-12-31")
        assert _codes(figures["timeline"]) == list(told)
        for row in figures["overdue"] + figures["reported"] + figures["due_soon"]:
            plain = told[row["code"]]
            assert (row["status"], row["version"], row["moves"]) == (
                plain["status"],
                plain["version_then"],
                plain["moves"],
            )
        transaction.set_rollback(True)


@QUICK
@given(history=histories, share=st.floats(0.3, 1), reach=st.floats(0, 1))
def test_figures_for_coac_hold_shared_fields_and_two_released_states_only(history, share, reach, people, calls):
    with transaction.atomic():
        tell(history, people)
        length = sum((deed.gap for deed in history), timedelta()) + timedelta(hours=1)
        moment = BEGIN + length * share
        since = BEGIN + length * share * reach

        figures = take_figures(coac_reader(moment, withheld=WITHHELD), since)

        shown = {code: each for code, each in _clerk(moment).items() if code not in WITHHELD}
        before = _clerk(since)
        assert figures.keys() == SHARED
        assert figures["totals_before"] == (
            {
                **_count([each for code, each in before.items() if code not in WITHHELD]),
                "milestones": 30,
                "not_released": 2,
                "unassigned": sum(each["unassigned"] for each in before.values()),
            }
            if since > Entry.objects.begins_at()
            else None
        )
        assert all(row.keys() == TIMELINE for row in figures["timeline"])
        assert figures["totals"] == {
            **_count(list(shown.values())),
            "milestones": 30,
            "not_released": 2,
            "unassigned": sum(each["unassigned"] for each in _clerk(moment).values()),
        }
        assert figures["burn_up"] == _burn_up(shown, last_day_before(moment), {})
        assert sum(row["not_released"] for row in figures["by_action"]) == 2
        for name in ("overdue", "reported", "due_soon", "completed", "moved"):
            assert WITHHELD.isdisjoint(_codes(figures[name])), name
            more = {"completed": {"completed_kind"}, "moved": {"moved_from"}}.get(name, set())
            assert all(row.keys() == SHARED_ROW | more for row in figures[name]), name
        assert set(_codes(figures["completed"])) == {
            code
            for code, each in shown.items()
            if each["status"] == "completed" and before[code]["status"] != "completed"
        }
        assert set(_codes(figures["moved"])) == {
            code
            for code, each in shown.items()
            if (each["target_kind"], each["target_on"]) != (before[code]["target_kind"], before[code]["target_on"])
        }
        text = json.dumps(figures)
        assert not any(word in text for word in ("Statement", "Step", "Reason", "Need", "Note", "Remark", "Because"))
        assert since > Entry.objects.begins_at() or "than" not in figures["headline"]
        transaction.set_rollback(True)
