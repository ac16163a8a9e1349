"""Is what the provider sent proof of who is there, and that a second factor was used?

Everything is read from the signed ID token. The library would trust the connection it came by instead of the signature,
and prefer what the user-info endpoint says; here the signature is always checked, and that endpoint is never asked.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

# Signatures only the provider can make. Those keyed by a shared secret (HS…) and `none` are not proof.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY = timedelta(seconds=30)
SUBJECT_MAX = 191  # What a link can hold.
EMAIL_MAX = 254
FindKey = Callable[[str | None], dict[str, Any] | None]


class NotProven(Exception):
    """The token is refused; `reason` is one word for the security log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Identity:
    """Who is there: the subject at the issuer. `email` is "" unless the provider has verified it."""

    issuer: str
    subject: str
    email: str


@dataclass(frozen=True)
class Expected:
    """What a token must say to be for us, and for this attempt.

    `proven_since` is when the provider was asked to have the person prove anew who they are; a token that tells when
    they did (`auth_time`) may not tell of an earlier time.
    """

    issuer: str
    client_id: str
    nonce: str
    acr: tuple[str, ...]
    amr: tuple[str, ...] = ()
    proven_since: float | None = None


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.InvalidSignatureError, "signature"),
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.InvalidIssuedAtError, "issued_at"),
    (jwt.ImmatureSignatureError, "issued_at"),
    (jwt.MissingRequiredClaimError, "claim_missing"),
)


def identity_in(token: str, expected: Expected, find_key: FindKey) -> Identity:
    """Return who a token proves to be there. Raises NotProven; what `find_key` raises passes through."""
    claims = _signed_claims(token, expected, find_key)
    audience = claims["aud"]
    if (isinstance(audience, list) and len(audience) > 1 and "azp" not in claims) or (
        claims.get("azp", expected.client_id) != expected.client_id
    ):
        raise NotProven("authorized_party")
    if not _same(claims.get("nonce"), expected.nonce):
        raise NotProven("nonce")
    if not _is_fresh(claims.get("auth_time"), expected.proven_since):
        raise NotProven("proof_too_old")
    if not _has_second_factor(claims, expected):
        raise NotProven("second_factor")
    subject = claims["sub"]
    if not _is_plain(subject, SUBJECT_MAX):
        raise NotProven("subject")
    email = claims.get("email")
    verified = claims.get("email_verified") is True and _is_plain(email, EMAIL_MAX)
    return Identity(expected.issuer, subject, str(email).lower() if verified else "")


def _signed_claims(token: str, expected: Expected, find_key: FindKey) -> dict[str, Any]:
    """Check the signature and the claims that every token has."""
    try:
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or "crit" in header:
            raise NotProven("algorithm")
        described = find_key(kid if isinstance(kid, str) else None)
        if described is None or described.get("alg", algorithm) != algorithm:
            raise NotProven("key")
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(described, algorithm=algorithm),
            algorithms=[algorithm],
            audience=expected.client_id,
            issuer=expected.issuer,
            leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError as failure:
        reason = next((word for kind, word in _REASONS if isinstance(failure, kind)), "malformed")
        raise NotProven(reason) from None
    return claims


def _has_second_factor(claims: dict[str, Any], expected: Expected) -> bool:
    methods = claims.get("amr")
    return claims.get("acr") in expected.acr or (
        isinstance(methods, list) and any(method in expected.amr for method in methods)
    )


def _is_fresh(auth_time: object, since: float | None) -> bool:
    if since is None or auth_time is None:
        return True
    return isinstance(auth_time, int | float) and auth_time >= since - LEEWAY.total_seconds()


def _same(told: object, expected: str) -> bool:
    return isinstance(told, str) and secrets.compare_digest(told.encode(), expected.encode())


def _is_plain(text: object, longest: int) -> bool:
    """Say whether it is printable ASCII: other letters that look or fold alike are another person's name."""
    return isinstance(text, str) and 0 < len(text) <= longest and text.isascii() and text.isprintable()
