"""What happens when PLCY writes into a weekly report, and when it replaces a line that an agency wrote?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from actions.target_dates import FIRST_YEAR, LAST_YEAR
from esc_tracker.accounts.models import Agency, User, agency_code
from esc_tracker.journal.acts import act
from esc_tracker.reader import esc_reader
from milestones.converters import MilestoneCode
from milestones.models import Milestone
from milestones.querysets import coded
from milestones.refusals import Incomplete, problem_with_text
from milestones.words import NEXT_STEP_MAX, STATEMENT_MAX
from reports.editions import digest_of
from reports.models import WeeklyReport
from reports.weekly.drafting import seal_anew
from reports.weekly.permissions import NotNow, demand, why_not_edit, why_not_write_for_coac

NARRATIVE_MAX = 5000
ASK_MAX = 500
ASKS = 10
LINE_MAX = {"statement": STATEMENT_MAX, "next_step": NEXT_STEP_MAX, "reason": STATEMENT_MAX, "needed": STATEMENT_MAX}
NO_SUCH_LINE = "This draft prints no such line any more."
Ask = dict[str, Any]


class WrittenMeanwhile(NotNow):
    """Somebody else wrote the same since the form was shown; nothing was written. `report` is the row as it stands."""

    def __init__(self, report: WeeklyReport) -> None:
        super().__init__(f"Somebody else wrote into the report of {report.week} since you opened this page.")
        self.report = report


@dataclass(frozen=True)
class Line:
    """One line of an agency's words in a draft: as the agency says it, and the edit of it that is kept, if any."""

    code: str
    agency: str
    field: str
    own: str = ""
    edit: Mapping[str, str] | None = None

    @property
    def is_edited(self) -> bool:
        """Say whether PLCY's words are printed in place of the agency's."""
        return self.edit is not None and self.edit["own"] == self.own

    @property
    def is_outdated(self) -> bool:
        """Say whether an edit is kept that fits no more."""
        return self.edit is not None and not self.is_edited

    @property
    def text(self) -> str:
        """Return what is printed."""
        return self.edit["text"] if self.edit and self.is_edited else self.own

    @property
    def digest(self) -> str:
        """Return what tells two writers at once apart."""
        return digest_of({"own": self.own, "edit": dict(self.edit) if self.edit else None})


def written_digest(report: WeeklyReport) -> str:
    """Return the digest of narratives and asks, by which two people who write at once are told apart."""
    return digest_of(_said(report))


def write(
    report: WeeklyReport,
    *,
    by: User,
    narrative: str | None = None,
    coac_narrative: str | None = None,
    asks: Sequence[Mapping[str, Any]] | None = None,
    seen_digest: str = "",
) -> WeeklyReport:
    """Write narratives and asks into a report; what is None stays as it is.

    Narrative and asks are of drafts only; the COAC narrative may change until the report is released. An ask is
    `{"agency", "text", "milestone", "by"}`: agency "" asks all principals, milestone may be "", `by` a day or None.
    `seen_digest` is the `written_digest` that the person read. Raises NotAllowed, NotNow, WrittenMeanwhile or
    Incomplete (`narrative`, `coac_narrative`, `asks`, `ask_1_text` …), with nothing written. Twenty queries.
    """
    with act("reports.write", by=by, about=report.week) as this:
        row = WeeklyReport.objects.get(pk=report.pk)
        if coac_narrative is None or narrative is not None or asks is not None:
            demand(by, why_not_edit(by, row))
        if coac_narrative is not None:
            demand(by, why_not_write_for_coac(by, row, standing=row.released()))
        before = _said(row)
        after = {
            "narrative": row.narrative if narrative is None else narrative.strip(),
            "coac_narrative": row.coac_narrative if coac_narrative is None else coac_narrative.strip(),
            "asks": row.asks if asks is None else _asks(row, asks),
        }
        if problems := _problems_with_narratives(after):
            raise Incomplete(problems)
        if before == after:
            this.changed_nothing()
            return row
        if seen_digest and seen_digest != written_digest(row):
            raise WrittenMeanwhile(row)
        for name, value in after.items():
            setattr(row, name, value)
        if not row.is_published:
            seal_anew(row)
        row.save(update_fields=["narrative", "coac_narrative", "asks", "figures", "digest"])
        this.before = {name: value for name, value in before.items() if value != after[name]}
        this.after = {
            "version": row.version,
            "digest": row.digest,
            **{name: value for name, value in after.items() if value != before[name]},
        }
    return row


def edit_line(
    report: WeeklyReport, *, by: User, code: str, agency: str, field: str, text: str, seen_digest: str = ""
) -> WeeklyReport:
    """Print PLCY's words in place of one line of an agency; "" (or the agency's own words) takes the edit back.

    The edit is of the line as it stands in the draft. `seen_digest` is that of the Line that the person read. Raises
    NotAllowed, NotNow, WrittenMeanwhile or Incomplete (`text`), with nothing written. Sixteen queries.
    """
    with act("reports.edit_line", by=by, about=report.week) as this:
        row = WeeklyReport.objects.get(pk=report.pk)
        demand(by, why_not_edit(by, row))
        line, text = line_of(row, code, agency, field), text.strip()
        if text and not line.own:
            raise Incomplete({"text": NO_SUCH_LINE})
        if problem := problem_with_text(text, LINE_MAX.get(field, STATEMENT_MAX)):
            raise Incomplete({"text": problem})
        wanted = {"code": code, "agency": agency, "field": field, "own": line.own, "text": text}
        edit = wanted if text and text != line.own else None
        if edit == line.edit:
            this.changed_nothing()
            return row
        if seen_digest and seen_digest != line.digest:
            raise WrittenMeanwhile(row)
        row.edits = [each for each in row.edits if each != line.edit] + ([edit] if edit else [])
        seal_anew(row)
        row.save(update_fields=["edits", "figures", "digest"])
        this.before = dict(line.edit or {})
        this.after = {"version": row.version, "digest": row.digest, **(edit or {**wanted, "text": ""})}
    return row


# --- Lines that can be replaced ------------------------------------------------------------------------------------


def lines_of(report: WeeklyReport) -> list[Line]:
    """Return every line of the agencies' words in a draft, as they come, and after them what is edited in vain."""
    kept = {(edit["code"], edit["agency"], edit["field"]): edit for edit in report.edits}
    found: dict[tuple[str, str, str], Line] = {}
    for row in rows_with_words(report):
        for said in row["words"]:
            for field in LINE_MAX:
                place = (row["code"], said["agency"], field)
                if said.get(field) and place not in found:
                    found[place] = Line(*place, own=said[field], edit=kept.get(place))
    gone = (Line(*place, edit=edit) for place, edit in kept.items() if place not in found)
    return [*found.values(), *gone]


def line_of(report: WeeklyReport, code: str, agency: str, field: str) -> Line:
    """Return one line of a draft; one that is not there has neither words nor edit."""
    place = (code, agency, field)
    found = (line for line in lines_of(report) if (line.code, line.agency, line.field) == place)
    return next(found, Line(*place))


def texts_of(report: WeeklyReport) -> dict[str, str]:
    """Return the plan text of each milestone whose lines a draft prints."""
    return {row["code"]: row["text"] for row in rows_with_words(report)}


def rows_with_words(report: WeeklyReport) -> list[dict[str, Any]]:
    """Return the rows of a report's lists that bring words of agencies, a milestone as often as it is listed."""
    lists = (rows for rows in report.content.values() if isinstance(rows, list))
    return [row for rows in lists for row in rows if row.get("words")]


# --- What can be written -------------------------------------------------------------------------------------------


def _said(report: WeeklyReport) -> dict[str, Any]:
    return {"narrative": report.narrative, "coac_narrative": report.coac_narrative, "asks": report.asks}


def _problems_with_narratives(said: Mapping[str, Any]) -> dict[str, str]:
    problems = {name: problem_with_text(said[name], NARRATIVE_MAX) for name in ("narrative", "coac_narrative")}
    return {name: problem for name, problem in problems.items() if problem}


def _asks(report: WeeklyReport, asks: Sequence[Mapping[str, Any]]) -> list[Ask]:
    """Return the asks as they are kept, empty ones left out. Two queries. Raises Incomplete."""
    numbered = {number: ask for number, ask in enumerate(asks, start=1) if ask["text"] or ask["milestone"] or ask["by"]}
    agencies = set(Agency.objects.values_list("code", flat=True))
    codes = {str(ask["milestone"]) for ask in numbered.values() if ask["milestone"]}
    milestones = Milestone.objects.visible_to(esc_reader(report.as_of)).filter(coded(set(filter(_is_code, codes))))
    known = {row.code for row in milestones}
    problems: dict[str, str] = {}
    if len(numbered) > ASKS:
        problems["asks"] = f"These are {len(numbered)} asks; {ASKS} fit."
    kept: list[Ask] = []
    for number, ask in numbered.items():
        agency, milestone = agency_code(ask["agency"] or ""), ask["milestone"] or None
        text, by = (ask["text"] or "").strip(), ask["by"]
        if problem := problem_with_text(text, ASK_MAX, missing="Say what is asked."):
            problems[f"ask_{number}_text"] = problem
        if agency and agency not in agencies:
            problems[f"ask_{number}_agency"] = f"There is no agency {agency[:20]}."
        if milestone and milestone not in known:
            problems[f"ask_{number}_milestone"] = f"There is no milestone {milestone[:20]} in this report."
        if by is not None and not _is_day(by):
            problems[f"ask_{number}_by"] = f"Write a day of the years {FIRST_YEAR} to {LAST_YEAR}."
        else:
            kept.append({"agency": agency, "text": text, "milestone": milestone, "by": by.isoformat() if by else None})
    if problems:
        raise Incomplete(problems)
    return kept


def _is_code(text: str) -> bool:
    return re.fullmatch(MilestoneCode.regex, text) is not None


def _is_day(value: object) -> bool:
    return isinstance(value, date) and FIRST_YEAR <= value.year <= LAST_YEAR
