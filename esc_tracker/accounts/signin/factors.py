"""Who must prove who they are in a second way, and has this session done so?"""

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from esc_tracker.accounts.models import User
from esc_tracker.accounts.signin.sealing import sealed_anew
from esc_tracker.refusals import demand
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event

HAS_SECOND_FACTOR = "has_second_factor"  # in the session: asked at each request, without a query
LABELS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}
_SEALED = {"secret", "seed"}  # of an app; of recovery codes
_STRONG = {"mfa", "socialaccount"}  # a factor of ours, or the agency's sign-on, which proves its own
_OWN = "Nobody removes their own second factor here: do it on your page “Sign-in and security”."


def mark_session(request: HttpRequest, methods: list[str]) -> None:
    """Keep in the session whether these ways of signing in include a second factor."""
    request.session[HAS_SECOND_FACTOR] = bool(_STRONG.intersection(methods))


def has_factor(person: User) -> bool:
    """Say whether a person has an authenticator app or a passkey. One query."""
    return Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def must_set_one_up(request: HttpRequest) -> bool:
    """Say whether this session may open nothing until a second factor is set up. No query beyond who one is."""
    person = request.user
    return (
        isinstance(person, User)
        and person.role in settings.SECOND_FACTOR_ROLES
        and not request.session.get(HAS_SECOND_FACTOR)
    )


def codes_left(codes: Authenticator) -> int:
    """Return how many of a person's recovery codes are not used, without opening what they are made from."""
    return int(app_settings.RECOVERY_CODE_COUNT) - int(codes.data["used_mask"]).bit_count()


@transaction.atomic
def show_codes_once(person: User) -> list[str]:
    """Return the unused recovery codes of a person and keep that they were shown; none if they were, or there are none.

    Raises CannotOpen.
    """
    kind = Authenticator.Type.RECOVERY_CODES
    codes = Authenticator.objects.select_for_update().filter(user=person, type=kind).first()
    if codes is None or codes.wrap().did_view:
        return []
    unused: list[str] = codes.wrap().get_unused_codes()
    codes.wrap().mark_as_viewed()
    return unused


@transaction.atomic
def seal_anew() -> int:
    """Seal the secrets of all second factors with the key of today; returns how many were not. Raises CannotOpen."""
    changed = 0
    for factor in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
        anew = {name: sealed_anew(factor.data[name]) for name in _SEALED.intersection(factor.data)}
        if factor.data | anew != factor.data:
            factor.data |= anew
            factor.save(update_fields=["data"])
            changed += 1
    return changed


def note_factor(person: User, factor: str, change: str) -> None:
    """Note in the security log what changed about a person's own second factor."""
    note_event(Kind.SECOND_FACTOR, person=person, about=LABELS[Authenticator.Type(factor)], change=change)


def why_not_remove(by: User, person: User) -> str:
    """Return why an administrator may not remove this person's second factor; "" when they may."""
    if not by.is_administrator:
        return "Only an administrator removes the second factor of somebody else."
    return _OWN if by.pk == person.pk else ""


@transaction.atomic
def remove_factors(person: User, *, by: User) -> int:
    """Remove every second factor of one who lost theirs; returns how many. They sign in by passphrase and set up anew.

    Raises NotAllowed with the reason. Asked again it removes nothing and notes nothing.
    """
    demand(why_not_remove(by, person))
    removed = list(Authenticator.objects.select_for_update().filter(user=person).values_list("type", flat=True))
    if removed:
        Authenticator.objects.filter(user=person).delete()
        note_event(
            Kind.SECOND_FACTOR,
            person=by,
            about=f"{person.name} (account {person.pk})",
            change="removed",
            what=removed,
            holder=person.pk,
        )
    return len(removed)
