"""What browsers, passkeys and this site say to one another (WebAuthn), checked by the library.

The only module that knows the library. It takes 5 MB of memory, so it is imported when the first
passkey is asked for, and not before. Must not know of accounts, sessions or the database.

User verification and discoverable credentials are preferred and not required: a passkey is the
second factor here, so that a plain security key is good enough, and password managers offer to
keep one. No attestation is asked for: which make of key somebody has is nobody's business.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_registration_credential_json,
)
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from finder.staff.site import Site

_LONGEST_ID = 1023
"""bytes of a credential's id, as WebAuthn has it"""


@dataclass(frozen=True, slots=True)
class Known:
    """A passkey that an account has."""

    credential_id: str
    transports: Sequence[str]


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that was made just now."""

    credential_id: str
    public_key: bytes
    sign_count: int
    transports: list[str]


def creation_options(
    site: Site,
    *,
    challenge: bytes,
    within: dt.timedelta,
    user_id: bytes,
    email: str,
    known: Sequence[Known],
) -> dict[str, Any]:
    """Return what a browser needs to know for making a passkey, as JSON has it."""
    return options_to_json_dict(
        webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name=site.name,
            user_id=user_id,
            user_name=email,
            challenge=challenge,
            timeout=_milliseconds(within),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=_descriptors(known),
        )
    )


def request_options(
    site: Site, *, challenge: bytes, within: dt.timedelta, known: Sequence[Known]
) -> dict[str, Any]:
    """Return what a browser needs to know for having a challenge signed, as JSON has it."""
    return options_to_json_dict(
        webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=challenge,
            timeout=_milliseconds(within),
            allow_credentials=_descriptors(known),
            user_verification=UserVerificationRequirement.PREFERRED,
        )
    )


def made(answer: str, site: Site, *, challenge: bytes) -> Made | None:
    """Return the passkey that a browser made; None: it was made for something else, or badly.

    :param answer: the JSON that the browser sent.
    """
    try:
        sent = parse_registration_credential_json(answer)
        verified = webauthn.verify_registration_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except Exception:  # it is somebody else's bytes: what cannot be read is not right
        return None
    if len(verified.credential_id) > _LONGEST_ID:
        return None
    return Made(
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=[each.value for each in sent.response.transports or ()],
    )


def credential_id_of(answer: str) -> str:
    """Return which passkey a browser says that it used; empty: it says nothing of the kind."""
    try:
        said = json.loads(answer)["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return said if isinstance(said, str) else ""


def signed(answer: str, site: Site, *, challenge: bytes, public_key: bytes) -> int | None:
    """Return the count of the passkey that signed a challenge; None: it did not sign it.

    Whether the count went on since the last time is the caller's to look at.
    """
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
        )
    except Exception:  # it is somebody else's bytes: what cannot be read is not right
        return None
    return verified.new_sign_count


def _descriptors(known: Sequence[Known]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(each.credential_id),
            transports=[AuthenticatorTransport(way) for way in each.transports],
        )
        for each in known
    ]


def _milliseconds(span: dt.timedelta) -> int:
    return span // dt.timedelta(milliseconds=1)
