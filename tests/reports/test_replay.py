"""Does the record say the same of a moment for ever, and does COAC's edition depend on nothing internal?"""

import json
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from milestones.calls.weeks import ReportingWeek
from milestones.models import CallChange, StatusUpdate
from reports.editions import take_coac, take_esc
from reports.written import Written
from tests.milestones.test_as_of import BEGIN, _rewrite_what_is_internal, calls, histories, people, tell

__all__ = ["calls", "people"]

QUICK = settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # Shrinking takes minutes on a database.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
A_LITTLE = timedelta(microseconds=1)


def _written(figures: dict) -> Written:
    """Edit the first line of every agency's words in an edition, and ask about it."""
    edits = [
        {
            "code": row["code"],
            "agency": said["agency"],
            "field": "statement",
            "own": said["statement"],
            "text": f"Shorter than “{said['statement']}”",
        }
        for row in figures["overdue"] + figures["due_soon"]
        for said in row["words"]
    ]
    asks = [{"agency": "", "text": "Say who pays.", "milestone": "4.3", "by": "2020-09-30"}]
    return Written(narrative="A quiet week.\n\nMostly.", asks=asks, edits=edits, correction="A number was wrong.")


@QUICK
@given(history=histories, cut=st.integers(1, 11), reach=st.floats(0, 1))
def test_later_acts_never_change_what_was_frozen_before_them(history, cut, reach, people, calls):
    with transaction.atomic():
        first, later = history[:cut], history[cut:]
        told = sum((deed.gap for deed in first), timedelta())
        facts = {
            "week": str(ReportingWeek.of((BEGIN + told).date())),
            "version": 1,
            "as_of": BEGIN + told + A_LITTLE,
            "since": BEGIN + told * reach,
        }
        tell(first, people)
        written = _written(json.loads(take_esc(**facts).text))
        esc, coac = take_esc(**facts, written=written), take_coac(**facts, withheld=["4.3"])
        assert esc.text.count('"edited":') >= len(written.edits)

        tell([replace(later[0], gap=later[0].gap + told + A_LITTLE), *later[1:]], people)

        assert take_esc(**facts, written=written) == esc
        assert take_coac(**facts, withheld=["4.3"]) == coac
        transaction.set_rollback(True)


@QUICK
@given(history=histories, share=st.floats(0.2, 1), reach=st.floats(0, 1))
def test_the_coac_edition_does_not_depend_on_anything_internal(history, share, reach, people, calls):
    with transaction.atomic():
        tell(history, people)
        length = (sum((deed.gap for deed in history), timedelta()) + timedelta(hours=1)) * share
        moment = BEGIN + length
        facts = {"week": "2020-W37", "version": 1, "as_of": moment, "since": BEGIN + length * reach}
        before = take_coac(**facts, withheld=["4.3"])

        _rewrite_what_is_internal()
        CallChange.objects.all().delete()
        StatusUpdate.objects.filter(move="confirm", recorded_at__gte=facts["since"], recorded_at__lt=moment).update(
            recorded_at=moment - A_LITTLE
        )

        assert take_coac(**facts, withheld=["4.3"]) == before
        transaction.set_rollback(True)
