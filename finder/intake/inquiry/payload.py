"""What stands in the sealed blob of an inquiry, and how it is sealed and opened.

The reference code is stored here and nowhere else. The PIN is kept beside it as a sealed Argon2id
hash: sealing works as a pepper that can be replaced together with the key.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from finder.intake.inquiry.duplicates import set_contact_lookups
from finder.intake.inquiry.submission import InquirySubmission
from finder.intake.models import Inquiry
from finder.security.keys import KeyRing, Sealed

PAYLOAD_PURPOSE = "inquiry"
PIN_PURPOSE = "inquiry pin"
_REFERENCE_PURPOSE = "inquiry reference"
# Argon2id at the least cost of OWASP's password storage cheat sheet: some 25 ms and 19 MiB. A form
# that many people send at once is no place for more.
_pins = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SCRYPT_SALT_BYTES = 16


# No repr: what people write must not come into a traceback.
@dataclass(frozen=True, slots=True, repr=False)
class Payload:
    """One inquiry's content, in the field names of ``InquirySubmission``."""

    reference_code: str
    contact_name: str
    contact_method: str
    phone: str
    email: str
    voicemail_ok: bool
    best_times: str
    for_whom: str
    looking_for: str
    message: str
    consent_share: bool
    about_facility_id: int | None
    """the facility that the person wrote about, whether or not it may be told"""
    about_facility_name: str | None

    def says_the_same_as(self, other: Payload) -> bool:
        """Whether a person filled in the same; code and facility's name are not of their making."""
        ours = dataclasses.replace(self, reference_code="", about_facility_name=None)
        return ours == dataclasses.replace(other, reference_code="", about_facility_name=None)


def payload_of(
    submission: InquirySubmission, *, reference_code: str, facility_name: str | None
) -> Payload:
    """Return what is to be sealed of a submission."""
    return Payload(
        reference_code=reference_code,
        contact_name=submission.contact_name,
        contact_method=submission.contact_method,
        phone=submission.phone,
        email=submission.email,
        voicemail_ok=submission.voicemail_ok,
        best_times=submission.best_times,
        for_whom=submission.for_whom,
        looking_for=submission.looking_for,
        message=submission.message,
        consent_share=submission.consent_share and submission.facility_id is not None,
        about_facility_id=submission.facility_id,
        about_facility_name=facility_name,
    )


def seal_payload(key_ring: KeyRing, payload: Payload, *, inquiry_id: str) -> Sealed:
    """Return the sealed payload."""
    plaintext = json.dumps(dataclasses.asdict(payload), ensure_ascii=False).encode()
    return key_ring.seal(plaintext, purpose=PAYLOAD_PURPOSE, row_id=inquiry_id)


def open_payload(key_ring: KeyRing, sealed: Sealed, *, inquiry_id: str) -> Payload:
    """Return what ``seal_payload`` sealed.

    :raises KeyMissing: its key is not in the ring.
    :raises SealBroken: it was changed, or belongs to another inquiry.
    """
    plaintext = key_ring.open(sealed, purpose=PAYLOAD_PURPOSE, row_id=inquiry_id)
    content: dict[str, Any] = json.loads(plaintext)
    return Payload(**content)


def payload_of_inquiry(key_ring: KeyRing, inquiry: Inquiry) -> Payload:
    """Return what is sealed in an inquiry's row; see ``open_payload``."""
    sealed = Sealed(inquiry.key_id, inquiry.sealed)
    return open_payload(key_ring, sealed, inquiry_id=inquiry.id)


def reference_lookup(key_ring: KeyRing, reference_code: str, *, key_id: str | None = None) -> bytes:
    """Return the keyed hash that an inquiry is found by; see ``KeyRing.index``."""
    return key_ring.index(reference_code.encode(), purpose=_REFERENCE_PURPOSE, key_id=key_id)


def seal_pin(key_ring: KeyRing, pin: str, *, inquiry_id: str) -> Sealed:
    """Return a PIN's hash, sealed; takes some 25 ms on purpose."""
    return key_ring.seal(_pins.hash(pin).encode(), purpose=PIN_PURPOSE, row_id=inquiry_id)


def verify_pin(key_ring: KeyRing, sealed: Sealed, pin: str, *, inquiry_id: str) -> bool:
    """Whether this is the PIN that ``seal_pin`` sealed.

    :raises KeyMissing: its key is not in the ring.
    :raises SealBroken: it was changed, or belongs to another inquiry.
    """
    kept = key_ring.open(sealed, purpose=PIN_PURPOSE, row_id=inquiry_id)
    if not kept.startswith(b"$argon2id$"):
        return _is_right_by_scrypt(kept, pin)
    try:
        return _pins.verify(kept, pin)
    except VerifyMismatchError:
        return False


def reseal_inquiry(key_ring: KeyRing, inquiry: Inquiry, payload: Payload) -> None:
    """Put a payload into an inquiry's row, and all that a key made of it under the first key.

    :raises KeyMissing: the key of its PIN is not in the ring.
    :raises SealBroken: its PIN's seal was changed, or belongs to another inquiry.
    """
    pin = None
    if inquiry.pin_hash is not None:
        sealed_pin = Sealed(inquiry.key_id, inquiry.pin_hash)
        kept = key_ring.open(sealed_pin, purpose=PIN_PURPOSE, row_id=inquiry.id)
        pin = key_ring.seal(kept, purpose=PIN_PURPOSE, row_id=inquiry.id).blob
    sealed = seal_payload(key_ring, payload, inquiry_id=inquiry.id)
    inquiry.key_id = sealed.key_id
    inquiry.sealed = sealed.blob
    inquiry.pin_hash = pin
    inquiry.reference_lookup = reference_lookup(key_ring, payload.reference_code)
    set_contact_lookups(key_ring, inquiry, phone=payload.phone, email=payload.email)


def verify_dummy_pin(pin: str) -> None:
    """Take as long as ``verify_pin``, where there is no inquiry or no PIN to compare with."""
    _pins.hash(pin)


def _is_right_by_scrypt(kept: bytes, pin: str) -> bool:
    """Whether a PIN is right that was kept before there were Argon2id hashes."""
    salt, digest = kept[:_SCRYPT_SALT_BYTES], kept[_SCRYPT_SALT_BYTES:]
    return hmac.compare_digest(
        digest, hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    )
