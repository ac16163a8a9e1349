"""What does a person in a browser do, and what do they see of it?"""

from datetime import datetime

from django.test import Client

from esc_tracker import clock

BEGAN = datetime(2026, 11, 24, 9, tzinfo=clock.NEW_YORK)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Safari/537.36"
KEPT, SIGN_IN_THEN_KEPT = "/accounts/kept/", "/accounts/login/?next=%2Faccounts%2Fkept%2F"


def shows_the_page(client: Client) -> bool:
    """Say whether a page of the record opens."""
    return client.get("/milestones/").status_code == 200


def saved_cookie_of(client: Client) -> Client:
    """Return another client with the session cookie that this one has now: as somebody saved it."""
    other = Client()
    other.cookies["sessionid"] = client.cookies["sessionid"].value
    return other
