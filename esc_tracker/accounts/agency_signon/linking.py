"""Whose seat does a subject at the provider belong to?

The key is (issuer, subject), never the e-mail address: addresses are given to other people. An address is asked once,
to link a seat that has no link; what it becomes later does not matter.
"""

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from esc_tracker.accounts.agency_signon.tokens import Identity
from esc_tracker.accounts.models import User
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event


def person_of(identity: Identity) -> User | None:
    """Return the person linked to this subject of this issuer, seated or not; None if there is none. One query."""
    link = SocialAccount.objects.filter(provider=identity.issuer, uid=identity.subject).select_related("user").first()
    return link.user if link else None


def person_to_link(identity: Identity) -> User | None:
    """Return the person with the verified address and no link at this issuer yet, seated or not. Two queries."""
    person = User.objects.filter(email__iexact=identity.email).first() if identity.email else None
    if person is None or person.email.lower() != identity.email or _is_linked(person, identity.issuer):
        return None
    return person


def link(identity: Identity, person: User) -> bool:
    """Link a person to a subject and note it; False if somebody or something was linked meanwhile."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        if person_of(identity) is not None or _is_linked(person, identity.issuer):
            return False
        _, made = SocialAccount.objects.get_or_create(
            provider=identity.issuer, uid=identity.subject, defaults={"user": person, "extra_data": {}}
        )
        if made:
            note_event(Kind.SEAT, person=person, about="Agency sign-on", before="not linked", after="linked")
    return made


def _is_linked(person: User, issuer: str) -> bool:
    return SocialAccount.objects.filter(user=person, provider=issuer).exists()
