"""Does PLCY reopen a completed milestone with a reason and an authority, once, and is the rest refused in words?"""

import pytest
from django.contrib.messages import get_messages

from milestones.deciding import confirm, reopen
from milestones.models import StatusUpdate
from milestones.workflow import Status
from tests.milestones.pages.saying import ledger
from tests.milestones.telling import milestone, say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def completed(plan, ice, plcy) -> None:
    """4.3 is reported and confirmed complete."""
    say("4.3", ice, status=Status.REPORTED_COMPLETE)
    confirm(milestone("4.3"), by=plcy, seen_version=1)


def send(client, code="4.3", **fields):
    return client.post(f"/milestones/{code}/reopen/", {"version": "2", "remark": "Session 5 was not held.", **fields})


def told(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_the_page_shows_the_completion_and_asks_why(client_of, plcy):
    page = client_of(plcy).get("/milestones/4.3/reopen/")

    text = page.content.decode()
    assert page.status_code == 200
    assert "ICE/HSI (ICE-HSI) reported it complete" in text
    assert "It will be in progress again, and overdue if its target has passed." in text
    assert 'name="version" value="2"' in text


def test_reopening_puts_it_in_progress_with_the_reason_and_the_authority(client_of, plcy2):
    answer = send(client_of(plcy2))

    kept = StatusUpdate.objects.get(milestone=milestone("4.3"), version=3)
    assert (answer.status_code, told(answer)) == (302, ["Saved: 4.3 is reopened and in progress again."])
    assert (milestone("4.3").current_status, kept.move, kept.remark, kept.authority) == (
        "in_progress",
        "reopen",
        "Session 5 was not held.",
        "chair",
    )


def test_what_the_plan_prints_as_completed_can_be_reopened(client_of, plcy):
    page = client_of(plcy).get("/milestones/6.1/reopen/")
    answer = send(client_of(plcy), "6.1", version="0")

    assert "The plan itself prints it as completed." in page.content.decode()
    assert (answer.status_code, milestone("6.1").current_status) == (302, "in_progress")


@pytest.mark.parametrize(
    ("remark", "sentence"),
    [
        (" ", "Say why, so that the agency knows what to do."),
        ("x" * 501, "This is 501 characters long; 500 fit."),
        ("a\x00b", "This text contains characters that cannot be kept."),
    ],
    ids=["empty", "long", "NUL"],
)
def test_a_reason_that_cannot_be_kept_is_refused_in_words(client_of, plcy, remark, sentence):
    answer = send(client_of(plcy), remark=remark)

    assert answer.status_code == 200
    assert sentence in answer.context["form"].errors["remark"][0]
    assert ledger() == (2, 0)


def test_reopening_twice_says_it_is_done_already(client_of, plcy):
    client = client_of(plcy)
    send(client)

    again = send(client)

    assert (again.status_code, told(again)[-1]) == (302, "4.3 was reopened already; nothing more was saved.")
    assert ledger() == (3, 0)


def test_one_overtaken_by_a_colleague_is_told(client_of, plcy, plcy2):
    reopen(milestone("4.3"), by=plcy2, seen_version=2, remark="The unit asked for it.")

    answer = send(client_of(plcy))

    assert (answer.status_code, ledger()) == (409, (3, 0))
    for words in ("PLCY (PLCY2) reopened it", "The unit asked for it.", "It is not completed any more.",
                  "Session 5 was not held."):  # fmt: skip
        assert words in answer.content.decode(), words


@pytest.mark.parametrize("who", ["ice", "cbp", "reader", "coac"])
def test_only_plcy_reopens(client_of, request, who):
    client = client_of(request.getfixturevalue(who))

    assert [client.get("/milestones/4.3/reopen/").status_code, send(client).status_code] == [403, 403]
    assert ledger() == (2, 0)


def test_only_what_is_completed_can_be_reopened(client_of, plcy):
    client = client_of(plcy)

    answers = [client.get("/milestones/3.1/reopen/"), send(client, "3.1", version="0")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert all("Only a completed milestone can be reopened." in answer.content.decode() for answer in answers)


@pytest.mark.parametrize("version", [None, "", ["2", "2"], "3", "two"])
def test_a_version_that_is_none_is_refused(client_of, plcy, version):
    fields = {name: value for name, value in {"version": version, "remark": "No."}.items() if value is not None}

    answer = client_of(plcy).post("/milestones/4.3/reopen/", fields)

    assert (answer.status_code, ledger()) == (400, (2, 0))


def test_the_page_takes_at_most_nine_queries(client_of, plcy, django_assert_max_num_queries):
    client = client_of(plcy)

    with django_assert_max_num_queries(9):
        assert client.get("/milestones/4.3/reopen/").status_code == 200
