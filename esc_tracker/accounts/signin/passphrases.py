"""What makes a passphrase good enough, and how does a person change theirs?

Long, not common, and not made up of words that stand on every page of this site (NIST SP 800-63B): no rule asks for
digits or signs.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from esc_tracker.accounts.models import Agency, User
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event

LEAST, MOST = 15, 256
_OWN_LEAST = 8  # letters and digits that are left when names, words of this site and repeats are taken out
_SITE_WORDS = (
    "coac counterfeit counterfeiting dhs esc goods homeland milestone milestones plcy reporting report security "
    "tracker trafficking pirated policy government federal agency "
    "password passphrase passwort welcome letmein iloveyou administrator admin login qwertyuiop qwerty asdfghjkl "
    "asdfgh zxcvbnm"
)
_RULES = f"At least {LEAST} characters, of any kind. Several words that do not belong together are good."
_BETWEEN = re.compile(r"[\s!-/:-@\[-`{-~\u2000-\u206f]+")  # spaces and punctuation; pictures are signs like any other


def demand_passphrases() -> None:
    """Raise PermissionDenied with the reason where the agency's sign-on is the only way in."""
    if not settings.PASSPHRASE_SIGN_IN:
        raise PermissionDenied(f"Here one signs in with {settings.OIDC_NAME} only.")


def own_part(passphrase: str, words: Iterable[str]) -> str:
    """Return the signs of a passphrase without these words, repeats and runs such as 1234. Pure."""
    left = re.sub(r"(.{2,}?)\1+", r"\1", _without(passphrase, words))
    kept = [sign for place, sign in enumerate(left) if not place or abs(ord(sign) - ord(left[place - 1])) > 1]
    return "".join(kept)


def _without(passphrase: str, words: Iterable[str]) -> str:
    left = _plain(passphrase)
    for word in sorted({_plain(word) for word in words}, key=len, reverse=True):
        if len(word) > 2:  # two letters stand in too many honest words
            left = left.replace(word, "")
    return left


def _plain(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text).casefold())


class LongEnough(MinimumLengthValidator):
    """The library's rule, in the words of this site."""

    def __init__(self) -> None:
        super().__init__(LEAST)

    def get_error_message(self) -> str:
        """Say how long it must be."""
        return f"This is too short: a passphrase has at least {LEAST} characters."


class NotCommon(CommonPasswordValidator):
    """The library's list of twenty thousand, in the words of this site."""

    def get_error_message(self) -> str:
        """Say what is wrong with it."""
        return "Many people use this one, so it is tried first. Use other words."


class OwnWords:
    """Refuse a passphrase made up mostly of the person's name, of the agencies' or of words of this site."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise with the reason. One query: what the agencies are called."""
        words = _SITE_WORDS.split()
        for agency in Agency.objects.all():
            words += [agency.code, *re.split(r"\W+", f"{agency.name} {agency.full_name}")]
        if user is not None:
            words += re.split(r"\W+", f"{user.name} {user.email}")
        left = own_part(password, words)
        if len(left) < _OWN_LEAST or 2 * len(left) <= len(_plain(password)):
            raise ValidationError(
                "Too much of this is a name, a word of this site, a repeat or a run such as 1234. Use other words.",
                code="passphrase_not_own",
            )
        NotCommon().validate(_without(password, words))

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return "It is not made up of your name, your agency’s or words of this site."


class NewPassphraseForm(forms.Form):
    """A passphrase, chosen twice."""

    use_required_attribute = False

    new = forms.CharField(
        label="New passphrase",
        help_text=_RULES,
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={
            "required": "Write a new passphrase.",
            "max_length": f"A passphrase has at most {MOST} characters.",
        },
    )
    again = forms.CharField(
        label="The same again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Write it again."},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_new(self) -> str:
        """Take what all rules take."""
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self.person)
        return new

    def clean(self) -> dict[str, Any]:
        """Refuse two that differ."""
        cleaned: dict[str, Any] = super().clean() or {}
        if {"new", "again"} <= cleaned.keys() and cleaned["new"] != cleaned["again"]:
            self.add_error("again", "The two are not the same.")
        return cleaned


class ChangePassphraseForm(NewPassphraseForm):
    """The present passphrase, and another in its place."""

    current = forms.CharField(
        label="Your passphrase now",
        strip=False,
        max_length=MOST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Write the passphrase you have now."},
    )
    field_order = ("current", "new", "again")

    def clean(self) -> dict[str, Any]:
        """Refuse the one that is in use."""
        cleaned = super().clean()
        if cleaned.get("current") and cleaned.get("current") == cleaned.get("new"):
            self.add_error("new", "This is the one you have now.")
        return cleaned


@transaction.atomic
def choose_passphrase(person: User, passphrase: str) -> None:
    """Give a person the passphrase they chose, which a form has checked; noted."""
    person.set_password(passphrase)
    person.save(update_fields=["password"])
    note_event(Kind.PASSPHRASE, person=person, about=person.name)
