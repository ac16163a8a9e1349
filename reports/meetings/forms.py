"""What does PLCY write about a meeting, and an agency in answer, and what is wrong with it, in words?"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, cast

from django import forms

from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from milestones.calls.forms import HourField
from milestones.converters import MilestoneCode
from milestones.forms import AskedChoice, DayField, PlainText
from milestones.meetings.due_outs import PERSON_MAX
from milestones.models import Announcement, Meeting, Milestone
from milestones.telling import say_day
from milestones.words import NOTE_MAX, SHORT_MAX, STATEMENT_MAX

SAY_DAY, SAY_HOUR = "Say on which day.", "Say at what time."
NOON = time(12)
START = "start"  # the record's, in the choice of where a pack counts from


class WrittenForm(forms.Form):
    """A form judged by the rules of the record: each sentence at its field, at the top where it has none."""

    use_required_attribute = False

    def add_problems(self, problems: Mapping[str, str]) -> None:
        """Show the sentences of a door at their fields."""
        for name, sentence in problems.items():
            field = {"held_at": "held_on", "read_ahead_at": "read_ahead_on"}.get(name, name)
            self.add_error(field if field in self.fields else None, sentence)


class MeetingForm(WrittenForm):
    """When a meeting is held, what is on its agenda, and when its read-ahead is frozen."""

    title = PlainText(label="Title", limit=SHORT_MAX, help_text="Such as: September meeting.")
    held_on = DayField(label="Held on")
    held_hour = HourField(label="At, New York time")
    agenda = PlainText(label="Agenda", limit=NOTE_MAX, rows=5, required=False, help_text="One item a line.")
    read_ahead_on = DayField(
        label="Read-ahead frozen on", required=False, help_text="Empty: two working days before the meeting."
    )
    read_ahead_hour = HourField(label="At, New York time", required=False, help_text="Empty: noon.")

    def clean(self) -> dict[str, Any]:
        """Ask for the meeting's day and time; a time of the read-ahead needs its day."""
        said = self.cleaned_data
        for name, sentence in (("held_on", SAY_DAY), ("held_hour", SAY_HOUR)):
            if name not in self.errors and said.get(name) is None:
                self.add_error(name, sentence)
        if said.get("read_ahead_hour") and not said.get("read_ahead_on") and "read_ahead_on" not in self.errors:
            self.add_error("read_ahead_on", SAY_DAY)
        return said

    def facts(self) -> dict[str, Any]:
        """Return what was said, as the doors take it."""
        said = self.cleaned_data
        frozen_on = said.get("read_ahead_on")
        return {
            "title": said["title"],
            "held_at": _moment(said["held_on"], said["held_hour"]),
            "agenda": said["agenda"],
            "read_ahead_at": _moment(frozen_on, said["read_ahead_hour"] or NOON) if frozen_on else None,
        }


class ChangeForm(MeetingForm):
    """The same anew, with the reason; of a read-ahead that is frozen the time is settled."""

    reason = PlainText(label="Why is it changed?", limit=SHORT_MAX, help_text="It stays beside the meeting.")
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, said: Announcement, frozen: bool, **kwargs: Any) -> None:
        held, read_ahead = (_local(moment) for moment in (said.held_at, said.read_ahead_at))
        initial = {
            "title": said.title,
            "held_on": held.date(),
            "held_hour": held.time(),
            "agenda": said.agenda,
            "read_ahead_on": read_ahead.date(),
            "read_ahead_hour": read_ahead.time(),
            "seen": said.pk,
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.settled_at = said.read_ahead_at if frozen else None
        if frozen:
            del self.fields["read_ahead_on"], self.fields["read_ahead_hour"]

    def facts(self) -> dict[str, Any]:
        """Return what was said, as the door takes it."""
        more = {"reason": self.cleaned_data["reason"], "seen": self.cleaned_data["seen"]}
        settled = {"read_ahead_at": self.settled_at} if self.settled_at else {}
        return super().facts() | more | settled


class ConclusionForm(WrittenForm):
    """One thing the meeting concluded."""

    text = PlainText(label="What did the meeting conclude?", limit=STATEMENT_MAX, rows=3)


class DueOutForm(WrittenForm):
    """Who owes what by when."""

    text = PlainText(label="What is owed?", limit=STATEMENT_MAX, rows=3)
    agency = AskedChoice(label="By which agency?", error_messages={"invalid_choice": "Choose one of the agencies."})
    person = PlainText(
        label="Or by whom?", limit=PERSON_MAX, help_text="A person who does not act for one of the agencies."
    )
    due_on = DayField(label="By when?")
    milestone = PlainText(label="About which milestone?", limit=9, required=False, help_text="Its number, such as 4.3.")

    def __init__(self, *args: Any, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", "Choose an agency"), *((each.code, each.name) for each in agencies)]
        cast(forms.ChoiceField, self.fields["agency"]).choices = offered
        self.agencies = {each.code: each for each in agencies}

    def clean_due_on(self) -> date:
        """Ask for the day."""
        if self.cleaned_data["due_on"] is None:
            raise forms.ValidationError("Say by which day.")
        day: date = self.cleaned_data["due_on"]
        return day

    def clean_milestone(self) -> Milestone | None:
        """Find the milestone by its number; nothing said is none."""
        code = self.cleaned_data["milestone"]
        if not code:
            return None
        found = Milestone.objects.coded(code).first() if re.fullmatch(MilestoneCode.regex, code) else None
        if found is None:
            raise forms.ValidationError(f"There is no milestone {code[:9]}.")
        return found

    def facts(self) -> dict[str, Any]:
        """Return what was said, as the door takes it."""
        said = self.cleaned_data
        return {**said, "agency": self.agencies.get(said["agency"])}


class AnswerForm(WrittenForm):
    """What the agency answers."""

    answer = PlainText(
        label="Answer", limit=STATEMENT_MAX, rows=4, help_text="The committee reads it in the next pack."
    )


class SinceForm(forms.Form):
    """From which meeting a pack counts."""

    since = forms.ChoiceField(label="Counted from", required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, meetings: Sequence[Meeting], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offered = [(str(each.number), said(each)) for each in meetings]
        cast(forms.ChoiceField, self.fields["since"]).choices = [*offered, (START, "The start of the record")]


def said(meeting: Meeting) -> str:
    """Name a meeting with its day: "ESC meeting 3, Sep 10, 2020"."""
    return f"{meeting}, {say_day(clock.day_of(meeting.told[0].held_at))}"


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, clock.NEW_YORK)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(clock.NEW_YORK)
