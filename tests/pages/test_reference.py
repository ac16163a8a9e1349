"""Can whoever meets an error page quote what the operator finds in the logs? (R25)"""

import pytest
from django.test import Client

from esc_tracker.accounts.models import User

pytestmark = pytest.mark.django_db


def _quotes_its_reference(answer) -> bool:
    reference = answer.headers["X-Request-ID"]
    return len(reference) == 16 and f"<code>{reference}</code>" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere/", 404), ("/milestones/99.9/", 404), ("/milestones/?as_of=tomorrow", 400), ("/decisions/", 403)],
)
def test_error_page_quotes_the_reference_of_its_request(coac: User, client_of, plan, path: str, status: int) -> None:
    answer = client_of(coac).get(path)

    assert answer.status_code == status
    assert _quotes_its_reference(answer)


def test_form_without_its_token_is_told_with_a_reference(cbp: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cbp)

    answer = client.post("/milestones/3.1/update/", {"statement": "Hello"})

    assert answer.status_code == 403
    assert _quotes_its_reference(answer)


def test_wrong_host_is_told_with_a_reference() -> None:
    answer = Client().get("/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert _quotes_its_reference(answer)


def test_failure_of_ours_is_told_with_a_reference(cbp: User, client_of, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(cbp)
    client.raise_request_exception = False
    monkeypatch.setattr("esc_tracker.accounts.views.PreferencesForm", None)  # whatever breaks while a page is made

    answer = client.get("/accounts/preferences/")

    assert answer.status_code == 500
    assert _quotes_its_reference(answer)


def test_reference_sent_by_a_client_is_not_taken(client: Client) -> None:
    answer = client.get("/livez", headers={"x-request-id": "mine"})

    assert answer.headers["X-Request-ID"] != "mine"


def test_two_requests_have_two_references(client: Client) -> None:
    assert client.get("/livez").headers["X-Request-ID"] != client.get("/livez").headers["X-Request-ID"]
