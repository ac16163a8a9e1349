"""In which words does a link reach a person? Plain text; imports no model, sends nothing."""

import textwrap
from datetime import datetime

from django.core.mail import EmailMessage

from esc_tracker import clock

WIDTH = 76  # characters; the link stands on a line of its own, whole


def invitation(*, name: str, role: str, link: str, ends_at: datetime, to: str, message_id: str) -> EmailMessage:
    """Return the mail that tells a person of their seat and how to come to a passphrase."""
    said = [
        _hello(name),
        _filled(f"You have a seat in the ESC Milestone Tracker: {role}."),
        _filled("Choose your passphrase here:") + f"\n{link}",
        _filled(
            f"The link works once, until {_until(ends_at)}. If it ran out, ask for another on the sign-in page under "
            "“Forgotten your passphrase?”."
        ),
        _filled("If you do not expect this mail, do nothing; the link ends by itself."),
    ]
    return _mail("Your seat in the ESC Milestone Tracker", said, to, message_id)


def reset(*, name: str, link: str, ends_at: datetime, to: str, message_id: str) -> EmailMessage:
    """Return the mail by which a person who forgot their passphrase chooses another."""
    said = [
        _hello(name),
        _filled("Somebody, most likely you, said on the sign-in page that your passphrase is forgotten."),
        _filled("Choose a new one here:") + f"\n{link}",
        _filled(f"The link works once, until {_until(ends_at)}."),
        _filled("If it was not you, do nothing: your passphrase stays as it is."),
    ]
    return _mail("A new passphrase for the ESC Milestone Tracker", said, to, message_id)


def seat_by_agency(*, name: str, role: str, link: str, to: str, message_id: str) -> EmailMessage:
    """Return the mail that tells a person of their seat where nobody signs in by a passphrase."""
    said = [
        _hello(name),
        _filled(f"You have a seat in the ESC Milestone Tracker: {role}."),
        _filled("Sign in here, with this address:") + f"\n{link}",
    ]
    return _mail("Your seat in the ESC Milestone Tracker", said, to, message_id)


def _mail(subject: str, said: list[str], to: str, message_id: str) -> EmailMessage:
    return EmailMessage(subject=subject, body="\n\n".join(said) + "\n", to=[to], headers={"Message-ID": message_id})


def _hello(name: str) -> str:
    """Greet on one line, whatever the name holds: it may not write a paragraph of its own."""
    return _filled(" ".join(name.split()) + ",")


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH)


def _until(moment: datetime) -> str:
    there = moment.astimezone(clock.NEW_YORK)
    return f"{there:%A, %B} {there.day}, {there:%H:%M} (New York)"
