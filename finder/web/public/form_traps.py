"""What tells a program from a person who fills in a form; a person never loses a word to it.

A form's token carries, signed, when the form was made: who sends it within seconds gets it back,
filled in, and can send it again. A token without a time (from a script that makes its own) counts
as old: the trap slows down careless programs, and limits do the rest.
"""

from __future__ import annotations

import datetime as dt
import secrets

from itsdangerous import BadSignature, TimestampSigner

from finder.extensions import services


def new_form_token() -> str:
    """Return a token for one form; it tells when the form was made."""
    return _signer().sign(secrets.token_urlsafe(24)).decode()


def form_age_seconds(token: str) -> float | None:
    """Return how long ago a form's token was made; None: it does not tell."""
    try:
        _, made_at = _signer().unsign(token, return_timestamp=True)
    except BadSignature:
        return None
    return (_now() - made_at).total_seconds()


def sent_too_fast(token: str) -> bool:
    """Whether a form came back faster than a person can fill it in."""
    age = form_age_seconds(token)
    # Below 0 the clock was set back since: that is nobody's fault.
    return age is not None and 0 <= age < services().settings.form_seconds


def _now() -> dt.datetime:
    return services().clock()


def _signer() -> TimestampSigner:
    return TimestampSigner(services().settings.secret_key, salt="finder form token")
