"""Does a person choose for themselves whether the weekly report comes by mail, beside the record?"""

import pytest

from esc_tracker.journal.models import Entry
from tests.milestones.pages.reading import text_of

pytestmark = pytest.mark.django_db
PREFERENCES = "/accounts/preferences/"


@pytest.mark.parametrize("who", ["cbp", "plcy", "reader", "coac"])
def test_whoever_gets_the_report_may_decline_it_and_take_it_again(plan, client_of, request, who):
    person = request.getfixturevalue(who)
    client, acts = client_of(person), Entry.objects.count()

    for choice, wants in (("no", False), ("no", False), ("yes", True)):
        assert client.post(PREFERENCES, {"weekly_report": choice}).status_code == 302
        person.refresh_from_db()
        assert person.wants_report is wants

    assert Entry.objects.count() == acts


@pytest.mark.parametrize("form", [{}, {"weekly_report": ""}, {"weekly_report": "sometimes"}])
def test_a_choice_that_is_none_changes_nothing(plan, client_of, cbp, form):
    answer = client_of(cbp).post(PREFERENCES, form)

    assert answer.status_code == 200
    assert "Choose yes or no." in text_of(answer)
    cbp.refresh_from_db()
    assert cbp.wants_report is True


def test_every_page_leads_there_but_not_for_an_administrator(
    plan, client_of, cbp, admin_user, django_assert_num_queries
):
    client = client_of(cbp)
    assert f'href="{PREFERENCES}"' in text_of(client.get("/milestones/"))

    with django_assert_num_queries(3):
        client.get(PREFERENCES)

    answer = client_of(admin_user).get(PREFERENCES)
    assert answer.status_code == 403
    assert "Administrators get no reports; there is nothing to choose." in text_of(answer)
