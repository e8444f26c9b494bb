"""Spam protection of the public forms: a honeypot field and a time trap.

A form's token holds a signed timestamp. A form that is sent within seconds is shown again, filled
in, and can be sent again: nobody loses what they wrote. A token without a timestamp counts as old,
so scripts that make their own pass; rate limits stop those.
"""

from __future__ import annotations

import datetime as dt
import secrets

from itsdangerous import BadSignature, TimestampSigner

from finder.extensions import services


def new_form_token() -> str:
    """Return a random token for one form, signed with the time."""
    return _signer().sign(secrets.token_urlsafe(24)).decode()


def form_age_seconds(token: str) -> float | None:
    """Return the age of a form's token in seconds; None for one that this site did not sign."""
    try:
        _, made_at = _signer().unsign(token, return_timestamp=True)
    except BadSignature:
        return None
    return (_now() - made_at).total_seconds()


def sent_too_fast(token: str) -> bool:
    """Whether a form was sent faster than a person can fill it in."""
    age = form_age_seconds(token)
    # A negative age means that the clock was set back: not the sender's fault.
    return age is not None and 0 <= age < services().settings.form_seconds


def _now() -> dt.datetime:
    return services().clock()


def _signer() -> TimestampSigner:
    return TimestampSigner(services().settings.secret_key, salt="finder form token")
