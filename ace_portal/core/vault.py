"""Keyed digests and encryption. One key (`VAULT_KEY`), a separate derived key for each purpose."""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(ValueError):
    """The text was not encrypted for this purpose with this key, or is too old."""


@lru_cache(maxsize=64)
def _derived(key: str, purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"ace-portal", info=purpose.encode()).derive(key.encode())


def digest(purpose: str, *parts: str) -> str:
    """HMAC-SHA256 of the parts (each length-prefixed) under the purpose's own key, as 64 hexadecimal characters."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(_derived(settings.VAULT_KEY, purpose), text.encode(), hashlib.sha256).hexdigest()


def same(a: str, b: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(a, b)


def _box(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(settings.VAULT_KEY, purpose)))


def encrypt(purpose: str, text: str) -> str:
    """Encrypt and sign a text; the result is URL-safe."""
    return _box(purpose).encrypt(text.encode()).decode()


def decrypt(purpose: str, token: str, *, max_age: int | None = None) -> str:
    """Return the text of `encrypt`. `max_age` in seconds of real time. Raises Unreadable."""
    try:
        return _box(purpose).decrypt(token.encode(), ttl=max_age).decode()
    except (InvalidToken, ValueError) as error:
        raise Unreadable("not readable") from error
