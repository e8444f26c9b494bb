from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.casework import export_for_staff, export_inquiries, open_case
from finder.intake.keeping import erase_inquiry, purge_inquiries, rotate_keys
from finder.intake.models import Consent, Disclosure, HandOverRequest
from finder.intake.permissions import Role
from finder.intake.sharing import (
    DisclosureKind,
    DisclosureRefused,
    answer_hand_over,
    disclosures_of,
    record_disclosures,
    request_hand_over,
)
from finder.security import audit
from finder.security.kept_secrets import make_kept_secret
from finder.security.keys import KeyMissing, KeyRing
from finder.security.models import AuditEvent, KeptSecret
from tests.factories import NOW, add_facilities, add_facility
from tests.intake.making import BOTH, OTHER_RING, RING, actor, only_inquiry, submit


def export(session: Session, key_ring: KeyRing = RING, **given: Any) -> None:
    export_inquiries(
        session,
        key_ring,
        **{"actor": "command:ann", "reason": "weekly", "clock": lambda: NOW, **given},
    )


def test_an_export_is_entered_with_all_that_the_law_asks_for(session: Session) -> None:
    code = submit(session).reference_code
    export(session)
    (entry,) = disclosures_of(session, RING, code.lower())
    consent = session.scalars(sa.select(Consent)).one()
    assert (entry.at, entry.actor, entry.recipient) == (NOW, "command:ann", "command:ann")
    assert (entry.kind, entry.reason) == (DisclosureKind.EXPORT, "weekly")
    assert (entry.consent_id, entry.consent_version) == (consent.id, consent.text_version)


@pytest.fixture
def codes(session: Session) -> dict[str, str]:
    """The codes of three inquiries, by whom they may be shared with."""
    here, there = add_facilities(session, {}, {"natural_key": "other", "name": "Other House"})
    given: list[tuple[str, dict[str, Any]]] = [
        ("Bend House", {"facility_id": here, "consent_share": True}),
        ("Other House", {"facility_id": there, "consent_share": True}),
        ("nobody", {"facility_id": here}),
    ]
    return {
        name: submit(
            session, submission_token=f"{name} token".replace(" ", "-") * 2, **fields
        ).reference_code
        for name, fields in given
    }


def details_of_the_last_export(session: Session) -> dict[str, int | bool | str]:
    found = session.scalars(
        sa.select(AuditEvent)
        .where(AuditEvent.event == "inquiries.exported_to_others")
        .order_by(AuditEvent.seq.desc())
    ).first()
    assert found is not None
    return found.details


def test_to_another_goes_what_its_author_agreed_to_and_nothing_else(
    session: Session, codes: dict[str, str]
) -> None:
    export(session, recipient=" bend  HOUSE ")
    assert disclosures_of(session, RING, codes["Other House"]) == []
    assert disclosures_of(session, RING, codes["nobody"]) == []
    (entry,) = disclosures_of(session, RING, codes["Bend House"])
    assert (entry.kind, entry.consent_version) == (DisclosureKind.EXPORT_TO_OTHERS, "share-3")
    assert details_of_the_last_export(session) == {
        "count": 1,
        "reason": "weekly",
        "basis": "consent",
    }


def test_to_whom_nobody_agreed_nothing_goes(session: Session, codes: dict[str, str]) -> None:
    session.execute(sa.update(Consent).values(withdrawn_at=NOW))
    session.commit()
    for recipient in ("Bend House", "Bend County"):
        with pytest.raises(DisclosureRefused, match="Nobody agreed"):
            export(session, recipient=recipient)
    assert session.scalars(sa.select(Disclosure)).all() == []


def test_a_legal_basis_is_on_record_in_words(session: Session, codes: dict[str, str]) -> None:
    with pytest.raises(DisclosureRefused, match="to whom"):
        export(session, legal_basis="Court order 12")
    export(session, recipient="Bend County", legal_basis="Court order 12")
    for code in codes.values():
        (entry,) = disclosures_of(session, RING, code)
        assert (entry.kind, entry.recipient) == (DisclosureKind.EXPORT_BY_LAW, "Bend County")
        assert entry.reason == "weekly; legal basis: Court order 12"
        assert entry.consent_id is None
    assert details_of_the_last_export(session)["basis"] == "Court order 12"


@pytest.mark.parametrize("basis", ["", "two\nlines", "x" * 501])
def test_a_basis_that_says_nothing_is_none(
    session: Session, codes: dict[str, str], basis: str
) -> None:
    with pytest.raises(audit.UnknownAuditEvent):
        export(session, recipient="Bend County", legal_basis=basis)
    assert session.scalars(sa.select(Disclosure)).all() == []


def test_what_a_programs_staff_write_out_rests_on_the_consent_to_share(
    session: Session, codes: dict[str, str]
) -> None:
    staff = actor(Role.MANAGER, 1, 2, account_id="theirs")
    read = export_for_staff(session, RING, staff, reason="our list", clock=lambda: NOW)
    assert len(read) == 2
    for name in ("Bend House", "Other House"):
        (entry,) = disclosures_of(session, RING, codes[name])
        assert (entry.kind, entry.recipient) == (DisclosureKind.FACILITY_READ, name)
        assert entry.consent_version == "share-3"
    assert disclosures_of(session, RING, codes["nobody"]) == []


def test_each_inquiry_has_its_own_entries(session: Session) -> None:
    first = submit(session).reference_code
    assert disclosures_of(session, RING, first) == []
    export(session)
    second = submit(session, submission_token="t" * 20).reference_code
    export(session)
    assert [len(disclosures_of(session, RING, code)) for code in (first, second)] == [2, 1]


def test_a_hand_over_rests_on_the_consent_to_share(session: Session) -> None:
    code = submit(session, facility_id=add_facility(session), consent_share=True).reference_code
    share = session.scalars(sa.select(Consent).where(Consent.kind == "share")).one()
    session.rollback()

    def hand_over() -> None:
        with write_transaction(session):
            record_disclosures(
                session,
                RING,
                [(only_inquiry(session).id, code)],
                kind=DisclosureKind.HAND_OVER,
                actor="staff:7",
                recipient="Bend House",
                reason="they asked for it",
                at=NOW,
            )

    hand_over()
    session.execute(sa.update(Consent).values(withdrawn_at=NOW))
    session.commit()
    hand_over()
    assert [each.consent_id for each in disclosures_of(session, RING, code)] == [share.id, None]


def test_entries_outlive_the_inquiry_and_the_key_for_three_years(session: Session) -> None:
    code = submit(session).reference_code
    export(session)
    erase_inquiry(session, RING, code, actor="author", clock=lambda: NOW)
    rotate_keys(session, BOTH, actor="command:ann", clock=lambda: NOW)
    assert len(disclosures_of(session, OTHER_RING, code)) == 1

    def purge(days: int) -> None:
        purge_inquiries(session, actor="command:x", clock=lambda: NOW + dt.timedelta(days=days))

    purge(3 * 366 - 1)
    assert len(disclosures_of(session, OTHER_RING, code)) == 1
    purge(3 * 366)
    assert disclosures_of(session, OTHER_RING, code) == []


def test_an_entry_holds_no_code_no_id_and_no_word(session: Session) -> None:
    code = submit(session, message="canary").reference_code
    inquiry_id = only_inquiry(session).id
    export(session)
    row = session.execute(sa.select(*Disclosure.__table__.columns)).one()
    text = repr(tuple(row))
    for secret in (code, code.replace("-", ""), inquiry_id, "canary", "Robin"):
        assert secret not in text


def test_without_the_keys_nobody_finds_an_entry(session: Session) -> None:
    code = submit(session).reference_code
    export(session)
    with pytest.raises(KeyMissing, match="k1"):
        disclosures_of(session, OTHER_RING, code)


@pytest.mark.parametrize("recipient", ["", "  ", "two\nlines", "x" * 201])
def test_nothing_is_shown_where_nobody_is_named(session: Session, recipient: str) -> None:
    submit(session)
    with pytest.raises(DisclosureRefused, match="to whom"):
        export(session, recipient=recipient)
    assert session.scalars(sa.select(Disclosure)).all() == []
    assert [each.event for each in session.scalars(sa.select(AuditEvent))] == ["inquiry.submitted"]


def test_an_export_of_nothing_discloses_nothing(session: Session) -> None:
    export(session)
    assert session.scalars(sa.select(KeptSecret)).all() == []


def test_two_first_uses_of_a_secret_agree_on_one(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with write_transaction(session):
        first = make_kept_secret(session, RING, "one")
    found: list[Any] = [None]

    def not_seen_yet(*given: Any) -> Any:
        return found.pop() if found else original(*given)

    from finder.security import kept_secrets

    original = kept_secrets.kept_secret
    monkeypatch.setattr(kept_secrets, "kept_secret", not_seen_yet)
    with write_transaction(session):
        assert make_kept_secret(session, RING, "one") == first
    assert len(first) == 32


def test_what_a_program_reads_and_what_is_passed_on_is_entered(session: Session) -> None:
    """Its author passes it on from Bend House to Other House, and both open it."""
    here, there = add_facilities(
        session, {}, {"natural_key": "other", "name": "Other House\u200b\n of Oregon"}
    )
    code = submit(session, facility_id=here, consent_share=True, pin="493817").reference_code
    inquiry_id = only_inquiry(session).id
    session.rollback()

    def open_as(account_id: str, *facilities: int) -> None:
        staff = actor(Role.TRIAGE, *facilities, account_id=account_id)
        open_case(session, RING, staff, inquiry_id, clock=lambda: NOW)

    open_as("of-the-team")
    assert disclosures_of(session, RING, code) == []
    open_as("of-bend-house", here)
    request_hand_over(session, actor(Role.TRIAGE), inquiry_id, there, clock=lambda: NOW)
    asked = session.scalars(sa.select(HandOverRequest.id)).one()
    session.rollback()
    answer_hand_over(session, RING, inquiry_id, asked, accepted=True, clock=lambda: NOW)
    open_as("of-other-house", there)
    entries = disclosures_of(session, RING, code)
    assert [(each.kind, each.actor, each.recipient, each.consent_version) for each in entries] == [
        (DisclosureKind.FACILITY_READ, "of-bend-house", "Bend House", "share-3"),
        (DisclosureKind.HAND_OVER, "author", "Other House of Oregon", "hand-over-1"),
        (DisclosureKind.FACILITY_READ, "of-other-house", "Other House of Oregon", "hand-over-1"),
    ]


def test_a_no_is_no_disclosure(session: Session) -> None:
    here, there = add_facilities(session, {}, {"natural_key": "other", "name": "Other House"})
    code = submit(session, facility_id=here, consent_share=True, pin="493817").reference_code
    inquiry_id = only_inquiry(session).id
    session.rollback()
    request_hand_over(session, actor(Role.TRIAGE), inquiry_id, there, clock=lambda: NOW)
    asked = session.scalars(sa.select(HandOverRequest.id)).one()
    session.rollback()
    answer_hand_over(session, RING, inquiry_id, asked, accepted=False, clock=lambda: NOW)
    assert disclosures_of(session, RING, code) == []
