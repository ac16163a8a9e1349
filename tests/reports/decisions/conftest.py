"""What waits for a decision in these tests?"""

from datetime import date

import pytest

from actions.target_dates import TargetDate
from esc_tracker import clock
from milestones.evidence import Evidence
from milestones.models import TargetRevision
from milestones.targets.revisions import request_revision
from milestones.updates import post_update
from milestones.words import Completion
from milestones.workflow import Outcome, Outlook, Status
from tests.milestones.telling import in_september, milestone, say, words
from tests.reports.record import begin_record

DECEMBER = TargetDate.month(2020, 12)


@pytest.fixture
def record(db) -> None:
    """The plan, loaded on Aug 25."""
    begin_record()


@pytest.fixture
def asked(record, ice) -> TargetRevision:
    """ICE/HSI asked on Sep 10 to move 4.5 from October to December, after an update that says at risk."""
    with clock.at(in_september(9)):
        say("4.5", ice, outlook=Outlook.AT_RISK)
    with clock.at(in_september(10)):
        return ask("4.5", ice)


@pytest.fixture
def reported(record, cbp) -> None:
    """CBP reported 5.1 complete on Sep 8, on Sep 4, citing a memorandum."""
    with clock.at(in_september(8)):
        row = milestone("5.1")
        post_update(
            row, by=cbp, seen_version=row.version, words=words(statement="The memorandum is signed."),
            status=Status.REPORTED_COMPLETE,
            completion=Completion.when(TargetDate.day(date(2020, 9, 4)), Outcome.DELIVERED),
            evidence=Evidence(title="Memorandum 20-7", on=date(2020, 9, 4), holder="CBP, Office of Trade"),
        )  # fmt: skip


def ask(code: str, by, target: TargetDate = DECEMBER) -> TargetRevision:
    """Ask for a new target of a milestone as it stands."""
    row = milestone(code)
    return request_revision(
        row, by=by, seen_version=row.version, target=target, category="legal", text="A court has to decide first."
    )
