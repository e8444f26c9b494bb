"""Random secrets that survive key rotation, sealed under the key ring.

For keyed hashes whose input is erased, and which therefore cannot be recomputed under a new key.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from finder.security.keys import KeyRing, Sealed
from finder.security.models import KeptSecret

PURPOSE = "kept secret"
_BYTES = 32


def kept_secret(session: Session, key_ring: KeyRing, name: str) -> bytes | None:
    """Return the secret of that name, or None where it was never needed.

    :raises KeyMissing: its key is not in the ring.
    :raises SealBroken: it was changed outside of Finder.
    """
    row = session.execute(
        sa.select(KeptSecret.key_id, KeptSecret.sealed).where(KeptSecret.name == name)
    ).one_or_none()
    if row is None:
        return None
    return key_ring.open(Sealed(row.key_id, row.sealed), purpose=PURPOSE, row_id=name)


def make_kept_secret(session: Session, key_ring: KeyRing, name: str) -> bytes:
    """Return the secret of that name, made at first use, in the caller's ``write_transaction``."""
    there = kept_secret(session, key_ring, name)
    if there is not None:
        return there
    sealed = key_ring.seal(secrets.token_bytes(_BYTES), purpose=PURPOSE, row_id=name)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    # Two first uses at once on PostgreSQL: the second one waits here, and takes the first's.
    session.execute(
        dialect.insert(KeptSecret)
        .values(name=name, key_id=sealed.key_id, sealed=sealed.blob)
        .on_conflict_do_nothing()
    )
    made = kept_secret(session, key_ring, name)
    assert made is not None  # noqa: S101 - it is there now, ours or the other one's
    return made
