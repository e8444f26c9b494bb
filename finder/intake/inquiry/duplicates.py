"""Flags possible duplicates: inquiries that give the same phone number or e-mail address.

They are flagged and never merged: a family shares a phone. Compared are keyed hashes (HMAC), which
cannot be read, nor tested by guesses without the key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from finder.intake.models import Inquiry, InquiryContactLookup
from finder.intake.permissions import StaffActor, in_scope
from finder.security.keys import KeyRing

_PURPOSE = "inquiry contact"


def contact_lookups(key_ring: KeyRing, *, phone: str, email: str) -> list[InquiryContactLookup]:
    """Return the look-up rows of an inquiry's contacts, hashed under the first key."""
    given = {"phone": _normal_phone(phone), "email": email.strip().casefold()}
    return [
        InquiryContactLookup(
            kind=kind, lookup=key_ring.index(f"{kind} {value}".encode(), purpose=_PURPOSE)
        )
        for kind, value in given.items()
        if value
    ]


def set_contact_lookups(key_ring: KeyRing, inquiry: Inquiry, *, phone: str, email: str) -> None:
    """Replace an inquiry's look-up rows; a row of the same kind is updated in place."""
    present = {each.kind: each for each in inquiry.contact_lookups}
    wanted = contact_lookups(key_ring, phone=phone, email=email)
    kept = []
    for each in wanted:
        row = present.get(each.kind, each)
        row.lookup = each.lookup
        kept.append(row)
    inquiry.contact_lookups = kept


def rebuild_contact_lookups(
    session: Session, key_ring: KeyRing, opened: Mapping[str, Mapping[str, bytes]]
) -> None:
    """Make inquiries' rows again under the first key, in the caller's ``write_transaction``.

    :param opened: id of an inquiry -> what is sealed in its row, by column.
    """
    session.execute(
        sa.delete(InquiryContactLookup).where(InquiryContactLookup.inquiry_id.in_(opened)),
        execution_options={"synchronize_session": False},
    )
    rows = []
    for inquiry_id, columns in opened.items():
        content = json.loads(columns["sealed"])
        for row in contact_lookups(key_ring, phone=content["phone"], email=content["email"]):
            rows.append({"inquiry_id": inquiry_id, "kind": row.kind, "lookup": row.lookup})
    if rows:
        session.execute(sa.insert(InquiryContactLookup), rows)


def duplicate_ids(session: Session, actor: StaffActor, inquiry_id: str) -> tuple[str, ...]:
    """Return the other inquiries that the actor may know of and that give the same contact."""
    own = aliased(InquiryContactLookup)
    found = session.scalars(
        sa.select(Inquiry.id)
        .distinct()
        .join(InquiryContactLookup, InquiryContactLookup.inquiry_id == Inquiry.id)
        .join(own, own.lookup == InquiryContactLookup.lookup)
        .where(own.inquiry_id == inquiry_id, Inquiry.id != inquiry_id, in_scope(actor))
        .order_by(Inquiry.id)
    )
    return tuple(found)


def ids_with_duplicates(session: Session, actor: StaffActor, ids: list[str]) -> set[str]:
    """Return those of some inquiries that have a possible duplicate the actor may know of."""
    own = aliased(InquiryContactLookup)
    return set(
        session.scalars(
            sa.select(own.inquiry_id)
            .distinct()
            .join(
                InquiryContactLookup,
                sa.and_(
                    InquiryContactLookup.lookup == own.lookup,
                    InquiryContactLookup.inquiry_id != own.inquiry_id,
                ),
            )
            .join(Inquiry, Inquiry.id == InquiryContactLookup.inquiry_id)
            .where(own.inquiry_id.in_(ids), in_scope(actor))
        )
    )


def _normal_phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
