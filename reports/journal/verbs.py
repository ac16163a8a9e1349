"""What do the verbs of the journal mean, in words, and which belong together?

Every verb that a door writes stands here (a test compares). One that does not, of an older version, reads as it is
written.
"""

from dataclasses import dataclass

NOBODY = "The site"  # a job or command acts for no person


@dataclass(frozen=True)
class Verb:
    """One kind of act: the group it belongs to, its name in a list, and the sentence of one such act."""

    group: str
    label: str
    sentence: str


GROUPS = {
    "updates": "Updates and notes",
    "questions": "Questions",
    "decisions": "Decisions on milestones",
    "targets": "Targets",
    "summaries": "Texts for COAC",
    "plan": "Plan and responsibility",
    "calls": "Calls for updates",
    "people": "People of the agencies",
    "meetings": "Meetings",
    "reports": "Reports",
    "seats": "Seats",
    "site": "The site itself",
}

VERBS = {
    "milestones.post_update": Verb("updates", "Posted an update", "{who} posted an update on {about}."),
    "milestones.post_note": Verb("updates", "Wrote a note", "{who} wrote a note beside {about}."),
    "milestones.check_in": Verb("updates", "Handed in a check-in", "{who} handed in a check-in of {about}."),
    "milestones.ask": Verb("questions", "Asked a question", "{who} asked a question on {about}."),
    "milestones.answer": Verb("questions", "Answered a question", "{who} answered a question on {about}."),
    "milestones.confirm": Verb("decisions", "Confirmed completion", "{who} confirmed that {about} is complete."),
    "milestones.return": Verb(
        "decisions", "Returned a report of completion", "{who} returned the report that {about} is complete."
    ),
    "milestones.reopen": Verb("decisions", "Reopened a milestone", "{who} reopened {about}."),
    "milestones.withdraw": Verb("decisions", "Withdrew a milestone", "{who} withdrew {about} from the plan."),
    "milestones.concur": Verb(
        "decisions",
        "Answered whether it is complete",
        "{who} said whether the agency concurs that {about} is complete.",
    ),
    "milestones.flag_overdue": Verb("decisions", "Looked for what is overdue", "{who} looked for what is overdue."),
    "milestones.request_revision": Verb(
        "targets", "Asked for another target", "{who} asked for another target of {about}."
    ),
    "milestones.decide_revision": Verb(
        "targets", "Decided a request for another target", "{who} decided the request for another target of {about}."
    ),
    "milestones.propose_summary": Verb("summaries", "Proposed a text", "{who} proposed a text for COAC on {about}."),
    "milestones.clear_summary": Verb("summaries", "Cleared a text", "{who} cleared the text for COAC on {about}."),
    "milestones.load_plan": Verb("plan", "Loaded the plan", "{who} loaded {about} of the plan."),
    "milestones.add_milestone": Verb("plan", "Added a milestone", "{who} added {about} to the plan."),
    "milestones.assign": Verb("plan", "Named a responsible agency", "{who} named an agency responsible for {about}."),
    "milestones.end_part": Verb("plan", "Ended a responsibility", "{who} ended an agency’s part in {about}."),
    "milestones.plan_call": Verb("calls", "Planned a call", "{who} planned the call of {about}."),
    "milestones.open_call": Verb("calls", "Opened a call", "{who} opened the call of {about}."),
    "milestones.move_call": Verb("calls", "Moved a call", "{who} moved the call of {about}."),
    "milestones.extend_call": Verb(
        "calls", "Extended a call", "{who} gave an agency more time in the call of {about}."
    ),
    "milestones.skip_call": Verb("calls", "Skipped a call", "{who} skipped the call of {about}."),
    "milestones.add_call_text": Verb("calls", "Wrote a line to a call", "{who} wrote a line to the call of {about}."),
    "milestones.remind": Verb("calls", "Reminded agencies", "{who} reminded agencies of the call of {about}."),
    "milestones.keep_person": Verb("people", "Kept a person", "{who} wrote down a person of {about}."),
    "milestones.set_away": Verb("people", "Said who is away", "{who} said until when a person of {about} is away."),
    "milestones.name_contact": Verb("people", "Named contacts", "{who} named who is the contact for {about}."),
    "milestones.hand_over": Verb(
        "people", "Handed over", "{who} handed the work of a person of {about} over to another."
    ),
    "milestones.announce": Verb("meetings", "Planned a meeting", "{who} planned {about}."),
    "milestones.change_meeting": Verb("meetings", "Changed a meeting", "{who} changed {about}."),
    "milestones.conclude": Verb("meetings", "Wrote down a conclusion", "{who} wrote down a conclusion of {about}."),
    "milestones.owe": Verb("meetings", "Wrote down a due-out", "{who} wrote down a due-out of {about}."),
    "milestones.answer_due_out": Verb("meetings", "Answered a due-out", "{who} answered a due-out of {about}."),
    "reports.freeze_read_ahead": Verb("meetings", "Froze a read-ahead", "{who} froze the read-ahead of {about}."),
    "reports.draft": Verb("reports", "Drafted a report", "{who} drafted the report of {about}."),
    "reports.refresh": Verb("reports", "Took figures anew", "{who} took the figures of the report of {about} anew."),
    "reports.write": Verb("reports", "Wrote in a report", "{who} wrote in the report of {about}."),
    "reports.edit_line": Verb("reports", "Replaced a line", "{who} replaced a line of the report of {about}."),
    "reports.correct": Verb("reports", "Began a correction", "{who} began a correction of the report of {about}."),
    "reports.publish": Verb("reports", "Published a report", "{who} published the report of {about}."),
    "reports.release": Verb("reports", "Released a report", "{who} released the report of {about} to COAC."),
    "reports.withdraw": Verb("reports", "Withdrew a release", "{who} withdrew the release of the report of {about}."),
    "reports.turn_mail": Verb("site", "Turned mail on or off", "{who} turned mail on or off."),
    "reports.load_demo": Verb("site", "Loaded the sample history", "{who} loaded the sample history."),
    "accounts.nominate": Verb("seats", "Nominated a person", "{who} nominated {about} for a seat."),
    "accounts.seat": Verb("seats", "Gave a seat", "{who} gave {about} a seat."),
    "accounts.decline": Verb("seats", "Declined a nomination", "{who} declined to seat {about}."),
    "accounts.review_seats": Verb("seats", "Reviewed seats", "{who} reviewed who needs a seat in {about}."),
}


def verb_of(name: str) -> Verb:
    """Return what a verb means; one that is not known reads as it is written."""
    if found := VERBS.get(name):
        return found
    words = name.rpartition(".")[2].replace("_", " ").capitalize()
    return Verb("", words, f"{{who}}: {words.lower()}, {{about}}.")


def verbs_in(group: str) -> list[str]:
    """Return the verbs that belong together, in their order."""
    return [name for name, verb in VERBS.items() if verb.group == group]
