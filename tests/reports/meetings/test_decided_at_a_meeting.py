"""Is every decision that names a meeting as its authority found again beside that meeting?"""

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role
from esc_tracker.reader import Reader
from milestones.authority import Authority, AuthorityKind
from milestones.deciding import confirm, withdraw
from milestones.plan.assigning import assign
from milestones.targets.revisions import decide_revision
from reports.decisions.decided import decided_at_meeting
from tests.milestones.telling import in_september, milestone

SECOND = Authority(kind=AuthorityKind.MEETING, meeting=2)


def eyes(moment=None):
    return Reader(role=Role.READER, moment=moment, today=in_september(14).date())


def test_every_kind_of_decision_is_listed_in_the_order_recorded(meetings, plcy, ice, django_assert_num_queries):
    with clock.at(in_september(11, 14)):
        confirm(milestone("4.3"), by=plcy, seen_version=1, authority=SECOND)
    with clock.at(in_september(11, 15)):
        withdraw(milestone("1.3"), by=plcy, seen_version=0, remark="Overtaken.", authority=SECOND)
    with clock.at(in_september(11, 16)):
        decide_revision(milestone("4.4").revisions.get(), by=plcy, accept=False, authority=SECOND)
    with clock.at(in_september(12)):
        usps = Agency.objects.get(pk="USPS")
        assign(["1.1", "1.2"], agency=usps, part="lead", by=plcy, reason="It runs the mail.", authority=SECOND)

    with django_assert_num_queries(1):
        decided = decided_at_meeting(2, eyes())

    assert [(each.codes, each.what, each.outcome, each.note) for each in decided] == [
        (("4.3",), "Completion, reported by ICE/HSI", "Confirmed", ""),
        (("1.3",), "The milestone", "Withdrawn", "Overtaken."),
        (("4.4",), "New target Nov. 2020, asked by ICE/HSI", "Refused", ""),
        (("1.1", "1.2"), "Who is responsible", "USPS is lead agency", "It runs the mail."),
    ]
    assert {each.authority for each in decided} == {"The ESC, meeting 2"}
    assert {each.recorded_by for each in decided} == {"The chair's office"}


def test_a_day_before_it_was_recorded_it_is_not_there(meetings):
    assert [each.codes for each in decided_at_meeting(1, eyes())] == [("4.5",)]
    assert decided_at_meeting(1, eyes(in_september(4))) == []
    assert decided_at_meeting(3, eyes()) == []
