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
        assert client.post(PREFERENCES, {"weekly_report": choice, "pace": "immediate"}).status_code == 302
        person.refresh_from_db()
        assert person.wants_report is wants

    assert Entry.objects.count() == acts


@pytest.mark.parametrize(
    ("pace", "said"),
    [
        ("immediate", "Other mail comes as it happens, at most once a day."),
        ("weekly", "Other mail comes once a week, on Monday."),
        ("none", "No other mail comes, but for your agency’s overdue digest where you are a contact."),
    ],
)
@pytest.mark.parametrize("who", ["cbp", "plcy"])
def test_members_and_plcy_choose_when_the_other_mail_comes(plan, client_of, request, who, pace, said):
    person = request.getfixturevalue(who)

    answer = client_of(person).post(PREFERENCES, {"weekly_report": "yes", "pace": pace}, follow=True)

    assert f"Saved: the weekly report comes by mail. {said}" in text_of(answer)
    person.refresh_from_db()
    assert (person.pace, person.wants_report) == (pace, True)


@pytest.mark.parametrize("who", ["reader", "coac"])
def test_who_gets_only_the_report_is_not_asked_about_other_mail_and_cannot_choose_it(plan, client_of, request, who):
    person = request.getfixturevalue(who)
    client = client_of(person)

    assert "Everything else by mail" not in text_of(client.get(PREFERENCES))
    assert client.post(PREFERENCES, {"weekly_report": "yes", "pace": "none"}).status_code == 302
    person.refresh_from_db()
    assert person.pace == "immediate"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Choose yes or no."),
        ({"weekly_report": "", "pace": "none"}, "Choose yes or no."),
        ({"weekly_report": "sometimes", "pace": "none"}, "Choose yes or no."),
        ({"weekly_report": "no"}, "Choose when the other mail comes."),
        ({"weekly_report": "no", "pace": "hourly"}, "Choose when the other mail comes."),
    ],
)
def test_a_choice_that_is_none_changes_nothing(plan, client_of, cbp, form, sentence):
    answer = client_of(cbp).post(PREFERENCES, form)

    assert answer.status_code == 200
    assert sentence in text_of(answer)
    cbp.refresh_from_db()
    assert (cbp.wants_report, cbp.pace) == (True, "immediate")


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
