"""Does a check of the record find a read-ahead that was tampered with, and prove one that was not?"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from esc_tracker import clock
from milestones.meetings.planning import change
from milestones.models import DueOut
from reports.editions import seal
from reports.meetings.freezing import freeze_due
from reports.models import ReadAhead
from tests.milestones.meetings.telling import meet
from tests.milestones.telling import in_september


@pytest.fixture(autouse=True)
def frozen(meetings, plcy):
    """The read-aheads of meetings 1, 2 and 4, the last announced after its time; then all was announced anew."""
    late = meet(10, plcy, hour=15, announced=in_september(11))
    with clock.at(in_september(12)):
        freeze_due(clock.now())
    with clock.at(in_september(13)):
        for each, hour in ((meetings[1], 9), (late, 16)):
            change(
                each, by=plcy, title="Renamed", held_at=in_september(10, hour), read_ahead_at=None,
                agenda="Another", reason="It was held so.",
            )  # fmt: skip


def verify() -> list[str]:
    out = StringIO()
    call_command("verify_record", stdout=out)
    return out.getvalue().splitlines()


def test_each_is_proved_whatever_was_announced_after():
    lines = [line for line in verify() if line.startswith("read-ahead")]

    assert [line.partition(": unchanged, and the record says the same: ")[0] for line in lines] == [
        "read-ahead of ESC meeting 1",
        "read-ahead of ESC meeting 2",
        "read-ahead of ESC meeting 4",
    ]
    assert [line[-64:] for line in lines] == list(
        ReadAhead.objects.order_by("meeting_id").values_list("digest", flat=True)
    )


def test_a_changed_text_is_found():
    kept = ReadAhead.objects.get(meeting=2)
    ReadAhead.objects.filter(pk=kept.pk).update(figures=kept.figures.replace('"overdue":15', '"overdue":3'))

    with pytest.raises(CommandError, match="read-ahead of ESC meeting 2: its text does not match its digest"):
        verify()


def test_a_forged_one_is_found_by_replaying():
    kept = ReadAhead.objects.get(meeting=2)
    forged = seal({**kept.content, "headline": "Nothing is overdue."})
    ReadAhead.objects.filter(pk=kept.pk).update(figures=forged.text, digest=forged.digest)

    with pytest.raises(CommandError, match="meeting 2: the record no longer says the same about digest, headline"):
        verify()


def test_a_changed_due_out_is_found_by_replaying():
    DueOut.objects.filter(agency="USPS").update(text="Rewritten.")

    with pytest.raises(CommandError, match="the record no longer says the same about digest, due_outs"):
        verify()
