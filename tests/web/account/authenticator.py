"""A device that holds passkeys, written from the WebAuthn standard and not with what the product uses: ES256, no attestation.

Whatever a real one would never do (another origin, a number that goes back, nobody recognised) it does when told to.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, HOLDS_KEY = 1, 4, 64


def packed(raw: bytes) -> str:
    """As a browser's script sends bytes: base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    """The bytes of base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: Any) -> bytes:
    """The few kinds of values that a device sends (RFC 8949): whole numbers, bytes, texts and maps."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    assert isinstance(value, dict)
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(each) for key, each in value.items())


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    if number < 256:
        return bytes([kind << 5 | 24, number])
    return bytes([kind << 5 | 25]) + struct.pack(">H", number)


@dataclass
class Authenticator:
    """One passkey on one device, in a browser at `origin`."""

    origin: str = "http://localhost:8000"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: bytes = b""
    host: str = ""

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to a page that adds a passkey."""
        self.user, self.host = unpacked(options["user"]["id"]), options["rp"]["id"]
        point = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        held = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor(cose)
        made = cbor({"fmt": "none", "attStmt": {}, "authData": self._data(self.flags | HOLDS_KEY) + held})
        seen = self._seen("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": packed(seen), "attestationObject": packed(made)})

    def prove(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to a page that signs in; the device counts it."""
        self.count += 1
        data, seen = self._data(self.flags), self._seen("webauthn.get", options["challenge"])
        signature = self._key.sign(data + hashlib.sha256(seen).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": packed(seen),
                "authenticatorData": packed(data),
                "signature": packed(signature),
                "userHandle": packed(self.user),
            }
        )

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _seen(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = packed(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
