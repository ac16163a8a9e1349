"""What do the words of the record mean: the plan, where its milestones stand, who says so?"""

from reports.definitions.term import Chapter, Term

PLAN = Chapter(
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
            "The plan names no end for this milestone. It never falls due, but its agency is still asked for updates.",
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
)

STATUS = Chapter(
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
)

LOOKS = Chapter(
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
)

RESPONSIBLE = Chapter(
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
)

WORDS = Chapter(
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
)
