"""Which provider do the tests of this folder sign on with, and how does a browser walk there and back?"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.http import HttpResponse
from django.test import Client

from tests.ground.agency_signon.provider import ACR, CLIENT, SECRET, FakeProvider, running

Walk = Callable[..., HttpResponse]


@pytest.fixture
def provider(settings) -> Iterator[FakeProvider]:
    """A provider that runs, and a site that is told of it."""
    with running(FakeProvider()) as provider:
        settings.OIDC_ISSUER = provider.issuer
        settings.OIDC_NAME = "Login.example"
        settings.OIDC_CLIENT_ID = CLIENT
        settings.OIDC_CLIENT_SECRET = SECRET
        settings.OIDC_PRIVATE_KEY_FILE = ""
        settings.OIDC_ACR = [ACR]
        settings.OIDC_AMR = []
        yield provider


def begin(client: Client, **more: Any) -> HttpResponse:
    """Press the button on the sign-in page."""
    return client.post("/accounts/agency/start/", {"accept": "yes", **more})


def sent_back(started: HttpResponse) -> str:
    """Go to the provider; returns the path and query by which it sends the browser back."""
    answer = requests.get(started["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def sign_on(client: Client, **more: Any) -> HttpResponse:
    """Walk the whole way: the button, the provider, and back."""
    return client.get(sent_back(begin(client, **more)))
