"""Whom do the tests speak of? Plain functions with boring, fixed defaults."""

from esc_tracker.accounts.models import Agency, Role, User

PASSPHRASE = "counterfeit-free-2020"
AGENCIES = {
    "CBP": ("CBP", "U.S. Customs and Border Protection"),
    "ICE-HSI": ("ICE/HSI", "Homeland Security Investigations"),
    "USPS": ("USPS", "U.S. Postal Service"),
    "USPTO": ("USPTO", "U.S. Patent and Trademark Office"),
    "PLCY": ("PLCY", "DHS Office of Strategy, Policy, and Plans"),
}


def make_agency(code: str = "CBP") -> Agency:
    """Return the agency with this code, made if it is not there."""
    name, full_name = AGENCIES.get(code, (code, code))
    agency, _ = Agency.objects.get_or_create(
        code=code, defaults={"name": name, "full_name": full_name, "sort_order": list(AGENCIES).index(code)}
    )
    return agency


def make_user(email: str = "cbp@esc.example", role: Role = Role.ESC_MEMBER, agency: str | None = None) -> User:
    """Return a person with this seat, made if not there; a member without `agency` sits for CBP."""
    if role == Role.PLCY_STAFF:
        agency = "PLCY"
    elif role == Role.ESC_MEMBER:
        agency = agency or "CBP"
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(
        email,
        PASSPHRASE,
        name=email.partition("@")[0].upper(),
        role=role,
        agency=make_agency(agency) if agency else None,
    )
