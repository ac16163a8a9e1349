"""Who signs in to the demonstration?

Development only: `load_demo` seats them, the sign-in page lists them, and production refuses to load them.
"""

from dataclasses import dataclass

from esc_tracker.accounts.models import PLCY, Role, User

PASSPHRASE = "counterfeit-free-2020"


@dataclass(frozen=True)
class SampleAccount:
    """One seat of the demonstration, and what can be done with it, in words."""

    email: str
    name: str
    role: Role
    can: str
    agency: str | None = None
    sees_journal: bool = False


SAMPLE_ACCOUNTS = (
    SampleAccount("plcy@esc.example", "Pat Lindqvist", Role.PLCY_STAFF, "decide, publish and release reports", PLCY),
    SampleAccount("plcy2@esc.example", "Paz Lugo", Role.PLCY_STAFF, "the same, as a second person", PLCY),
    SampleAccount("cbp@esc.example", "Cary Boone", Role.ESC_MEMBER, "update CBP’s milestones", "CBP"),
    SampleAccount("ice-hsi@esc.example", "Ida Chen", Role.ESC_MEMBER, "update ICE/HSI’s milestones", "ICE-HSI"),
    SampleAccount("usps@esc.example", "Uma Posey", Role.ESC_MEMBER, "update USPS’s milestones", "USPS"),
    SampleAccount("uspto@esc.example", "Tobias Orr", Role.ESC_MEMBER, "update USPTO’s milestones", "USPTO"),
    SampleAccount(
        "reader@esc.example", "Rae Adler", Role.READER, "read what members read, and the journal", sees_journal=True
    ),
    SampleAccount("coac@esc.example", "Coral Achebe", Role.COAC_READER, "read what has been released"),
    SampleAccount("admin@esc.example", "Ada Min", Role.ADMINISTRATOR, "seat and unseat people, nothing else"),
)


def seat_sample_accounts() -> dict[str, User]:
    """Seat everybody who is not there yet; returns `{"cbp": person, …}` by the name before the @."""
    people = {}
    for account in SAMPLE_ACCOUNTS:
        person = User.objects.filter(email=account.email).first() or User.objects.create_user(
            account.email,
            PASSPHRASE,
            name=account.name,
            role=account.role,
            agency_id=account.agency,
            sees_journal=account.sees_journal,
        )
        people[account.email.partition("@")[0]] = person
    return people
