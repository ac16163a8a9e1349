"""What happens when somebody asks about an agency's word, and when that is answered?"""

from django.db.models import F, QuerySet

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from esc_tracker.reader import Reader
from milestones.models import CheckIn, Question, Responsibility, StatusUpdate
from milestones.permissions import why_not_answer, why_not_ask
from milestones.querysets import recorded_before
from milestones.refusals import Incomplete, NotAllowed, demand, problem_with_text
from milestones.words import STATEMENT_MAX

ASK_SOMETHING = "Write the question."
ANSWER_SOMETHING = "Write the answer."


def ask(update: StatusUpdate, *, by: User, text: str) -> Question:
    """Ask an agency about its word. The same question sent twice on a day is one.

    Raises NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.ask", by=by, about=update.milestone.code) as this:
        said = StatusUpdate.objects.select_related("milestone").get(pk=update.pk)
        if not said.is_words:
            raise NotAllowed("A question is asked about an agency's word; this was a decision.")
        responsible = list(Responsibility.objects.filter(milestone=said.milestone).in_force().lead_first())
        status = said.milestone.current_status
        demand(why_not_ask(by, asked_of=said.agency_id, status=status, responsible=responsible))
        if wrong := problem_with_text(text, STATEMENT_MAX, missing=ASK_SOMETHING):
            raise Incomplete({"text": wrong})
        today = clock.start_of(clock.day_of(this.recorded_at))
        same = Question.objects.filter(update=said, by=by, text=text.strip())
        if asked := same.filter(recorded_at__gte=today, recorded_at__lte=this.recorded_at).first():
            this.changed_nothing()
            return asked
        question = Question.objects.create(
            update=said,
            milestone=said.milestone,
            asked_of_id=said.agency_id,
            agency_id=str(by.agency_id),  # whoever may act has one
            by=by,
            recorded_at=this.recorded_at,
            text=text.strip(),
        )
        this.after = {
            "question": question.pk,
            "asked_of": said.agency_id,
            "of_version": said.version,
            "text": question.text,
        }
    return question


def answer(question: Question, *, by: User, text: str, check_in: CheckIn | None = None) -> Question:
    """Answer a question of one's agency, once; `check_in` names the source of an answer that PLCY enters.

    One's own answer sent twice has one effect. Answered meanwhile by another, or by an update: NotAllowed. Raises
    NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.answer", by=by, about=question.milestone.code) as this:
        asked = Question.objects.get(pk=question.pk)
        if asked.closed_at and asked.closed_by_id == by.pk and asked.answer == text.strip():
            this.changed_nothing()
            return asked
        entered = check_in is not None and check_in.is_entered and check_in.agency_id == asked.asked_of_id
        demand(why_not_answer(by, asked, entered=entered))
        if wrong := problem_with_text(text, STATEMENT_MAX, missing=ANSWER_SOMETHING):
            raise Incomplete({"text": wrong})
        asked.answer, asked.closed_at, asked.closed_by = text.strip(), this.recorded_at, by
        asked.check_in = check_in
        asked.save(update_fields=["answer", "closed_at", "closed_by", "check_in"])
        this.after = {"question": asked.pk, "answer": asked.answer}
        if check_in is not None:
            this.after["check_in"] = check_in.pk
    return asked


def is_open(question: Question, reader: Reader) -> bool:
    """Say whether a question waited for its answer at the reader's moment. No query."""
    closed = question.closed_at
    return closed is None or (reader.moment is not None and closed >= reader.moment)


def questions_for(reader: Reader) -> QuerySet[Question]:
    """Return the questions this reader may read, asked by their moment, oldest first; none for COAC. One query.

    Each has `asked_of`, `agency`, `milestone`, `update`, `closing_update` and `check_in` fetched, `by_name` and
    `closer_name` (str or null), `closer_code` (the agency of who closed it, or null).
    """
    rows = Question.objects.filter(recorded_before(reader.moment)) if reader.sees_internal else Question.objects.none()
    return (
        rows.select_related("asked_of", "agency", "milestone", "update", "closing_update", "check_in")
        .annotate(by_name=F("by__name"), closer_name=F("closed_by__name"), closer_code=F("closed_by__agency_id"))
        .order_by("recorded_at", "pk")
    )
