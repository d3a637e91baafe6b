"""Signing in through the city's own identity provider (OpenID Connect): who somebody is, proven by it.

Authorization code with PKCE, state and nonce. Its ID token is believed only where the provider has signed it,
for us, for this sign-in, and it is not too old. All calls wait for the network: make them in threads.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from cryptography.fernet import Fernet
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from bot.errors import KyrError
from bot.messages import Message
from bot.settings import Settings

logger = logging.getLogger(__name__)

_SECONDS_TO_ANSWER = 10
_SECONDS_KEPT, _SECONDS_KEPT_FAILED = 60 * 60, 10
_SECONDS_OF_LEEWAY = 60
# Signatures that need a key of the provider's own; never "none", nor one made with our secret.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

_Found = TypeVar("_Found")


class ProviderError(KyrError):
    """The provider could not be asked, or what it said is not to be believed; the text says what to do."""


@dataclass(frozen=True)
class Begun:
    """A sign-in that has begun: where the browser goes, and what must come back with it."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Person:
    """Somebody whom the provider has let in: what it calls them, and an address that it has verified."""

    subject: str
    email: str | None


class Provider:
    """The provider at an address ("https://login.example.org"), and what it knows us as."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self._issuer, self._client_id, self._client_secret = issuer, client_id, client_secret
        self._lock = threading.Lock()
        self._read: tuple[float, Mapping[str, Any] | ProviderError] | None = None
        self._keys: KeySet | None = None

    def begin(self, back: str) -> Begun:
        """Return where to send a browser, which comes back to `back`. Raises ProviderError."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        url, _ = self._session(back).create_authorization_url(
            self._address("authorization_endpoint"), state=state, nonce=nonce, code_verifier=verifier
        )
        return Begun(url, state, nonce, verifier)

    def finish(self, back: str, code: str, *, nonce: str, verifier: str) -> Person:
        """Return who a code is for. Raises ProviderError."""
        session, endpoint = self._session(back), self._address("token_endpoint")
        try:
            with session:
                token = _asked(lambda: session.fetch_token(endpoint, code=code, code_verifier=verifier))
                claims = self._claims(
                    str(token.get("id_token", "")), str(token.get("access_token", "")), nonce
                )
                if "email" not in claims and "userinfo_endpoint" in self._metadata():
                    told = _asked(lambda: session.get(self._address("userinfo_endpoint")).json())
                    # It must be about the one whom the signature is about.
                    claims = {**told, **claims} if told.get("sub") == claims["sub"] else claims
        except OAuthError:
            raise ProviderError(Message("provider_refused")) from None
        except (AttributeError, TypeError):
            raise ProviderError(Message("provider_wrong")) from None
        email = claims.get("email")
        verified = isinstance(email, str) and claims.get("email_verified") is True
        return Person(f"{self._issuer} {claims['sub']}", str(email) if verified else None)

    def is_from(self, issuer: str | None) -> bool:
        """Whether an answer is from this provider, where it says from which it is (RFC 9207)."""
        return issuer is None or issuer == self._metadata()["issuer"]

    def sign_out_url(self, back: str) -> str | None:
        """Return where somebody signs out at the provider too, None where it has no such page."""
        if "end_session_endpoint" not in self._metadata():
            return None
        query = urlencode({"client_id": self._client_id, "post_logout_redirect_uri": back})
        return f"{self._address('end_session_endpoint')}?{query}"

    def _session(self, back: str) -> OAuth2Session:
        offered = self._metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return OAuth2Session(
            self._client_id,
            self._client_secret or None,
            scope="openid email",
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method=method if self._client_secret else "none",
            default_timeout=_SECONDS_TO_ANSWER,
        )

    def _claims(self, token: str, access_token: str, nonce: str) -> dict[str, Any]:
        """Return what an ID token says, once all of it is proven."""
        try:
            try:
                decoded = jwt.decode(token, self._key_set(), algorithms=_ALGORITHMS)
            except (JoseError, ValueError):
                # The provider may have other keys by now.
                decoded = jwt.decode(token, self._key_set(anew=True), algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {"iss": {"value": self._metadata()["issuer"]}, "aud": {"value": self._client_id}},
                {"nonce": nonce, "client_id": self._client_id, "access_token": access_token},
            )
            claims.validate(leeway=_SECONDS_OF_LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            logger.error("The ID token of the provider is not to be believed (%s)", type(error).__name__)
            raise ProviderError(Message("provider_wrong")) from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise ProviderError(Message("provider_wrong"))
        return dict(claims)

    def _key_set(self, *, anew: bool = False) -> KeySet:
        with self._lock:
            if self._keys is None or anew:
                address = self._address("jwks_uri")
                read: Any = _asked(lambda: self._get(address))
                self._keys = KeySet.import_key_set(read)
            return self._keys

    def _address(self, name: str) -> str:
        """Return an address of the provider; raises ProviderError where it has none that can be trusted."""
        address = self._metadata().get(name)
        if not isinstance(address, str) or not is_safe(address):
            raise ProviderError(Message("provider_wrong"))
        return address

    def _metadata(self) -> Mapping[str, Any]:
        """Return what the provider says of itself, kept for an hour; what failed is for ten seconds."""
        now = time.monotonic()
        if self._read is None or now >= self._read[0]:
            try:
                read = _asked(
                    lambda: self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                )
                if str(read.get("issuer", "")).rstrip("/") != self._issuer.rstrip("/"):
                    raise ProviderError(Message("provider_wrong"))
                self._read = now + _SECONDS_KEPT, read
            except ProviderError as error:
                self._read = now + _SECONDS_KEPT_FAILED, error
        found = self._read[1]
        if isinstance(found, ProviderError):
            raise ProviderError(found.message)
        return found

    def _get(self, address: str) -> dict[str, Any]:
        with OAuth2Session() as session:
            answer = session.get(address, withhold_token=True, timeout=_SECONDS_TO_ANSWER)
            answer.raise_for_status()
            return dict(answer.json())


@dataclass(frozen=True)
class CitySignIn:
    """The provider, threads to ask it in, and the seal of cookies, which is made at each start."""

    provider: Provider
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2))
    seal: Fernet = field(default_factory=lambda: Fernet(Fernet.generate_key()))

    @classmethod
    def of(cls, settings: Settings) -> CitySignIn | None:
        """Return what the settings name, None where it is off."""
        if not settings.oidc_issuer:
            return None
        secret = settings.oidc_client_secret
        return cls(Provider(settings.oidc_issuer, settings.oidc_client_id, secret))

    async def ask(self, question: Callable[[], _Found]) -> _Found:
        """Ask the provider, without keeping anybody else waiting."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, question)


def is_safe(address: str) -> bool:
    """Whether what is sent to an address is read by nobody else: by https, or on this machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in _LOOPBACK)


def _asked(ask: Callable[[], _Found]) -> _Found:
    """Ask the provider; raises ProviderError where it does not answer, or nothing that can be read."""
    try:
        return ask()
    except (RequestException, ValueError, TypeError) as error:
        logger.error("The provider of the city's sign-in does not answer (%s)", type(error).__name__)
        raise ProviderError(Message("provider_silent")) from None
