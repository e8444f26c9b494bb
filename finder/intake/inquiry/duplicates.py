"""Which inquiries may be of one person: those that give the same phone number or address.

They are flagged and never put together: a family shares a phone. What is compared is a keyed hash,
so that neither the number nor the address can be read, or tried out without the key.
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
    """Return the rows of what an inquiry gives, made by the key that seals."""
    given = {"phone": _normal_phone(phone), "email": email.strip().casefold()}
    return [
        InquiryContactLookup(
            kind=kind, lookup=key_ring.index(f"{kind} {value}".encode(), purpose=_PURPOSE)
        )
        for kind, value in given.items()
        if value
    ]


def set_contact_lookups(key_ring: KeyRing, inquiry: Inquiry, *, phone: str, email: str) -> None:
    """Make an inquiry's rows again; a row that stays the same kind is changed in its place."""
    present = {each.kind: each for each in inquiry.contact_lookups}
    wanted = contact_lookups(key_ring, phone=phone, email=email)
    kept = []
    for each in wanted:
        row = present.get(each.kind, each)
        row.lookup = each.lookup
        kept.append(row)
    inquiry.contact_lookups = kept


def look_contacts_up_again(
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
