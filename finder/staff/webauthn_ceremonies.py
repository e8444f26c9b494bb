"""WebAuthn registration and authentication ceremonies, by py_webauthn.

The only module that imports the library, which takes 5 MB of memory; so it is itself imported at
first use. Knows neither accounts, sessions nor the database.

User verification and discoverable credentials are preferred and not required: a passkey is the
second factor here, so that a plain security key is good enough, and password managers offer to
keep one. No attestation is asked for.
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
class KnownCredential:
    """A passkey that an account has."""

    credential_id: str
    transports: Sequence[str]


@dataclass(frozen=True, slots=True)
class NewCredential:
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
    known: Sequence[KnownCredential],
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
    site: Site, *, challenge: bytes, within: dt.timedelta, known: Sequence[KnownCredential]
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


def verify_registration(answer: str, site: Site, *, challenge: bytes) -> NewCredential | None:
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
    return NewCredential(
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


def verify_assertion(answer: str, site: Site, *, challenge: bytes, public_key: bytes) -> int | None:
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


def _descriptors(known: Sequence[KnownCredential]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(each.credential_id),
            transports=[AuthenticatorTransport(way) for way in each.transports],
        )
        for each in known
    ]


def _milliseconds(span: dt.timedelta) -> int:
    return span // dt.timedelta(milliseconds=1)
