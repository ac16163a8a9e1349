"""What does every word and number on screen mean?

The one source of the definitions page and of docs/definitions.md (a test keeps the two the same). A change of meaning
raises VERSION.
"""

from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True)
class Term:
    """One word or number: its anchor on the page, how it is written, what it means."""

    anchor: str
    word: str
    means: str


@dataclass(frozen=True)
class Chapter:
    """Terms that belong together."""

    anchor: str
    title: str
    terms: tuple[Term, ...]


CHAPTERS = (
    Chapter(
        "plan",
        "What the plan promises",
        (
            Term(
                "action",
                "Action",
                "One of the plan’s numbered undertakings, such as Action 4. Each has one or more milestones.",
            ),
            Term(
                "milestone",
                "Milestone",
                "One promise of the plan. Its number is the action’s and its place in it: 4.3 is the third "
                "milestone of Action 4. The plan prints no numbers; ours follow its order and are never reused.",
            ),
            Term(
                "edition",
                "Plan edition",
                "One issue of the plan. Edition 1 is the source document with its 30 milestones, word for word.",
            ),
            Term("plan-date", "Plan", "The estimated timeline exactly as the plan prints it. It never changes."),
            Term(
                "target",
                "Target",
                "The date agreed with PLCY for the committee. It starts equal to the plan and moves only by a "
                "recorded decision.",
            ),
            Term(
                "month",
                "A month as a target",
                "A target such as Oct. 2020 falls due on the last day of that month, and is overdue from the "
                "first day of the next, New York time.",
            ),
            Term(
                "ongoing",
                "Ongoing",
                "The plan names no end for this milestone. It never falls due, but its agency is still asked for "
                "updates.",
            ),
            Term(
                "undated",
                "No date",
                "The plan’s words name no month or day, so none is guessed. Such a milestone is never overdue.",
            ),
            Term(
                "moved",
                "Moved",
                "The target was changed from the one before. “Moved once, +2 months” counts the changes, and the "
                "months between plan and target.",
            ),
            Term(
                "forecast",
                "Forecast",
                "When a responsible agency now expects to finish. It is the agency’s own word and changes no target.",
            ),
        ),
    ),
    Chapter(
        "status",
        "Where a milestone stands",
        (
            Term("not-started", "Not started", "Work has not begun, or no agency has said that it has."),
            Term(
                "in-progress",
                "In progress",
                "A responsible agency has said that work has begun, or the plan calls it ongoing.",
            ),
            Term(
                "awaiting-confirmation",
                "Awaiting confirmation",
                "The agency has reported the milestone complete and PLCY has not yet confirmed or returned it. It "
                "counts neither as completed nor as overdue.",
            ),
            Term(
                "completed",
                "Completed",
                "The agency reported it complete and PLCY confirmed it, or the plan itself prints “Completed”.",
            ),
            Term(
                "withdrawn",
                "Withdrawn",
                "Taken out of the plan by PLCY with a reason. This is final; the milestone is kept on record.",
            ),
            Term("open", "Open", "Not started or in progress."),
            Term(
                "overdue",
                "Overdue",
                "Open, and the target’s due date lies before the day in question. It is worked out each time the "
                "page is read.",
            ),
            Term("days-overdue", "Days overdue", "Days from the target’s due date to the day in question."),
            Term("age", "Age bands", "Overdue milestones by days overdue: 1–30, 31–60, 61–90 and over 90."),
            Term(
                "outcome",
                "Outcome",
                "How a completed milestone ended: delivered, determined not necessary, superseded, or a "
                "continuing activity.",
            ),
        ),
    ),
    Chapter(
        "looks",
        "How it looks",
        (
            Term(
                "outlook",
                "Outlook",
                "How the responsible agency expects the milestone to end. For a joint milestone it is the lead’s.",
            ),
            Term("on-track", "On track", "Proceeding as agreed."),
            Term(
                "at-risk",
                "At risk",
                "Slippage, or a problem that needs adjusting to finish in time. The agency says why.",
            ),
            Term(
                "off-track",
                "Off track",
                "Will miss the target unless the ESC steps in. The agency says what is needed.",
            ),
            Term("no-word", "No word yet", "No responsible agency has given an update, so there is no outlook."),
        ),
    ),
    Chapter(
        "responsible",
        "Who is responsible",
        (
            Term("lead", "Lead", "The agency that answers for the milestone first."),
            Term(
                "joint",
                "Joint",
                "An agency that carries the milestone together with the lead. Each speaks for itself.",
            ),
            Term(
                "supporting",
                "Supporting",
                "An agency that helps. It may add a note but is not asked for updates and is not counted.",
            ),
            Term(
                "basis",
                "Named in the plan, or assigned",
                "Whether the plan’s own sentence names the agency, or PLCY named it later with a recorded reason.",
            ),
            Term(
                "unassigned",
                "No agency named yet",
                "The plan names nobody responsible and PLCY has not assigned anybody. Counted apart, never under PLCY.",
            ),
            Term(
                "subtotals",
                "Subtotals by agency",
                "A joint milestone counts for each of its agencies but once in the total, so agency numbers can "
                "add up to more than the number of milestones.",
            ),
        ),
    ),
    Chapter(
        "words",
        "What agencies say",
        (
            Term(
                "update",
                "Update",
                "One agency’s word about one milestone: where it stands, what comes next, how it looks and when "
                "it is expected.",
            ),
            Term(
                "no-change",
                "No change",
                "The agency confirms its last words. This is an answer; saying nothing is not. It does not answer a "
                "question, and after three calls without new words on an overdue milestone it is not enough.",
            ),
            Term(
                "last-update",
                "Last update",
                "The day and the first words of the latest update by a responsible agency.",
            ),
            Term("note", "Note", "A remark beside the record, never printed in a report."),
            Term(
                "call",
                "Call for updates",
                "Each week agencies are asked for updates by Friday noon, New York time, or the working day "
                "before if that Friday is a federal holiday.",
            ),
            Term(
                "silent",
                "Silent",
                "A responsible agency gave no update on an open milestone from the start of the call’s week, and "
                "the call has fallen due. Not worked out where no agency is named. No call, nobody silent.",
            ),
            Term("shared-summary", "Shared summary", "A text about a milestone that PLCY has cleared for COAC."),
        ),
    ),
    Chapter(
        "committee",
        "How the committee works",
        (
            Term(
                "check-in",
                "Check-in",
                "All open milestones of one agency on one page. Each answer is kept or refused by itself.",
            ),
            Term(
                "entered",
                "Entered by PLCY",
                "An agency’s answer that came by mail, by telephone or at a meeting. PLCY names who said so, "
                "when and how; the agency is told.",
            ),
            Term(
                "question",
                "Question",
                "Asked by PLCY, or by the other agency of a joint milestone, about an agency’s word. An answer "
                "or new words close it. It is never printed in a report.",
            ),
            Term(
                "evidence",
                "Evidence",
                "What shows that a milestone is complete: a document’s title, its date and identifier, and who "
                "holds the record copy. The tracker keeps no documents.",
            ),
            Term(
                "concurrence",
                "Concurrence",
                "Whether the other agency of a joint milestone agrees that it is complete. PLCY sees it before "
                "it confirms.",
            ),
            Term(
                "unconfirmed",
                "Past target, unconfirmed",
                "Reported complete, and more than ten working days past its target. Federal holidays are no "
                "working days.",
            ),
            Term(
                "authority",
                "Authority",
                "Whose decision it is: the chair’s office, which never decides a request of the same person, a "
                "meeting of the ESC, or a named principal on a day.",
            ),
            Term(
                "due-out",
                "Due-out",
                "What an agency or a person owes the committee after a meeting, until it is answered.",
            ),
            Term(
                "pack",
                "Meeting pack",
                "What happened since the meeting before, what waits and what falls due. The read-ahead is the "
                "same, frozen: by default at noon, two working days before the meeting.",
            ),
            Term(
                "contact",
                "Contact",
                "Whom mail about an agency’s milestone goes to. While the contact is away it goes to the "
                "alternate; a principal gets a copy.",
            ),
        ),
    ),
    Chapter(
        "reports",
        "What a weekly report counts",
        (
            Term(
                "week",
                "Reporting week",
                "Monday to Sunday, New York time, written 2020-W37. Its cut-off is the midnight that ends the Sunday.",
            ),
            Term(
                "as-of",
                "As of",
                "The record as it stood at that moment. As of a day means at the midnight that ends it; later "
                "acts do not count.",
            ),
            Term(
                "since",
                "Since",
                "Where the time a report covers begins: the “as of” of the report before, or the start of the "
                "record for the first.",
            ),
            Term(
                "completed-since",
                "Completed in this report",
                "Milestones whose completion PLCY confirmed between “since” and “as of”, whenever the work was done.",
            ),
            Term(
                "reported-since",
                "Reported complete",
                "Milestones that wait for PLCY’s confirmation at the “as of”.",
            ),
            Term("moved-since", "Targets moved", "Milestones whose target was changed between “since” and “as of”."),
            Term(
                "due-soon",
                "Due soon",
                "Open milestones, not overdue, whose target falls due in the 60 days after the “as of”.",
            ),
            Term(
                "attention",
                "Needs attention",
                "Open milestones that are off track or at risk, with the reason and what the agency needs.",
            ),
            Term("draft", "Draft", "A report whose figures PLCY can still take again. Only PLCY sees it."),
            Term(
                "published",
                "Published",
                "Frozen and open to the committee. What was published never changes; a correction is a new version.",
            ),
            Term(
                "released",
                "Released",
                "PLCY has opened the record to COAC up to this report’s “as of”, and recorded who cleared it.",
            ),
            Term(
                "edition-of-report",
                "Edition of a report",
                "The ESC edition is for the committee. The COAC edition holds only what is shared with COAC.",
            ),
            Term(
                "withheld",
                "Status not released",
                "PLCY holds this milestone back from COAC. COAC reads its plan text and nothing else.",
            ),
            Term(
                "digest",
                "Digest",
                "The SHA-256 of the report’s figures. Anyone can compute it again to check that nothing was changed.",
            ),
        ),
    ),
    Chapter(
        "people",
        "Who takes part",
        (
            Term("esc", "ESC", "The Interagency Executive Steering Committee that oversees the plan."),
            Term(
                "plcy",
                "PLCY",
                "The DHS Office of Strategy, Policy, and Plans: the chair’s office. It confirms, assigns, "
                "publishes and releases.",
            ),
            Term("member", "ESC member", "Speaks for one agency and updates its milestones."),
            Term("reader", "Reader", "Reads what members read and changes nothing."),
            Term(
                "coac",
                "COAC",
                "The private-sector advisory working group. It reads the plan and what has been released, and "
                "nothing else.",
            ),
        ),
    ),
)


def as_markdown() -> str:
    """Return the definitions as the text of docs/definitions.md."""
    lines = [
        f"# Definitions, version {VERSION}",
        "",
        "Every word and number on screen. Written from `reports/definitions.py`.",
    ]
    for chapter in CHAPTERS:
        lines += ["", f"## {chapter.title}", ""]
        lines += [f"- **{term.word}**: {term.means}" for term in chapter.terms]
    return "\n".join(lines) + "\n"
