"""The ledger of disclosures: what was disclosed when, to whom, by whom and why (42 CFR 2.25).

An entry is kept for three years, even where its inquiry is erased before. It is found by a keyed
hash of the reference code, so that a person can ask with their code even then. It holds nothing of
an inquiry's content.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.errors import FinderError
from finder.intake.inquiry import ConsentKind, normalise_reference
from finder.intake.models import Consent, Disclosure
from finder.security.kept_secrets import kept_secret, make_kept_secret
from finder.security.keys import KeyRing
from finder.translatable import N_

KEPT_FOR = dt.timedelta(days=3 * 366)
RECIPIENT_CHARACTERS = 200
_SECRET = "disclosure pseudonyms"  # noqa: S105 - the name of one


class DisclosureRefused(FinderError):
    """A disclosure must say to whom, and rest on something; nothing is shown without that."""


class DisclosureKind(enum.StrEnum):
    """How an inquiry was shown."""

    EXPORT = "export"
    """written to a file or a terminal, with all its words, for the operator's own team"""
    EXPORT_TO_OTHERS = "export-to-others"
    """the same for somebody else, whom its author agreed to"""
    EXPORT_BY_LAW = "export-by-law"
    """the same for somebody else, on the legal basis that the reason tells"""
    HAND_OVER = "hand-over"
    """passed on to a facility"""
    FACILITY_READ = "facility-read"
    """read by staff of the facility that it was shared with"""
    PASSED_ON = "passed-on"
    """passed on to a facility by another way than this site"""


_BASIS = {
    DisclosureKind.EXPORT: ConsentKind.COLLECT,
    DisclosureKind.EXPORT_TO_OTHERS: ConsentKind.SHARE,
    DisclosureKind.EXPORT_BY_LAW: None,
    DisclosureKind.HAND_OVER: ConsentKind.SHARE,
    DisclosureKind.FACILITY_READ: ConsentKind.SHARE,
    DisclosureKind.PASSED_ON: ConsentKind.SHARE,
}
"""the kind of consent that each kind of disclosure rests on; None: on the law"""


@dataclass(frozen=True, slots=True)
class GivenDisclosure:
    """One entry of the ledger."""

    at: dt.datetime
    actor: str
    recipient: str
    kind: DisclosureKind
    reason: str
    consent_id: int | None
    consent_version: str | None


def record_disclosures(
    session: Session,
    key_ring: KeyRing,
    shown: Sequence[tuple[str, str]],
    *,
    kind: DisclosureKind,
    actor: str,
    recipient: str,
    reason: str,
    at: dt.datetime,
) -> None:
    """Write ledger entries in the caller's ``write_transaction``, before anything is shown.

    :param shown: (id, reference code) of each inquiry.
    :raises DisclosureRefused: the recipient is empty, too long or more than one line.
    """
    check_recipient(recipient)
    if not shown:
        return
    secret = make_kept_secret(session, key_ring, _SECRET)
    basis = _basis(session, kind, [inquiry_id for inquiry_id, _ in shown])
    rows = []
    for inquiry_id, code in shown:
        consent = basis.get(inquiry_id)
        rows.append(
            {
                "pseudonym": _pseudonym(secret, code),
                "at": at,
                "actor": actor,
                "recipient": recipient,
                "kind": kind.value,
                "reason": reason,
                "consent_id": consent[0] if consent else None,
                "consent_version": consent[1] if consent else None,
            }
        )
    session.execute(sa.insert(Disclosure), rows)


def check_recipient(recipient: str) -> None:
    """Check that the ledger can hold a recipient.

    :raises DisclosureRefused: it is empty, too long or more than one line.
    """
    if not (recipient.strip() and recipient.isprintable()) or len(recipient) > RECIPIENT_CHARACTERS:
        raise DisclosureRefused(N_("Say in one line of at most 200 characters to whom it goes."))


def as_recipient(name: str) -> str:
    """Return a facility's name as ``record_disclosures`` takes it."""
    printable = "".join(each if each.isprintable() else " " for each in name)
    return " ".join(printable.split())[:RECIPIENT_CHARACTERS] or "unnamed"


def disclosures_of(session: Session, key_ring: KeyRing, code: str) -> list[GivenDisclosure]:
    """Return to whom the inquiry with this reference code was shown, oldest first.

    :raises finder.intake.NotAReference: it cannot be a reference code.
    :raises KeyMissing: the key that the ledger is sealed with is not in the ring.
    """
    normalised = normalise_reference(code)
    secret = kept_secret(session, key_ring, _SECRET)
    if secret is None:
        return []
    rows = session.scalars(
        sa.select(Disclosure)
        .where(Disclosure.pseudonym == _pseudonym(secret, normalised))
        .order_by(Disclosure.at, Disclosure.id)
    )
    return [
        GivenDisclosure(
            at=row.at,
            actor=row.actor,
            recipient=row.recipient,
            kind=DisclosureKind(row.kind),
            reason=row.reason,
            consent_id=row.consent_id,
            consent_version=row.consent_version,
        )
        for row in rows
    ]


def purge_disclosures(session: Session, *, now: dt.datetime) -> None:
    """Delete the entries that are older than three years, in the caller's transaction."""
    session.execute(
        sa.delete(Disclosure).where(Disclosure.at <= now - KEPT_FOR),
        execution_options={"synchronize_session": False},
    )


def _basis(
    session: Session, kind: DisclosureKind, ids: Sequence[str]
) -> dict[str, tuple[int, str]]:
    rests_on = _BASIS[kind]
    if rests_on is None:
        return {}
    wanted = set(ids)
    consents = session.execute(
        sa.select(Consent.inquiry_id, Consent.id, Consent.text_version)
        .where(Consent.kind == rests_on.value, Consent.withdrawn_at.is_(None))
        .order_by(Consent.id)
    )
    return {row[0]: (row[1], row[2]) for row in consents if row[0] in wanted}


def _pseudonym(secret: bytes, code: str) -> bytes:
    return hmac.digest(secret, code.encode(), hashlib.sha256)
