"""Who may? And if not, why not?

Each predicate answers with a sentence for the person, empty when they may. Pages show it; doors ask it again inside
the act. The sentences tell only what this person may know.
"""

from collections.abc import Sequence

from esc_tracker.accounts.models import PLCY, Role, User, agency_name
from milestones.authority import CHAIR, Authority
from milestones.models import Question, Responsibility, TargetRevision
from milestones.workflow import UPDATABLE, Move, Status, chair_may

_LEAD_OR_JOINT = frozenset({Responsibility.Part.LEAD, Responsibility.Part.JOINT})


def speakers(responsible: Sequence[Responsibility]) -> list[Responsibility]:
    """Return those of the responsibilities in force whose agency speaks for the milestone: lead and joint."""
    return [each for each in responsible if each.part in _LEAD_OR_JOINT]


def why_not_update(
    user: User, status: str, responsible: Sequence[Responsibility], *, speaking_for: str | None = None
) -> str:
    """Say why this person may not post an update on a milestone of this status; "" when they may. No query.

    `responsible` are the responsibilities in force, agencies fetched; `speaking_for` the agency whose word it is, if
    not the person's own: PLCY enters what another agency sent.
    """
    if user.role not in {Role.ESC_MEMBER, Role.PLCY_STAFF}:
        return "Your role reads the record and does not change it."
    speaking = speakers(responsible)
    if speaking_for not in {None, user.agency_id}:
        return _why_not_enter(user, str(speaking_for), speaking) or _why_closed(status)
    if user.agency_id not in {each.agency_id for each in speaking}:
        if user.role == Role.PLCY_STAFF and not speaking:
            return _why_closed(status)
        return _not_yours(user, responsible, speaking)
    return _why_closed(status)


def why_not_check_in(user: User, agency: str) -> str:
    """Say why this person may not hand in an agency's answers; "" when they may: its own people, and PLCY. No query."""
    if user.role not in {Role.ESC_MEMBER, Role.PLCY_STAFF}:
        return "Your role reads the record and does not change it."
    return "" if user.role == Role.PLCY_STAFF or agency == user.agency_id else _only_by_its_own(agency)


def why_not_note(user: User, responsible: Sequence[Responsibility]) -> str:
    """Say why this person may not add a note; "" when they may: any agency with a part, and PLCY. No query."""
    if user.role == Role.PLCY_STAFF:
        return ""
    if user.role != Role.ESC_MEMBER:
        return "Your role reads the record and does not change it."
    if user.agency_id in {each.agency_id for each in responsible}:
        return ""
    return _not_yours(user, responsible, speakers(responsible))


def why_not_chair(user: User) -> str:
    """Say why this person may not decide for the chair's office, whatever the matter; "" when they may. No query."""
    return "" if user.role == Role.PLCY_STAFF else "Only PLCY, the chair's office, decides this."


def why_not_decide(
    user: User, move: Move, status: str, *, reported_by_id: int | None, authority: Authority = CHAIR
) -> str:
    """Say why this person may not make a move of the chair's office; "" when they may. No query.

    `reported_by_id` is who reported the completion that waits, if one does: for the chair's office nobody decides
    their own; what a meeting or a principal decided, anyone of PLCY records.
    """
    if refusal := why_not_chair(user):
        return refusal
    if not chair_may(move, status):
        return _CHAIR_CANNOT[move]
    if authority.is_chair and move in {Move.CONFIRM, Move.RETURN} and reported_by_id == user.pk:
        return "You reported this completion yourself; another person of the chair's office decides it."
    return ""


def why_not_decide_revision(user: User, revision: TargetRevision, *, authority: Authority = CHAIR) -> str:
    """Say why this person may not decide a request for a new target; "" when they may. No query."""
    if refusal := why_not_chair(user):
        return refusal
    if revision.state == TargetRevision.State.SUPERSEDED:
        return "The request you saw waits no more: a newer one took its place, or the milestone was withdrawn."
    if revision.state != TargetRevision.State.PENDING:
        return f"This request was decided meanwhile: {revision.get_state_display().lower()}."
    if authority.is_chair and revision.by_id == user.pk:
        return "You asked for this yourself; another person of the chair's office decides it."
    return ""


def why_not_assign(user: User) -> str:
    """Say why this person may not name an agency for a milestone; "" when they may. No query."""
    return "" if user.role == Role.PLCY_STAFF else "Only PLCY, the chair's office, names an agency."


def why_not_ask(user: User, *, asked_of: str, status: str, responsible: Sequence[Responsibility]) -> str:
    """Say why this person may not ask an agency about its word; "" when they may. No query.

    PLCY asks every agency that speaks for the milestone; an agency that speaks for it asks the others.
    """
    if user.role not in {Role.ESC_MEMBER, Role.PLCY_STAFF}:
        return "Your role reads the record and does not change it."
    speaking = {each.agency_id for each in speakers(responsible)}
    if user.role != Role.PLCY_STAFF and user.agency_id not in speaking:
        ours = agency_name(user.agency_id or "")
        return f"Only {PLCY} and the agencies that answer for this milestone ask here. You are signed in for {ours}."
    if user.agency_id == asked_of:
        return "A question goes to another agency; this is your own agency's word."
    if asked_of not in speaking:
        return f"{agency_name(asked_of)} does not answer for this milestone."
    return "" if status in UPDATABLE else "Questions are asked while a milestone is open; this one is closed."


def why_not_answer(user: User, question: Question, *, entered: bool = False) -> str:
    """Say why this person may not answer a question; "" when they may. No query.

    `entered`: PLCY enters what the agency answered, from a named source.
    """
    if user.role not in {Role.ESC_MEMBER, Role.PLCY_STAFF}:
        return "Your role reads the record and does not change it."
    asked = agency_name(question.asked_of_id)
    if user.agency_id != question.asked_of_id and not (entered and user.role == Role.PLCY_STAFF):
        return f"Only {asked}, and {PLCY} from a named source in its check-in, can answer for {asked}."
    if question.closed_at is None:
        return ""
    return f"This question was {'answered' if question.answer else 'closed by an update'} meanwhile."


def why_not_propose(user: User, responsible: Sequence[Responsibility]) -> str:
    """Say why this person may not propose a text to be shared with COAC; "" when they may. No query."""
    if user.role == Role.PLCY_STAFF:
        return ""
    if user.role != Role.ESC_MEMBER:
        return "Your role reads the record and does not change it."
    if user.agency_id in {each.agency_id for each in speakers(responsible)}:
        return ""
    ours = agency_name(user.agency_id or "")
    return f"Only {PLCY} and the agencies that answer for this milestone propose a text. You are signed in for {ours}."


def why_not_clear(user: User) -> str:
    """Say why this person may not clear a text to be shared with COAC; "" when they may. No query."""
    return "" if user.role == Role.PLCY_STAFF else f"Only {PLCY}, the chair's office, clears a text for COAC."


def why_not_add(user: User) -> str:
    """Say why this person may not add a milestone to the plan; "" when they may. No query."""
    return "" if user.role == Role.PLCY_STAFF else "Only PLCY, the chair's office, adds a milestone to the plan."


_CHAIR_CANNOT = {
    Move.CONFIRM: "No completion is waiting to be confirmed.",
    Move.RETURN: "No completion is waiting to be returned.",
    Move.REOPEN: "Only a completed milestone can be reopened.",
    Move.WITHDRAW: "This milestone is closed already.",
}


def _why_not_enter(user: User, agency: str, speaking: Sequence[Responsibility]) -> str:
    if user.role != Role.PLCY_STAFF:
        return _only_by_its_own(agency)
    if agency not in {each.agency_id for each in speaking}:
        return f"{agency_name(agency)} does not answer for this milestone."
    return ""


def _only_by_its_own(agency: str) -> str:
    return f"Only {agency_name(agency)}, and {PLCY} from a named source, can update for {agency_name(agency)}."


def _why_closed(status: str) -> str:
    if status in UPDATABLE:
        return ""
    if status == Status.COMPLETED:
        return "This milestone is completed and takes no more updates."
    return "This milestone was withdrawn and takes no more updates."


def _not_yours(user: User, responsible: Sequence[Responsibility], speaking: Sequence[Responsibility]) -> str:
    ours = agency_name(user.agency_id or "")
    signed_in = f"You are signed in for {ours}."
    if not speaking:
        return f"No agency is named for this milestone yet; {PLCY} keeps it as chair. {signed_in}"
    names = " and ".join(str(each.agency) for each in speaking)
    if user.agency_id in {each.agency_id for each in responsible}:
        return f"{ours} supports this milestone: it may add a note, and {names} may update it."
    return f"Only {names} can update this milestone. {signed_in}"
