"""Is the use notice shown before access, and does the server ask whether it was accepted, whatever the way in? (R17)"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

from esc_tracker.security.models import SecurityEvent
from tests.factories import PASSPHRASE
from tests.ground.test_accounts import LOGIN, is_signed_in

NOT_ACCEPTED = "You are signed in only if you accept what is said before the form."


@pytest.mark.parametrize(
    "point",
    [
        "U.S. Government information system",
        "monitored, recorded and audited",
        "Unauthorized use is prohibited and may bring criminal and civil penalties",
        "you consent to that monitoring and recording",
    ],
)
def test_the_four_points_of_ac_8_stand_before_the_form(client, db, point):
    page = client.get(LOGIN).content.decode()

    assert -1 < page.index(point) < page.index('name="login"')


@pytest.mark.parametrize("accept", [{}, {"accept": ""}, {"accept": "no"}, {"accept": "Yes"}, {"accept": "on"}])
def test_the_right_passphrase_without_the_notice_accepted_is_refused_by_the_server(cbp, client, accept):
    answer = client.post(LOGIN, {"login": cbp.email, "password": PASSPHRASE, **accept})

    assert answer.status_code == 200
    assert NOT_ACCEPTED in answer.content.decode()
    assert not is_signed_in(client)
    assert not SecurityEvent.objects.exists()


def test_not_accepting_tells_nothing_about_the_passphrase(cbp):
    right, wrong = (
        Client().post(LOGIN, {"login": cbp.email, "password": passphrase})
        for passphrase in (PASSPHRASE, "another passphrase")
    )

    assert right.context["form"].errors == wrong.context["form"].errors


def test_accepting_by_one_form_serves_no_other(cbp, client):
    client.post(LOGIN, {"login": cbp.email, "password": "not the passphrase", "accept": "yes"})

    client.post(LOGIN, {"login": cbp.email, "password": PASSPHRASE})

    assert not is_signed_in(client)


def test_a_passkey_without_the_notice_accepted_is_not_even_looked_at(client, db):
    answer = client.post("/accounts/2fa/passkeys/sign-in/", {"credential": "{}"}, follow=True)

    assert NOT_ACCEPTED in answer.content.decode()
    assert not SecurityEvent.objects.exists()


def test_every_form_of_the_page_carries_the_acceptance(client, db):
    page = client.get(LOGIN).content.decode()

    assert page.count('name="accept" value="yes"') == page.count('method="post"') == 2


def _notice_told(notice: str) -> str:
    """Return what settings make of USE_NOTICE, in a process of its own."""
    env = {"PATH": os.environ["PATH"], "USE_NOTICE": notice, "DJANGO_SETTINGS_MODULE": "esc_tracker.settings"}
    asked = "from django.conf import settings; print(settings.USE_NOTICE)"
    done = subprocess.run(
        [sys.executable, "-c", asked], env=env, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.services
def test_an_installation_puts_its_own_words_in_place():
    assert _notice_told("This is a DHS system.| You consent to monitoring. |") == str(
        ["This is a DHS system.", "You consent to monitoring."]
    )


@pytest.mark.services
def test_an_installation_names_a_file_with_its_own_words(tmp_path: Path):
    notice = tmp_path / "notice.txt"
    notice.write_text("This is a DHS system.\n\nYou consent to monitoring.\n", encoding="utf-8")

    assert _notice_told(str(notice)) == str(["This is a DHS system.", "You consent to monitoring."])
