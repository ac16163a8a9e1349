"""What happens when an agency hands in its answers, and what holds them together?

Each answer is an act of its own, so that one that is refused never loses the others. What they share, who cleared them
and where they came from, is one `CheckIn`; it enters the record together with the first answer that is kept, or not at
all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.db import transaction

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User, agency_name
from esc_tracker.journal.acts import act
from milestones.models import CheckIn, Milestone, Question, StatusUpdate
from milestones.permissions import why_not_check_in
from milestones.questions import answer
from milestones.refusals import Incomplete, demand, problem_with_text
from milestones.telling import say_day
from milestones.updates import post_update
from milestones.words import SHORT_MAX

Kept = TypeVar("Kept")


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where answers came from that the chair's office enters: who of the agency said so, when, and how."""

    who: str = ""
    on: date | None = None
    how: str = ""


def problems_with_submission(
    by: User, agency: str, *, cleared_by: str, source: Source | None, today: date
) -> dict[str, str]:
    """Return what is missing or wrong in what a submission says of itself, by form field. No query."""
    problems = {"cleared_by": problem_with_text(cleared_by, SHORT_MAX)}
    if by.agency_id == agency:
        problems["source"] = "You answer for your own agency; no source is named." if source else ""
    else:
        problems |= _problems_with_source(source or Source(), agency_name(agency), today)
    return {name: sentence for name, sentence in problems.items() if sentence}


def _problems_with_source(source: Source, name: str, today: date) -> dict[str, str]:
    problems = {
        "source": problem_with_text(source.who, SHORT_MAX, missing=f"Say who of {name} said so."),
        "source_on": "" if source.on else f"Say on which day {name} said so.",
        "source_how": "" if source.how in CheckIn.How.values else "Say how it came: by e-mail, telephone, …",
    }
    if source.on and source.on > today:
        problems["source_on"] = f"This day is in the future; today is {say_day(today)}."
    return problems


def open_check_in(agency: Agency, *, by: User, cleared_by: str = "", source: Source | None = None) -> CheckIn:
    """Record that an agency hands in answers; `source` says where they came from if PLCY enters them.

    Answers follow in acts of their own. Raises NotAllowed or Incomplete, with nothing written. Four queries.
    """
    with act("milestones.check_in", by=by, about=agency.code) as this:
        demand(why_not_check_in(by, agency.code))
        today = clock.day_of(this.recorded_at)
        if problems := problems_with_submission(by, agency.code, cleared_by=cleared_by, source=source, today=today):
            raise Incomplete(problems)
        said = source or Source()
        check_in = CheckIn.objects.create(
            agency=agency,
            by=by,
            recorded_at=this.recorded_at,
            cleared_by=cleared_by.strip(),
            source_how=said.how,
            source_who=said.who.strip(),
            source_on=said.on,
        )
        facts = {
            "check_in": check_in.pk,
            "cleared_by": check_in.cleared_by,
            "source_how": check_in.source_how,
            "source_who": check_in.source_who,
            "source_on": said.on.isoformat() if said.on else "",
        }
        this.after = {name: fact for name, fact in facts.items() if fact != ""}
    return check_in


class _SaidAlready(Exception):
    """The first answer was there already, so that its check-in is taken back."""


@dataclass
class Submission:
    """One submission under way: each answer is kept or refused by itself; `check_in` is None until one is kept."""

    agency: Agency
    by: User
    cleared_by: str = ""
    source: Source | None = None
    check_in: CheckIn | None = field(default=None, init=False)

    def post(self, milestone: Milestone, **said: Any) -> tuple[StatusUpdate, bool]:
        """Post one update, as `post_update` does; say too whether it is new, or was posted already.

        Raises as `post_update` does, with nothing written.
        """
        return self.keep(
            lambda check_in: post_update(milestone, by=self.by, check_in=check_in, **said),
            is_new=lambda update, check_in: update.check_in_id == check_in.pk,
        )

    def answer(self, question: Question, text: str) -> tuple[Question, bool]:
        """Answer one question; say too whether that is new. Raises as `answer` does, with nothing written."""
        return self.keep(
            lambda check_in: answer(question, by=self.by, text=text, check_in=check_in),
            is_new=lambda asked, check_in: asked.closed_at is not None and asked.closed_at > check_in.recorded_at,
        )

    def keep(self, say: Callable[[CheckIn], Kept], *, is_new: Callable[[Kept, CheckIn], bool]) -> tuple[Kept, bool]:
        """Say something with this submission's check-in, which enters the record with the first that is new; say too
        whether it was new, or had been said already. Raises what `say` raises, with nothing written.
        """
        if self.check_in is not None:
            kept = say(self.check_in)
            return kept, is_new(kept, self.check_in)
        there: list[Kept] = []
        try:
            with transaction.atomic():
                check_in = open_check_in(self.agency, by=self.by, cleared_by=self.cleared_by, source=self.source)
                there.append(say(check_in))
                if not is_new(there[0], check_in):
                    raise _SaidAlready
        except _SaidAlready:
            return there[0], False
        self.check_in = check_in
        return there[0], True
