"""Where may an address that came with a request lead? Only to a page of this site, named by its path."""

from django.utils.http import url_has_allowed_host_and_scheme

LENGTH = 2000


def way_back(asked: str) -> str:
    """Return the address if it is a path of this site; "" for any other, a full address of our own included."""
    is_path = asked.startswith("/") and len(asked) <= LENGTH and "\\" not in asked and asked.isprintable()
    return asked if is_path and url_has_allowed_host_and_scheme(asked, None) else ""
