"""Which provider signs people on, and what does it say of itself?

The only module that speaks to the provider. It asks nobody but the configured issuer: every endpoint must lie at the
issuer's own origin, and no redirect is followed. What the issuer says of itself is kept for some minutes.
"""

import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

import jwt
import requests
from django.conf import settings
from django.core.cache import cache

from esc_tracker import clock

DISCOVERY = "/.well-known/openid-configuration"
PATIENCE_SECONDS = 5  # For a connection, for each silence, and for an answer as a whole.
ANSWER_MAX_BYTES = 256 * 1024
KEPT_SECONDS = 10 * 60
KEYS_ASKED_AGAIN_SECONDS = 60  # Tokens with unknown keys must not become requests to the issuer.
AWAY_SECONDS = 15  # After a failure nobody waits for the provider again so soon: threads are for other people.
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_AWAY = "agency_signon:away"


class ProviderAway(Exception):
    """The provider does not answer, or not in time."""


class ProviderBroken(Exception):
    """The provider answers, but not as OpenID Connect says; the reason is for the log."""


@dataclass(frozen=True)
class Provider:
    """One provider as the environment tells it."""

    issuer: str
    name: str
    client_id: str
    client_secret: str = field(repr=False)
    private_key_file: str
    acr: tuple[str, ...]
    amr: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Return scheme, host and port: the only place the site speaks to."""
        return _origin_of(self.issuer)

    def endpoints(self) -> dict[str, str]:
        """Return the addresses of the endpoints by name, as the issuer publishes them.

        Raises ProviderAway, or ProviderBroken when the document speaks of another issuer or leads elsewhere.
        """
        kept: dict[str, str] | None = cache.get(self._key("endpoints"))
        if kept:
            return kept
        told = _json(_ask("GET", self.issuer.rstrip("/") + DISCOVERY))
        if told.get("issuer") != self.issuer:
            raise ProviderBroken("The discovery document names another issuer.")
        found = {name: told.get(name) for name in _ENDPOINTS}
        for name, address in found.items():
            if not isinstance(address, str) or not self._is_own(address):
                raise ProviderBroken(f"The discovery document's {name} is not at the issuer.")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        kept = {name: str(address) for name, address in found.items()}
        kept["auth"] = "basic" if "client_secret_basic" in methods else "post"
        cache.set(self._key("endpoints"), kept, KEPT_SECONDS)
        return kept

    def key(self, kid: str | None) -> dict[str, Any] | None:
        """Return the published key of this name (the only one, if the token names none), None if there is none.

        An unknown name has the keys asked for again, once a minute at most. Raises ProviderAway, ProviderBroken.
        """
        keys: list[dict[str, Any]] | None = cache.get(self._key("keys"))
        if keys is None:
            keys = self._fetch_keys()
        found = _named(keys, kid)
        if found is None and cache.add(self._key("asked again"), True, KEYS_ASKED_AGAIN_SECONDS):
            found = _named(self._fetch_keys(), kid)
        return found

    def redeem(self, code: str, *, verifier: str, redirect_uri: str) -> str | None:
        """Exchange a code for the ID token; None when the provider refuses the code. Raises as `endpoints`."""
        endpoints = self.endpoints()
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        auth = None
        if self.private_key_file:
            data |= {"client_assertion_type": _ASSERTION, "client_assertion": self._assertion(endpoints)}
        elif endpoints["auth"] == "basic":
            auth = (quote_plus(self.client_id), quote_plus(self.client_secret))  # RFC 6749 2.3.1
        else:
            data |= {"client_id": self.client_id, "client_secret": self.client_secret}
        answer = _ask("POST", endpoints["token_endpoint"], data=data, auth=auth)
        if 400 <= answer.status < 500:
            return None
        token = _json(answer).get("id_token")
        if not isinstance(token, str):
            raise ProviderBroken("The token endpoint gave no ID token.")
        return token

    def _fetch_keys(self) -> list[dict[str, Any]]:
        keys = _json(_ask("GET", self.endpoints()["jwks_uri"])).get("keys")
        if not isinstance(keys, list):
            raise ProviderBroken("The key set has no keys.")
        keys = [key for key in keys if isinstance(key, dict)]
        cache.set(self._key("keys"), keys, KEPT_SECONDS)
        return keys

    def _assertion(self, endpoints: dict[str, str]) -> str:
        """Sign that it is us, instead of sending a secret (RFC 7523)."""
        now = clock.wall()
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": endpoints["token_endpoint"],
            "jti": secrets.token_urlsafe(32),
            "iat": now,
            "exp": now + timedelta(minutes=5),
        }
        return jwt.encode(claims, Path(self.private_key_file).read_text(), algorithm="RS256")

    def _is_own(self, address: str) -> bool:
        return _origin_of(address) == self.origin and (address.startswith("https://") or not settings.PRODUCTION)

    def _key(self, what: str) -> str:
        return f"agency_signon:{what}:{self.issuer}".replace(" ", "_")


def configured_provider() -> Provider | None:
    """Return the provider people sign on with; None unless all that is needed is set."""
    provider = Provider(
        issuer=settings.OIDC_ISSUER,
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        private_key_file=settings.OIDC_PRIVATE_KEY_FILE,
        acr=tuple(settings.OIDC_ACR),
        amr=tuple(settings.OIDC_AMR),
    )
    known = provider.issuer and provider.client_id and (provider.client_secret or provider.private_key_file)
    return provider if known and (provider.acr or provider.amr) else None


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes


def _ask(method: str, url: str, **more: Any) -> _Answer:
    """Ask the provider, patiently but not for long. Raises ProviderAway when it fails or failed a moment ago."""
    if cache.get(_AWAY):
        raise ProviderAway("It did not answer a moment ago.")
    try:
        return _asked(method, url, **more)
    except requests.RequestException as failure:
        cache.set(_AWAY, True, AWAY_SECONDS)
        raise ProviderAway(type(failure).__name__) from None  # its words may hold the code or the secret


def _asked(method: str, url: str, **more: Any) -> _Answer:
    until = time.monotonic() + PATIENCE_SECONDS
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    body = bytearray()
    with (
        requests.Session() as session,
        session.request(
            method, url, headers=headers, timeout=PATIENCE_SECONDS, allow_redirects=False, stream=True, **more
        ) as answer,
    ):
        if answer.status_code >= 500:
            raise requests.RequestException(f"It answered {answer.status_code}.")
        for letter in answer.iter_content(1):  # Larger pieces would wait for a trickle to fill them.
            body += letter
            if time.monotonic() > until:
                raise requests.Timeout
            if len(body) > ANSWER_MAX_BYTES:
                raise ProviderBroken("The answer is too long.")
        return _Answer(answer.status_code, bytes(body))


def _json(answer: _Answer) -> dict[str, Any]:
    if answer.status != 200:
        raise ProviderBroken(f"It answered {answer.status}.")
    try:
        told = json.loads(answer.body)
    except ValueError:
        raise ProviderBroken("The answer is no JSON.") from None
    if not isinstance(told, dict):
        raise ProviderBroken("The answer is no JSON object.")
    return told


def _named(keys: list[dict[str, Any]], kid: str | None) -> dict[str, Any] | None:
    found = [key for key in keys if key.get("use", "sig") == "sig" and (kid is None or key.get("kid") == kid)]
    return found[0] if len(found) == 1 else None


def _origin_of(url: str) -> str:
    """Return `https://host[:port]`; "" for an address that is none, or has a user or a fragment in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or parts.fragment:
        return ""
    return f"{parts.scheme}://{parts.netloc.lower()}"
