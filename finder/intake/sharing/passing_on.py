"""Records that the team passed an inquiry on outside this site: by phone, fax, mail or e-mail.

Finder sends nothing, but the ledger of disclosures must be complete. The recipient is the one
facility that the author's consent names; without consent it is refused.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.inquiry import ConsentKind, payload_of_inquiry, record_event
from finder.intake.permissions import Permission, StaffActor, locked_inquiry
from finder.intake.sharing.disclosures import DisclosureKind, as_recipient, record_disclosures
from finder.intake.sharing.hand_over import HandOverRefused
from finder.security.keys import KeyRing
from finder.translatable import N_


class PassingOnWay(enum.StrEnum):
    """How an inquiry was passed on."""

    PHONE = "phone"
    FAX = "fax"
    MAIL = "mail"
    EMAIL = "email"


PASSING_ON_LABELS: Mapping[PassingOnWay, str] = {
    PassingOnWay.PHONE: N_("By phone"),
    PassingOnWay.FAX: N_("By fax"),
    PassingOnWay.MAIL: N_("By mail"),
    PassingOnWay.EMAIL: N_("By e-mail"),
}
_REASON = {
    PassingOnWay.PHONE: "passed on by phone",
    PassingOnWay.FAX: "passed on by fax",
    PassingOnWay.MAIL: "passed on by mail",
    PassingOnWay.EMAIL: "passed on by e-mail",
}


class _GivenConsent(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def facility_name(self) -> str | None: ...
    @property
    def withdrawn_at(self) -> dt.datetime | None: ...


def shared_with(consents: Iterable[_GivenConsent]) -> str | None:
    """Return the name of the facility that an inquiry may be passed on to; None: to nobody.

    :param consents: in the order in which they were given.
    """
    names = [
        each.facility_name
        for each in consents
        if each.kind == ConsentKind.SHARE and each.withdrawn_at is None and each.facility_name
    ]
    return names[-1] if names else None


def record_passing_on(
    session: Session,
    key_ring: KeyRing,
    actor: StaffActor,
    inquiry_id: str,
    way: PassingOnWay,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    """Record that an inquiry was passed on to the facility that its author's consent names.

    Writes to the ledger of disclosures. It is no contact with the author and extends no retention.

    :raises HandOverRefused: no present consent names a facility, or the actor is of a facility.
    :raises NotAllowed: the actor may not.
    :raises NoSuchInquiry: there is none that the actor may know of.
    :raises KeyMissing: a key is not in the ring.
    """
    with write_transaction(session):
        inquiry = locked_inquiry(session, actor, inquiry_id, Permission.HAND_OVER)
        if actor.facility_ids is not None:
            raise HandOverRefused(N_("Only the team of this site passes inquiries on."))
        now = clock()
        present = [each for each in inquiry.consents if each.expires_at > now]
        present.sort(key=lambda each: each.id)
        name = shared_with(present)
        if name is None:
            raise HandOverRefused(
                N_("This person has not agreed that it is passed on, or took that back.")
            )
        inquiry.updated_at = now
        record_disclosures(
            session,
            key_ring,
            [(inquiry_id, payload_of_inquiry(key_ring, inquiry).reference_code)],
            kind=DisclosureKind.PASSED_ON,
            actor=actor.id,
            recipient=as_recipient(name),
            reason=_REASON[way],
            at=now,
        )
        record_event(
            session,
            "inquiry.passed_on",
            actor=actor.id,
            inquiry_id=inquiry_id,
            now=now,
            way=way.value,
        )
