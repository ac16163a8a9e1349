"""Which headers must an answer carry, and which must it not?"""

import re
from collections.abc import Mapping

ALWAYS = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
NEVER_USED = ("camera=()", "geolocation=()", "microphone=()", "payment=()", "usb=()")
POLICY = (
    *("default-src 'none'", "script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'"),
    *("frame-ancestors 'none'", "form-action 'self'"),
)
A_YEAR = 365 * 24 * 60 * 60
UNWANTED = ("etag", "last-modified", "access-control-allow-origin", "x-powered-by")


def problems_of(headers: Mapping[str, str], *, is_file: bool = False, over_tls: bool = False) -> list[str]:
    """Return what is wrong with the headers of an answer, a phrase each; files may be kept by browsers."""
    told = {name.lower(): value for name, value in headers.items()}
    found = [f"{name} is {told.get(name)!r}" for name, value in ALWAYS.items() if told.get(name) != value]
    if told.get("referrer-policy") not in {"same-origin", "no-referrer"}:  # the second for links that open something
        found.append(f"referrer-policy is {told.get('referrer-policy')!r}")
    policy = told.get("content-security-policy", "")
    found += [f"the policy lacks {part}" for part in POLICY if part not in [rule.strip() for rule in policy.split(";")]]
    found += [f"the policy has {word}" for word in re.findall(r"unsafe-[a-z-]+|\*|https?:", policy)]
    found += [f"{part} is not refused" for part in NEVER_USED if part not in told.get("permissions-policy", "")]
    if not re.fullmatch(r"[0-9a-f]{16}", told.get("x-request-id", "")):
        found.append("no reference")
    if is_file:
        found += [f"{name} is sent" for name in UNWANTED[2:] if name in told]
    else:
        found += [f"{name} is sent" for name in UNWANTED if name in told]
        if told.get("cache-control") != "no-store":
            found.append(f"cache-control is {told.get('cache-control')!r}")
    return found + _problems_of_tls(told.get("strict-transport-security"), over_tls=over_tls)


def _problems_of_tls(told: str | None, *, over_tls: bool) -> list[str]:
    """HSTS is for TLS alone: over plain HTTP it must not be sent (RFC 6797, 7.2)."""
    if not over_tls:
        return [] if told is None else ["HSTS is sent outside TLS"]
    age = re.search(r"max-age=(\d+)", told or "")
    if not age or int(age[1]) < A_YEAR or "includeSubDomains" not in str(told):
        return [f"HSTS is {told!r}"]
    return []
