"""What was reported complete, what shows it, and does the other agency of a joint milestone concur?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from esc_tracker.accounts.models import Role, User, agency_name
from esc_tracker.reader import Reader
from milestones.evidence import Evidence
from milestones.models import Concurrence, Milestone, Responsibility, StatusUpdate
from milestones.permissions import speakers
from milestones.querysets import recorded_before
from milestones.workflow import Status

STANDS = frozenset({Status.REPORTED_COMPLETE, Status.COMPLETED})  # in these a report stands


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether an agency that was asked concurs: None while it has not answered; `text` says why not."""

    agency: str
    concurs: bool | None = None
    text: str = ""
    at: datetime | None = None

    def __str__(self) -> str:
        """Say it: "USPS has not answered yet", "USPS concurs", "USPS does not concur"."""
        if self.concurs is None:
            return f"{self.agency} has not answered yet"
        return f"{self.agency} {'concurs' if self.concurs else 'does not concur'}"


@dataclass(frozen=True, kw_only=True)
class Reported:
    """A report of completion that stands: the act, what is cited for it, what the other agencies answered."""

    report: StatusUpdate
    evidence: Evidence
    answers: tuple[Answer, ...]


def reported_of(milestone: Milestone, report: StatusUpdate | None, reader: Reader) -> Reported | None:
    """Return what a milestone's last report of completion says, None where none stands. For the committee only.

    `milestone` comes from `visible_to`, with `responsible` and `last_words`. One query where another agency is asked
    whether it concurs, else none.
    """
    if report is None or milestone.status not in STANDS:
        return None
    return Reported(
        report=report,
        evidence=evidence_for(report, milestone.last_words),
        answers=tuple(_answers(report, milestone.responsible, reader.moment)),
    )


def evidence_for(report: StatusUpdate, words: Iterable[StatusUpdate]) -> Evidence:
    """Return what the reporting agency's last word cites, or its report where that is not among `words`. No query."""
    said = next((word for word in words if word.agency_id == report.agency_id), report)
    return Evidence.kept_in(said if said.version > report.version else report)


def asked_to_concur(reporter: str, responsible: Sequence[Responsibility]) -> list[Responsibility]:
    """Return the parts of the agencies that are asked whether they concur: lead and joint, but the one that reported.

    No query.
    """
    return [held for held in speakers(responsible) if held.agency_id != reporter]


def why_not_concur(user: User, status: str, responsible: Sequence[Responsibility], *, reporter: str | None) -> str:
    """Say why this person may not say whether their agency concurs; "" when they may. No query.

    `reporter` is the agency that reported the completion last, None if none ever did.
    """
    if user.role not in {Role.ESC_MEMBER, Role.PLCY_STAFF}:
        return "Your role reads the record and does not change it."
    ours = agency_name(user.agency_id or "")
    if user.agency_id not in {held.agency_id for held in speakers(responsible)}:
        return f"Only the agencies that answer for this milestone are asked. You are signed in for {ours}."
    if status != Status.REPORTED_COMPLETE or reporter is None:
        return "No report of completion waits for an answer."
    if user.agency_id == reporter:
        return f"{ours} reported this completion itself; the other agency is asked whether it concurs."
    return ""


def _answers(report: StatusUpdate, responsible: Sequence[Responsibility], moment: datetime | None) -> Iterable[Answer]:
    asked = asked_to_concur(report.agency_id, responsible)
    if not asked:
        return
    said = Concurrence.objects.filter(recorded_before(moment), report=report).order_by("recorded_at", "pk")
    last = {each.agency_id: each for each in said}
    for held in asked:
        name, answer = held.agency.name, last.get(held.agency_id)
        yield (
            Answer(agency=name, concurs=answer.concurs, text=answer.text, at=answer.recorded_at)
            if answer
            else Answer(agency=name)
        )
