"""Keys for what is sealed before it is stored: each purpose has its own, drawn from the one secret key of the site."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def key_for(purpose: str, secret_key: str) -> str:
    """The key of one purpose: 32 bytes in URL-safe base64, as Fernet takes them.

    By HKDF (RFC 5869), so that neither the secret key nor another purpose's key follows from it.
    """
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"food-rounds {purpose}".encode())
    return base64.urlsafe_b64encode(derived.derive(secret_key.encode())).decode("ascii")
