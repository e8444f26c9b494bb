"""The audit log: a hash chain of events, in which any later change shows.

Every event has a row in ``EVENTS`` with the details that it may carry and no others, so that no
word of an inquiry can come into the log by mistake. Must not know what an inquiry holds.

Each event carries the hash of the one before, and ``audit_head`` the number of events and the last
hash: an edit, a deletion (of the newest too) and a reorder all break the chain. Who can rewrite
the whole chain *and* the head can forge it; keep ``AuditVerdict.count`` and ``head_hash``
elsewhere from time to time, and compare.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from finder.errors import FinderError
from finder.security.models import AuditEvent, AuditHead

FIRST_HASH = "0" * 64
REASON_CHARACTERS = 500


class Detail(enum.Enum):
    """What a detail of an event may be."""

    NUMBER = "a whole number"
    FLAG = "true or false"
    REASON = "why an operator did it, in their own words"
    CODE = "a code out of a registry: small letters and hyphens"
    ACCOUNT = "the id of a staff account"


EVENTS: Mapping[str, Mapping[str, Detail]] = {
    # An inquiry was stored; may it be passed on to the facility that it is about?
    "inquiry.submitted": {"share": Detail.FLAG},
    # Inquiries were read all at once; each of them has an inquiry.read after this.
    "inquiries.exported": {"count": Detail.NUMBER, "reason": Detail.REASON},
    # The same for somebody else: with the consent of each author, or on a legal basis in words.
    "inquiries.exported_to_others": {
        "count": Detail.NUMBER,
        "reason": Detail.REASON,
        "basis": Detail.REASON,
    },
    # One inquiry was unsealed and shown to somebody, in the export with that number.
    "inquiry.read": {"export": Detail.NUMBER},
    # The author of an inquiry opened it with its code and PIN.
    "inquiry.opened": {},
    # A code and a PIN were tried that are not right; the subject is empty where there is no such
    # inquiry.
    "inquiry.opening_refused": {},
    # Somebody of the team found one by its reference code, or tried one that they may not know of;
    # the subject is empty where there is no such inquiry.
    "inquiry.found_by_code": {},
    "inquiry.finding_refused": {},
    # The team does what the next event says, because its author asked for it in their own words.
    "inquiry.done_on_their_word": {"what": Detail.CODE},
    # A message was added to an inquiry: by the team, or by its author.
    "inquiry.message_added": {"by_staff": Detail.FLAG},
    # Its author changed how they can be reached, or had it changed.
    "inquiry.contact_changed": {},
    # Its author took a consent back: to share it, or to collect it (then it is erased, too).
    "inquiry.consent_withdrawn": {"share": Detail.FLAG},
    # Its author said whether it may be passed on to this facility.
    "inquiry.hand_over_answered": {"facility": Detail.NUMBER, "accepted": Detail.FLAG},
    # Somebody of the team unsealed one inquiry and all that belongs to it.
    "inquiry.opened_by_staff": {},
    # The team noted something for itself.
    "inquiry.note_added": {},
    # The team tried to call its author.
    "inquiry.call_recorded": {"outcome": Detail.CODE},
    # It was given to somebody of the team, or to nobody any more.
    "inquiry.assigned": {"to": Detail.ACCOUNT},
    "inquiry.unassigned": {},
    "inquiry.status_changed": {"before": Detail.CODE, "after": Detail.CODE},
    "inquiry.outcome_set": {"outcome": Detail.CODE},
    # The team asked its author whether it may be passed on to this facility.
    "inquiry.hand_over_requested": {"facility": Detail.NUMBER},
    # The team passed it on by another way to the facility that its author agreed to.
    "inquiry.passed_on": {"way": Detail.CODE},
    # The inquiries were written out without anything that tells whose they are.
    "inquiries.exported_without_names": {"count": Detail.NUMBER},
    # One inquiry was erased: its time was up, or its author asked for it.
    "inquiry.erased": {"expired": Detail.FLAG},
    # An account of the staff; the subject is its id, and empty where there is no such account.
    "staff.created": {"role": Detail.CODE},
    "staff.changed": {
        "before": Detail.CODE,
        "after": Detail.CODE,
        "facilities": Detail.NUMBER,
    },
    "staff.disabled": {},
    "staff.enabled": {},
    "staff.reset": {},
    "staff.password_chosen": {},
    "staff.set_up": {},
    "staff.signed_in": {},
    "staff.recovery_code_used": {},
    # It was given new recovery codes, and those that it had are good no more.
    "staff.recovery_codes_renewed": {},
    # Its second factors, by their kind alone: which one was given, which ones came and went.
    "staff.passkey_used": {},
    "staff.passkey_added": {},
    "staff.passkey_removed": {},
    # A passkey signed rightly, and counted no further than before: there may be a copy of it.
    "staff.passkey_copied": {},
    "staff.app_added": {},
    "staff.app_removed": {},
    "staff.sign_in_refused": {"step": Detail.CODE},
    "staff.locked_out": {},
    "staff.session_ended": {},
    # A program was marked as closed by staff, or opened again; the subject is its number.
    "facility.closed": {},
    "facility.reopened": {},
    # Everything is being sealed again under the key that is the subject; without the second event
    # it was broken off, and goes on when it is begun again.
    "keys.rotation_started": {"rows": Detail.NUMBER},
    "keys.rotation_finished": {"rows": Detail.NUMBER, "left": Detail.NUMBER},
    # All that the database holds was written to an encrypted file; the file came back.
    "backup.created": {"rows": Detail.NUMBER},
    "backup.restored": {
        "inquiries": Detail.NUMBER,
        "erased_again": Detail.NUMBER,
        "withdrawn_again": Detail.NUMBER,
    },
    # A report of a wrong detail was stored.
    "detail_report.submitted": {},
    # Reports were read all at once; each of them has a detail_report.read after this.
    "detail_reports.listed": {"count": Detail.NUMBER, "reason": Detail.REASON},
    # One report was unsealed and shown to somebody, in the listing with that number.
    "detail_report.read": {"listing": Detail.NUMBER},
    # One report was marked as done.
    "detail_report.done": {},
    # One report was erased, because its time was up.
    "detail_report.erased": {},
}
_CHUNK = 500
_LARGEST_SEQ = 2**31 - 1
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")
_LONGEST_CODE = 40
_ACCOUNT = re.compile(r"[!-~]{1,64}")


class UnknownAuditEvent(FinderError):
    """An event, or a detail of one, that ``EVENTS`` does not have."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One event that is to be written."""

    event: str
    actor: str
    subject: str
    details: Mapping[str, int | bool | str]


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What ``verify`` found."""

    count: int
    """events whose place in the chain was confirmed"""
    head_hash: str
    """the last confirmed event's hash"""
    problem: str | None
    """the first thing that is not as it was written; None: the chain is whole"""

    @property
    def intact(self) -> bool:
        """Whether nothing was edited, deleted or reordered."""
        return self.problem is None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events are wanted; what is None does not matter."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    """events before it"""
    actor: str | None = None
    events: frozenset[str] = frozenset()
    """any of these; none: whichever"""
    subject: str | None = None
    subject_begins: str | None = None
    """with what the subject begins, such as the first characters of an inquiry's id"""


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """One event of the log."""

    seq: int
    at: dt.datetime
    event: str
    actor: str
    subject: str
    details: Mapping[str, int | bool | str]


def record(
    session: Session,
    event: str,
    *,
    actor: str,
    subject: str,
    details: Mapping[str, int | bool | str],
    at: dt.datetime,
) -> int:
    """Write one event in the caller's ``write_transaction`` and return its number.

    :raises UnknownAuditEvent: the event or its details are not those of ``EVENTS``.
    """
    return record_all(session, [AuditRecord(event, actor, subject, details)], at=at)


def record_all(session: Session, records: Sequence[AuditRecord], *, at: dt.datetime) -> int:
    """Write events, in their order, in the caller's ``write_transaction``.

    The chain's end stays locked until the caller commits: call this last.

    :returns: the number of the last one.
    :raises UnknownAuditEvent: an event or its details are not those of ``EVENTS``.
    """
    for each in records:
        _check(each)
    count, last_hash = _locked_head(session)
    rows = []
    for each in records:
        count += 1
        row = {
            "seq": count,
            "at": at,
            "event": each.event,
            "actor": each.actor,
            "subject": each.subject,
            "details": dict(each.details),
            "previous_hash": last_hash,
        }
        last_hash = _hash(row)
        rows.append({**row, "hash": last_hash})
    if rows:
        session.execute(sa.insert(AuditEvent), rows)
    session.execute(sa.update(AuditHead).values(count=count, hash=last_hash))
    return count


def verify(session: Session) -> AuditVerdict:
    """Read the whole chain and tell whether it is as it was written."""
    count, last_hash = 0, FIRST_HASH
    head: tuple[int, str] | None = None
    for row in session.execute(_whole_chain()).yield_per(_CHUNK).mappings():
        head = None if row["head_count"] is None else (row["head_count"], row["head_hash"])
        if row["seq"] is None:
            break
        if row["seq"] != count + 1:
            return AuditVerdict(count, last_hash, f"Event {count + 1} is missing.")
        if row["previous_hash"] != last_hash or row["hash"] != _hash(row):
            return AuditVerdict(count, last_hash, f"Event {count + 1} was changed.")
        count, last_hash = row["seq"], row["hash"]
    if (count, last_hash) != (head or (0, FIRST_HASH)):
        return AuditVerdict(count, last_hash, f"The log does not end with event {count}.")
    return AuditVerdict(count, last_hash, None)


def page_of_events(
    session: Session,
    wanted: AuditFilter | None = None,
    *,
    before: int | None = None,
    most: int = 50,
) -> tuple[tuple[AuditEvent, ...], int | None]:
    """Return the newest events, and the number before which the next page begins (None: no more).

    :param before: only events with a smaller number.
    """
    newest = sa.select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(most + 1)
    newest = newest.where(*_conditions(wanted or AuditFilter()))
    if before is not None:
        newest = newest.where(AuditEvent.seq < min(before, _LARGEST_SEQ))
    found = tuple(session.scalars(newest))
    return found[:most], found[most - 1].seq if len(found) > most else None


def events(session: Session, wanted: AuditFilter) -> Iterator[WrittenEvent]:
    """Yield the events that are wanted, oldest first; whether they are whole ``verify`` tells."""
    found = sa.select(  # every column of a WrittenEvent, in its order
        AuditEvent.seq,
        AuditEvent.at,
        AuditEvent.event,
        AuditEvent.actor,
        AuditEvent.subject,
        AuditEvent.details,
    ).order_by(AuditEvent.seq)
    for row in session.execute(found.where(*_conditions(wanted))).yield_per(_CHUNK):
        yield WrittenEvent(*row)


def last_event_at(session: Session) -> dt.datetime | None:
    """Return when the newest event was written; None where there is none."""
    return session.scalar(sa.select(AuditEvent.at).order_by(AuditEvent.seq.desc()).limit(1))


def _conditions(wanted: AuditFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(AuditEvent.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEvent.at < wanted.until)
    if wanted.actor is not None:
        conditions.append(AuditEvent.actor == wanted.actor)
    if wanted.events:
        conditions.append(AuditEvent.event.in_(sorted(wanted.events)))
    if wanted.subject is not None:
        conditions.append(AuditEvent.subject == wanted.subject)
    if wanted.subject_begins is not None:
        conditions.append(AuditEvent.subject.startswith(wanted.subject_begins, autoescape=True))
    return conditions


def _whole_chain() -> sa.Select[Any]:
    # One statement sees one moment, while others go on writing: the head belongs to the events.
    head_and_events = (
        sa.select(sa.literal(1))
        .subquery()
        .outerjoin(AuditHead, sa.true())
        .outerjoin(AuditEvent, sa.true())
    )
    return (
        sa.select(
            AuditHead.count.label("head_count"),
            AuditHead.hash.label("head_hash"),
            *AuditEvent.__table__.columns,
        )
        .select_from(head_and_events)
        .order_by(AuditEvent.seq)
    )


def _check(each: AuditRecord) -> None:
    schema = EVENTS.get(each.event)
    if schema is None:
        raise UnknownAuditEvent(f"There is no audit event {each.event!r}: add it to EVENTS.")
    if each.details.keys() != schema.keys():
        raise UnknownAuditEvent(
            f"{each.event} carries {', '.join(schema)}, and not {', '.join(each.details)}."
        )
    for name, kind in schema.items():
        if not _fits(each.details[name], kind):
            raise UnknownAuditEvent(f"{name} of {each.event} must be {kind.value}.")


def _fits(value: object, kind: Detail) -> bool:
    if kind is Detail.FLAG:
        return isinstance(value, bool)
    if kind is Detail.NUMBER:
        return isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if kind is Detail.CODE:
        return len(value) <= _LONGEST_CODE and _CODE.fullmatch(value) is not None
    if kind is Detail.ACCOUNT:
        return _ACCOUNT.fullmatch(value) is not None
    return value.isprintable() and 0 < len(value) <= REASON_CHARACTERS


def _locked_head(session: Session) -> tuple[int, str]:
    # SQLite has no row locks and needs none: write_transaction holds the only write lock.
    head = sa.select(AuditHead.count, AuditHead.hash).with_for_update()
    row = session.execute(head).one_or_none()
    if row is None:
        session.execute(_first_head(session))
        row = session.execute(head).one()
    return row[0], row[1]


def _first_head(session: Session) -> sa.Executable:
    # Two first writers at once on PostgreSQL: the second one waits here, and then finds the row.
    values = {"id": 1, "count": 0, "hash": FIRST_HASH}
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(AuditHead).values(values).on_conflict_do_nothing()
    return postgresql.insert(AuditHead).values(values).on_conflict_do_nothing()


def _hash(row: Mapping[str, Any] | sa.RowMapping) -> str:
    at: dt.datetime = row["at"]
    written = [
        row["seq"],
        at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        row["event"],
        row["actor"],
        row["subject"],
        row["details"],
        row["previous_hash"],
    ]
    canonical = json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
