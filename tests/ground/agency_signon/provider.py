"""Where do the tests find an OpenID Connect provider that does as it should, or lies in one way at a time?

A real server on the loopback, with real signatures. It follows the protocol strictly: PKCE, one use a code, the secret.
"""

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

CLIENT, SECRET, ACR = "esc-tracker", "a-secret:of%the client", "urn:example:mfa"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def jwk(key: RSAPrivateKey, kid: str) -> dict[str, Any]:
    """Describe a public key as the key set does."""
    return jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig"}


@dataclass
class FakeProvider:
    """What the provider will say; a test changes one thing and looks what the site does."""

    issuer: str = ""
    subject: str = "3f2a-subject"
    email: str | None = "cbp@esc.example"
    claims: dict[str, Any] = field(default_factory=dict)  # over the honest ones; None leaves one out
    discovery: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk(KEY, "one")])
    sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode(claims, KEY, "RS256", headers={"kid": "one"})
    fails_with: int = 0
    slow: float = 0
    trickle: float = 0  # seconds between letters
    answers_error: str = ""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def honest_claims(self, nonce: str) -> dict[str, Any]:
        """Return what an ID token for us says when all is well."""
        now = int(time.time())  # noqa: TID251 - another machine has a clock of its own
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "acr": ACR,
        }
        return claims | ({"email": self.email, "email_verified": True} if self.email else {})

    def document(self) -> dict[str, Any]:
        """Return the discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        } | self.discovery

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser goes next, having checked what the site must send."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert query["acr_values"] == ACR
        assert len(query["nonce"]) > 30
        assert "openid" in query["scope"].split()
        answer = {"state": query["state"]}
        if self.answers_error:
            answer["error"] = self.answers_error
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self.codes[answer["code"]] = query
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Exchange a code, once; None when anything about it is wrong."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or not self._is_us(form, authorization):
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        if form["redirect_uri"] != asked["redirect_uri"]:
            return None
        claims = self.honest_claims(asked["nonce"]) | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"access_token": "unused", "token_type": "Bearer", "id_token": self.sign(claims)}

    def _is_us(self, form: dict[str, str], authorization: str) -> bool:
        if "client_assertion" in form:
            claims = jwt.decode(
                form["client_assertion"], CLIENT_KEY.public_key(), ["RS256"], audience=f"{self.issuer}/token"
            )
            return claims["iss"] == claims["sub"] == CLIENT
        if authorization:
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
            return [unquote(part.replace("+", " ")) for part in pair] == [CLIENT, SECRET]
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)


@contextlib.contextmanager
def running(provider: FakeProvider) -> Iterator[FakeProvider]:
    """Let a provider answer at an address of its own, which becomes its issuer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self._begin()
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            if path == "/authorize":
                self._answer(302, {}, location=provider.authorize(query))
            elif path == "/.well-known/openid-configuration":
                self._answer(200, provider.document())
            elif path == "/keys":
                self._answer(200, {"keys": provider.keys})
            elif path == "/elsewhere":
                self._answer(302, {}, location=f"{provider.issuer}/keys")
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            self._begin()
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            token = provider.token(form, self.headers.get("Authorization", ""))
            self._answer(200 if token else 400, token or {"error": "invalid_grant"})

        def _begin(self) -> str:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            time.sleep(provider.slow)
            return path

        def _answer(self, status: int, told: dict[str, Any], location: str = "") -> None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.send_response(provider.fails_with or status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                body = json.dumps(told).encode()
                for piece in [body[at : at + 1] for at in range(len(body))] if provider.trickle else [body]:
                    time.sleep(provider.trickle)
                    self.wfile.write(piece)

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
