"""A passkey in software, and what a browser makes of what it says."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

ORIGIN = "http://localhost"
"""where Flask's test client is"""
_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


class SoftPasskey:
    """One key pair for one site; it counts its uses unless it is told not to."""

    def __init__(self, *, origin: str = ORIGIN, counts: bool = True) -> None:
        self.origin, self.counts = origin, counts
        self.count = 0
        self.credential_id = secrets.token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any], **changes: Any) -> str:
        """Answer ``navigator.credentials.create``; ``changes`` are made to what is told of it."""
        attested = (
            bytes(16)
            + len(self.credential_id).to_bytes(2, "big")
            + self.credential_id
            + self._public_key()
        )
        told = self._told(options["rp"]["id"], _HAS_KEY) + attested
        client_data = self._client_data("webauthn.create", options, **changes)
        return self._answer(
            clientDataJSON=client_data,
            attestationObject=encode_cbor({"fmt": "none", "attStmt": {}, "authData": told}),
        )

    def sign(self, options: dict[str, Any], **changes: Any) -> str:
        """Answer ``navigator.credentials.get``."""
        self.count += self.counts
        told = self._told(changes.pop("host", options["rpId"]), 0)
        client_data = self._client_data("webauthn.get", options, **changes)
        signature = self.key.sign(
            told + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256())
        )
        return self._answer(clientDataJSON=client_data, authenticatorData=told, signature=signature)

    def _told(self, host: str, flags: int) -> bytes:
        flags |= _PRESENT | _VERIFIED
        return (
            hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
        )

    def _client_data(self, kind: str, options: dict[str, Any], **changes: Any) -> bytes:
        said = {
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps({**said, **changes}).encode()

    def _answer(self, **response: bytes) -> str:
        name = bytes_to_base64url(self.credential_id)
        parts = {key: bytes_to_base64url(value) for key, value in response.items()}
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": {**parts, "transports": ["internal", "thought"]},
            }
        )

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (numbers.x, numbers.y))
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def another_challenge(options: dict[str, Any]) -> dict[str, Any]:
    """What a browser was asked, with a challenge that nobody gave."""
    length = len(base64url_to_bytes(options["challenge"]))
    return {**options, "challenge": bytes_to_base64url(secrets.token_bytes(length))}
