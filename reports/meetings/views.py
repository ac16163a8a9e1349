"""When does the committee meet, and what does it read for it?"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.models import Entry
from esc_tracker.reader import Reader, last_day_before, reader_of
from milestones.links import link
from milestones.meetings.due_outs import due_outs_known
from milestones.models import Conclusion, DueOut, Meeting
from milestones.querysets import recorded_before
from milestones.rows import Row
from reports.decisions.decided import decided_at_meeting
from reports.meetings.calendar import Meetings, held_at, meetings_announced, told_of
from reports.meetings.forms import START, ConclusionForm, DueOutForm, MeetingForm, SinceForm
from reports.meetings.pack import due_out_row, named, take_pack
from reports.meetings.telling import agenda_items, owed_told, pack_told
from reports.models import ReadAhead

MET, NOW, READ_AHEAD = "met", "now", "read-ahead"


@dataclass(frozen=True)
class Listed:
    """One meeting in the list, with its open due-outs as counted."""

    meeting: Meeting
    title: str
    at: datetime
    url: str
    items: tuple[str, ...]
    open: int


def committee(request: HttpRequest) -> Reader:
    """Return the reader, or refuse whoever is not of the committee: COAC has no meetings."""
    reader = reader_of(request)
    if not reader.sees_internal:
        raise PermissionDenied("Meetings are for the committee: its members, its readers and PLCY.")
    return reader


def may_write(reader: Reader) -> bool:
    """Say whether this reader plans and writes up meetings, here and now."""
    return reader.is_plcy and reader.may_act


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """List the meetings planned, the next first, and those held, the latest first."""
    reader = committee(request)
    now = reader.moment or clock.now()
    known = meetings_announced(reader.moment)
    owed = [each.meeting_id for each in due_outs_known(reader.moment)]
    planned = [_listed(each, owed, reader) for each in known.planned_after(now)]
    held = [_listed(each, owed, reader) for each in known.held_by(now)]
    context = {
        "headline": _headline(planned, reader),
        "planned": planned,
        "held": held,
        "open": len(owed),
        "form": MeetingForm() if may_write(reader) else None,
    }
    return render(request, "meetings/list.html", context)


@require_safe
def meeting(request: HttpRequest, number: int) -> HttpResponse:
    """Show one meeting: its agenda, what came out of it, and its pack, live or as it was frozen."""
    reader = committee(request)
    known = meetings_announced(reader.moment)
    found = known.find(number)
    if found is None:
        raise Http404("There is no such meeting.")
    frozen = _frozen(found, reader)
    is_held = held_at(found) <= (reader.moment or clock.now())
    view = _view(request, is_held=is_held, frozen=frozen)
    context: dict[str, Any] = {
        "meeting": found,
        "said": told_of(found),
        "is_held": is_held,
        "frozen": frozen,
        "view": view,
        "views": _views(found, reader, view, is_held=is_held, frozen=frozen),
        "changed": _changes(found),
        "writes": may_write(reader),
        "seals": view == READ_AHEAD,
    }
    if view == READ_AHEAD and frozen is not None:
        context["pack"] = pack_told(frozen.content, reader, answers=False)
        return render(request, "meetings/meeting.html", context)
    eyes = _eyes(reader, held_at(found)) if view == MET else reader
    form, since, problem = _since(request, known, found)
    if since is not None and since.held_later_than(found):
        return redirect(
            link("reports:meeting", since.number, reader=reader, since=number, view=request.GET.get("view"))
        )
    context |= {"since_form": form, "since_problem": problem}
    if since is not None:
        figures = take_pack(eyes, since.at, meetings=known.up_to(found)) | named(found, since.meeting)
        context["pack"] = pack_told(figures, reader, answers=view == NOW)
    if is_held:
        context |= _written_up(found, reader)
    return render(request, "meetings/meeting.html", context)


# --- Which pack ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Since:
    """Where a pack counts from: a meeting, None for the start of the record."""

    at: datetime
    meeting: Meeting | None

    @property
    def number(self) -> int:
        """Return the meeting's number, 0 for the start of the record."""
        return self.meeting.number if self.meeting else 0

    def held_later_than(self, meeting: Meeting) -> bool:
        """Say whether the two are the other way round."""
        return self.meeting is not None and held_at(self.meeting) > held_at(meeting)


def _since(request: HttpRequest, known: Meetings, found: Meeting) -> tuple[SinceForm, Since | None, str]:
    """Return the choice of where to count from, what was chosen, and what is wrong with it, in words.

    By default that is the last meeting held before. One query where it is the start of the record.
    """
    present = committee(request).moment or clock.now()
    before = known.before(found, present)
    others = [each for each in known.held_by(present) if each.number != found.number]
    asked = request.GET.get("since", "")
    usual = str(before.number) if before else START
    form = SinceForm({"since": asked or usual}, meetings=others)
    if not form.is_valid():
        return form, None, f"No pack can count from “{asked[:20]}”: choose a meeting that was held."
    chosen = form.cleaned_data["since"]
    if chosen == START:
        return form, Since(Entry.objects.begins_at() or held_at(found), None), ""
    other = next(each for each in others if str(each.number) == chosen)
    return form, Since(held_at(other), other), ""


def _view(request: HttpRequest, *, is_held: bool, frozen: ReadAhead | None) -> str:
    """Return which of the packs is shown; what was asked for and is not there is the usual one."""
    asked = request.GET.get("view", "")
    if asked == READ_AHEAD and frozen is not None:
        return READ_AHEAD
    return MET if is_held and asked != NOW else NOW


def _views(
    found: Meeting, reader: Reader, view: str, *, is_held: bool, frozen: ReadAhead | None
) -> list[dict[str, Any]]:
    """Return the packs there are, as links."""

    def to(key: str, label: str, at: datetime | None = None) -> dict[str, Any]:
        asked = None if key == (MET if is_held else NOW) else key
        url = link("reports:meeting", found.number, reader=reader, view=asked)
        return {"label": label, "at": at, "url": url, "current": key == view}

    return [
        *([to(MET, "As it stood when it met")] if is_held else []),
        *([to(READ_AHEAD, "Read-ahead, frozen", frozen.as_of)] if frozen else []),
        to(NOW, "As it stands now" if reader.as_of is None else "As it stood that day"),
    ]


def _frozen(found: Meeting, reader: Reader) -> ReadAhead | None:
    """Return the read-ahead, if it was frozen by the reader's moment. One query."""
    rows = ReadAhead.objects.filter(meeting=found)
    return (rows if reader.moment is None else rows.filter(frozen_at__lt=reader.moment)).first()


def _eyes(reader: Reader, moment: datetime) -> Reader:
    """Return the same reader at an earlier moment; links still keep the day they look at."""
    return replace(reader, moment=moment, today=last_day_before(moment))


# --- What stands beside it -----------------------------------------------------------------------------------------


def _written_up(found: Meeting, reader: Reader) -> dict[str, Any]:
    """Return what came out of a meeting, and for PLCY the forms to write more. Three queries, four for PLCY."""
    context: dict[str, Any] = {
        "conclusions": Conclusion.objects.filter(recorded_before(reader.moment), meeting=found),
        "decided": decided_at_meeting(found.number, reader),
        "due_out": [owed_told(_row(each, reader), reader, answers=True) for each in _out_of(found, reader)],
    }
    if may_write(reader):
        context["conclusion_form"] = ConclusionForm()
        context["due_out_form"] = DueOutForm(agencies=list(Agency.objects.all()), auto_id="id_owed_%s")
    return context


def _out_of(found: Meeting, reader: Reader) -> list[DueOut]:
    rows = DueOut.objects.filter(recorded_before(reader.moment), meeting=found)
    return list(rows.select_related("agency", "milestone", "answered_by"))


def _row(due_out: DueOut, reader: Reader) -> Row:
    return due_out_row(due_out, moment=reader.moment, today=reader.today)


def _changes(found: Meeting) -> list[dict[str, Any]]:
    """Tell how the announcement was changed, the latest first: when, why, and what it said before."""
    return [
        {"on": now.recorded_at, "reason": now.reason, "held_at": before.held_at if moved else None}
        for now, before in zip(found.told, found.told[1:], strict=False)
        for moved in [now.held_at != before.held_at]
    ]


def _listed(meeting: Meeting, owed: list[int], reader: Reader) -> Listed:
    return Listed(
        meeting=meeting,
        title=told_of(meeting).title,
        at=held_at(meeting),
        url=link("reports:meeting", meeting.number, reader=reader),
        items=agenda_items(told_of(meeting).agenda),
        open=owed.count(meeting.number),
    )


def _headline(planned: list[Listed], reader: Reader) -> str:
    if not planned:
        return "No meeting is planned"
    at = planned[0].at.astimezone(clock.NEW_YORK)
    year = f", {at.year}" if at.year != reader.today.year else ""
    return f"The ESC meets next on {at:%A, %B} {at.day}{year}"
