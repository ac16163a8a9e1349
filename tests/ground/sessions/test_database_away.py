"""Does a person stay signed in when the database is away for a moment? (R54)"""

from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection

pytestmark = pytest.mark.django_db


def away(*_: Any) -> None:
    """Stand for a database that does not answer."""
    raise OperationalError


def test_a_request_that_the_database_did_not_answer_leaves_the_person_signed_in(client, cbp):
    client.force_login(cbp)
    client.raise_request_exception = False
    before = client.get("/milestones/").status_code

    with connection.execute_wrapper(away):
        answer = client.get("/milestones/")

    assert (before, answer.status_code) == (200, 503)
    assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert client.get("/milestones/").status_code == 200
