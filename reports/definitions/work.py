"""What do the words of the committee’s work mean: meetings, weekly reports, who takes part?"""

from reports.definitions.term import Chapter, Term

COMMITTEE = Chapter(
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
            "Reported complete, and more than ten working days past its target, the day in question counted "
            "in. Federal holidays are no working days.",
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
)

REPORTS = Chapter(
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
        Term(
            "forward",
            "What comes next",
            "The first day of those 60 on which something falls due, and how many of it are on track. Off track and "
            "at risk both count as not; COAC reads how many fall due.",
        ),
        Term(
            "change",
            "Change since the report before",
            "Each total less the same total at “since”. None where “since” is the start of the record, or where COAC "
            "could see other milestones then.",
        ),
        Term(
            "answered",
            "Answered",
            "The milestones on which an agency gave an update for the latest call fallen due, in time or late. "
            "Together with those it is silent on, they are the ones it was asked about.",
        ),
        Term(
            "planned",
            "Planned by a week",
            "Milestones whose date in the plan lies on or before its Sunday; a month counts by its last day. What "
            "the plan prints as completed counts from the first week, what it gives no date never, what was "
            "withdrawn still.",
        ),
        Term(
            "completed-by",
            "Completed by a week",
            "Milestones completed at the “as of”, each from the day it was completed or the last day of the month. "
            "Where no day is known, from the day PLCY confirmed it, for COAC from the “as of”; what the plan prints as "
            "completed, from the first week.",
        ),
        Term(
            "ask",
            "Ask",
            "What PLCY asks in the ESC edition of one principal or of all: about which milestone and by when, if it "
            "says.",
        ),
        Term(
            "edited",
            "Edited by PLCY",
            "A line of an agency’s words that PLCY replaced in a report. The agency’s own line stands beside it. Once "
            "the agency says something else, its own words are printed again.",
        ),
        Term("draft", "Draft", "A report whose figures PLCY can still take again. Only PLCY sees it."),
        Term(
            "published",
            "Published",
            "Frozen and open to the committee. What was published never changes; a correction is a new version.",
        ),
        Term(
            "correction",
            "Correction",
            "A new version of a published report, with the reason. The version before stays as it was published.",
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
)

PEOPLE = Chapter(
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
)
