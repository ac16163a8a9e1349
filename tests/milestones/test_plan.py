"""Does loading the plan add what is missing and leave live work alone?"""

from io import StringIO

import pytest
from django.core.management import call_command

from actions.models import Action, PlanEdition
from esc_tracker import clock
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.models import Entry
from milestones.models import Milestone, Responsibility, StatusUpdate
from milestones.plan.loading import Loaded, load_plan
from milestones.workflow import Status
from tests.milestones.telling import give, milestone, say


def _rows() -> list[dict]:
    models = (Agency, PlanEdition, Action, Milestone, Responsibility, StatusUpdate)
    return [row for model in models for row in model.objects.order_by("pk").values()]


def test_the_plan_is_eleven_actions_and_thirty_milestones(db):
    assert load_plan() == Loaded(agencies=5, actions=11, milestones=30)
    assert (Action.objects.count(), Milestone.objects.count(), StatusUpdate.objects.count()) == (11, 30, 0)


def test_milestones_start_as_their_timeline_says(plan):
    assert milestone("6.1").current_status == Status.COMPLETED
    assert (milestone("6.1").current_target_kind, milestone("6.1").current_target_on) == (None, None)
    assert (milestone("2.1").current_status, milestone("2.1").current_target_kind) == (Status.IN_PROGRESS, "ongoing")
    assert Milestone.objects.filter(current_status=Status.NOT_STARTED).count() == 28


def test_loading_is_one_act(db):
    load_plan()

    [entry] = Entry.objects.all()
    assert (entry.verb, entry.about, entry.after["milestones"]) == ("milestones.load_plan", "edition 1", 30)


def test_loading_again_changes_nothing_and_leaves_no_entry(plan):
    before = _rows()

    assert load_plan() == Loaded(agencies=0, actions=0, milestones=0)
    assert (_rows(), Entry.objects.count()) == (before, 1)


def test_loading_again_never_overwrites_live_work(plan, cbp, plcy):
    say("3.1", cbp, status=Status.REPORTED_COMPLETE)
    give("1.1", "USPTO", by=plcy)
    before = _rows()

    call_command("load_plan", stdout=StringIO())

    assert _rows() == before


def test_an_administrators_agency_name_is_not_overwritten(plan):
    Agency.objects.filter(pk="CBP").update(full_name="Customs")

    load_plan()

    assert Agency.objects.get(pk="CBP").full_name == "Customs"


def test_a_milestone_that_is_missing_is_added_with_its_responsibilities(plan):
    Responsibility.objects.filter(milestone=milestone("5.1")).delete()
    milestone("5.1").delete()

    assert load_plan() == Loaded(agencies=0, actions=0, milestones=1)
    assert [str(each) for each in milestone("5.1").responsibilities.lead_first()] == ["CBP (lead)", "USPS (joint)"]
    assert milestone("5.1").current_lead_id == "CBP"
    assert Responsibility.objects.count() == 19


@pytest.mark.parametrize("year", [2019, 2020, 2026])
def test_edition_1_is_there_since_ever_whenever_it_was_loaded(db, year):
    with clock.at(clock.start_of(clock.today().replace(year=year))):
        load_plan()

    assert PlanEdition.objects.get().recorded_at is None
    assert set(Responsibility.objects.values_list("assigned_from", "basis")) == {(None, "named_in_plan")}
