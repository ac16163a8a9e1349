"""What was asked, answered, shared, agreed, owed, flagged and noted beside the record of a milestone?"""

from collections.abc import Iterable, Sequence

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, agency_name
from esc_tracker.reader import Reader
from milestones.history.ledgers import Remark
from milestones.history.lines import NOBODY, HistoryLine, ended, named, source
from milestones.models import Note, Question
from milestones.questions import is_open
from milestones.telling import say_day
from milestones.workflow import Move


def told_questions(questions: Sequence[Question], reader: Reader) -> Iterable[HistoryLine]:
    """Tell what an agency was asked about its word, and how that was closed."""
    for question in questions:
        asker, asked = question.agency.name, question.asked_of.name
        update = None if is_open(question, reader) else question.closing_update
        closed = ""
        if update is not None:
            closed = (
                " Closed as the milestone was withdrawn."
                if update.move == Move.WITHDRAW
                else f" Closed by what {asked} said on {say_day(clock.day_of(update.recorded_at))}."
            )
        yield HistoryLine(
            at=question.recorded_at, kind="question", speaker=asker,
            person=named(reader, question.agency_id, question.by_name),  # type: ignore[attr-defined]  # annotated
            sentence=f"Asked {asked} a question.{closed}", quotes=(("", question.text),),
        )  # fmt: skip
        if question.closed_at and question.answer and not is_open(question, reader):
            code, name = question.closer_code, question.closer_name  # type: ignore[attr-defined]  # annotated
            by = source(reader, question.check_in, question.asked_of, name)
            yield HistoryLine(
                at=question.closed_at, kind="question", speaker=asked, person="" if by else named(reader, code, name),
                sentence=f"Answered what {asker} asked on {say_day(clock.day_of(question.recorded_at))}.{by}",
                quotes=(("", question.answer),),
            )  # fmt: skip


def told_remarks(remarks: Sequence[Remark], reader: Reader) -> Iterable[HistoryLine]:
    """Tell flags, notes, texts for COAC, concurrences and due-outs."""
    for remark in remarks:
        yield from _TELL[remark.what](remark, reader)


def _flag(remark: Remark, reader: Reader) -> Iterable[HistoryLine]:
    on = say_day(remark.day) if remark.day else ""
    sentence = f"Flagged as overdue: its target, {on}, had passed."
    yield HistoryLine(at=remark.at, kind="flag", speaker=NOBODY, person="", sentence=sentence)


def _note(remark: Remark, reader: Reader) -> Iterable[HistoryLine]:
    own = "for PLCY only" if remark.whose == PLCY else f"for {remark.says} and PLCY only"
    yield _line(remark, reader, "note", own if remark.mode == Note.Audience.AGENCY else "for the ESC")


def _summary(remark: Remark, reader: Reader) -> Iterable[HistoryLine]:
    yield _line(remark, reader, "summary", "Proposed a text to be shared with COAC.")
    if remark.ended_at and ended(remark.ended_at, reader):
        yield HistoryLine(
            at=remark.ended_at, kind="summary", speaker=PLCY, person=named(reader, PLCY, remark.ender), place=1,
            sentence=f"Cleared for COAC what {remark.says} proposed on {say_day(clock.day_of(remark.at))}.",
        )  # fmt: skip


def _concurrence(remark: Remark, reader: Reader) -> Iterable[HistoryLine]:
    agreed = "Concurred: it is complete." if remark.mode == "yes" else "Did not concur that it is complete."
    yield _line(remark, reader, "words", agreed)


def _due_out(remark: Remark, reader: Reader) -> Iterable[HistoryLine]:
    owner = agency_name(remark.whose) if remark.whose else remark.mode
    by_when = f", due {say_day(remark.day)}" if remark.day else ""
    yield HistoryLine(
        at=remark.at, kind="due_out", speaker=PLCY, person=named(reader, PLCY, remark.who),
        sentence=f"Wrote down a due-out of ESC meeting {remark.number} for {owner}{by_when}.",
        quotes=(("", remark.said),),
    )  # fmt: skip
    if remark.ended_at and ended(remark.ended_at, reader):
        yield HistoryLine(
            at=remark.ended_at, kind="due_out", speaker=agency_name(remark.ender_code or PLCY),
            person=named(reader, remark.ender_code, remark.ender),
            sentence=f"Answered a due-out of ESC meeting {remark.number}.", quotes=(("", remark.ended_with),),
        )  # fmt: skip


def _line(remark: Remark, reader: Reader, kind: str, sentence: str) -> HistoryLine:
    return HistoryLine(
        at=remark.at,
        kind=kind,
        speaker=remark.says or "",
        person=named(reader, remark.whose, remark.who),
        sentence=sentence,
        quotes=(("", remark.said),) if remark.said else (),
    )


_TELL = {"flag": _flag, "note": _note, "summary": _summary, "concurrence": _concurrence, "due_out": _due_out}
