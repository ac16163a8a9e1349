"""Do the dashboards count what the reports count?"""

from datetime import date

import pytest

from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.reader import Reader, coac_reader, esc_reader
from milestones.calls.calling import latest_due_call
from reports.figures import take_figures
from reports.survey import counts_of, silent_agencies, take_survey
from tests.milestones.telling import give, in_september
from tests.reports.record import new_york

pytestmark = pytest.mark.django_db

MOMENTS = [new_york(9, 1, 0), new_york(9, 5, 0), new_york(9, 14, 0), new_york(9, 14, 18)]


def assert_same(reader: Reader) -> None:
    survey = take_survey(reader, call=latest_due_call(reader.moment))
    figures = take_figures(reader, new_york(8, 25))

    totals = {**counts_of(survey.facts), "unassigned": len(survey.of_nobody())}
    assert {key: totals[key] for key in figures["totals"]} == figures["totals"]
    for each in figures["by_action"]:
        counts = counts_of([fact for fact in survey.facts if fact.action == each["number"]])
        assert {key: each[key] for key in counts if key in each} == {key: counts[key] for key in counts if key in each}
    for each in figures["by_agency"]:
        held = survey.of_nobody() if each["code"] == "unassigned" else survey.held_by(each["code"])
        assert (each["milestones"], each["overdue"]) == (len(held), sum(fact.overdue for fact in held))
    assert [fact.code for fact in survey.overdue] == [row["code"] for row in figures["overdue"]]
    assert [fact.code for fact in survey.due_soon] == [row["code"] for row in figures["due_soon"]]
    if reader.sees_internal:
        missing = [row["agency"] for row in figures["silent"]]
        assert {code: count for code, count, _ in silent_agencies(survey)} == {
            code: missing.count(code) for code in missing
        }


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_survey_and_the_report_count_the_same_as_of_any_moment(moment, history):
    assert_same(esc_reader(moment))
    assert_same(coac_reader(moment, withheld=frozenset({"3.1", "1.1"})))


def test_the_survey_and_the_report_count_the_same_now(history, plcy):
    give("1.1", "USPTO", by=plcy)

    assert_same(Reader(role=Role.PLCY_STAFF, agency="PLCY", today=date(2020, 9, 14)))


def test_the_lead_of_a_joint_milestone_comes_first(history):
    survey = take_survey(Reader(role=Role.READER, today=date(2020, 9, 14)))

    by_code = {fact.code: fact for fact in survey.facts}
    assert by_code["5.1"].agencies == ("CBP", "USPS")
    assert by_code["5.2"].agencies == ("USPS", "CBP")
    assert survey.names(by_code["5.2"]) == "USPS and CBP"


def test_what_was_overdue_before_is_counted_on_the_way(history, django_assert_num_queries):
    reader = Reader(role=Role.READER, today=date(2020, 9, 14))

    with django_assert_num_queries(2):
        survey = take_survey(reader, since=clock.end_of(date(2020, 8, 31)))

    assert survey.overdue_before == 7


def test_before_the_record_there_is_nothing_to_compare_with(history):
    reader = Reader(role=Role.READER, today=date(2020, 9, 14))

    assert take_survey(reader, since=new_york(8, 20)).overdue_before is None
    assert take_survey(reader).overdue_before is None
    assert take_survey(reader, since=in_september(14)).overdue_before == 15
