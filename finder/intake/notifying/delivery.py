"""Delivers the outbox: by mail, and by a signed webhook.

Delivery is at least once, with at most one repetition. A row is claimed with a lease before it is
sent, and marked after. Where it is unknown whether it arrived (a killed process, a connection lost
after the last byte) it is sent once more with the same id; after the second such time it is given
up. A definite refusal is retried with exponential backoff.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import http.client
import json
import random
import secrets
import smtplib
import ssl
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.intake.models import OutboxMessage
from finder.intake.notifying.outbox import SUBJECTS, WORDS, Channel, NotificationKind, purge_outbox

LEASE = dt.timedelta(minutes=5)
MOST_ATTEMPTS = 12
MOST_UNSURE = 2
_FIRST_WAIT = dt.timedelta(minutes=1)
_LONGEST_WAIT = dt.timedelta(hours=6)
# A subject that is folded begins with an empty line, which some programs show as none.
_UNFOLDED = SMTP.clone(max_line_length=900)
_SECONDS = 20
"""A server that does not answer by then is away; well below the lease."""


class NotDelivered(Exception):
    """A notification did not leave; ``is_sure``: it cannot have arrived."""

    def __init__(self, *, is_sure: bool) -> None:
        super().__init__("arrived nowhere" if is_sure else "perhaps arrived")
        self.is_sure = is_sure


@dataclass(frozen=True, slots=True)
class Notification:
    """What leaves: always the same words for its kind."""

    id: str
    kind: NotificationKind
    created_at: dt.datetime

    @property
    def words(self) -> str:
        """What it says."""
        return WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class MailRoute:
    """A mail server and who writes to whom."""

    url: str = field(repr=False)
    """``smtp://`` (plain, for a server on the same machine), ``smtp+starttls://``, ``smtps://``"""
    sender: str
    recipients: tuple[str, ...]
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """None: what the system trusts"""
    site_name: str = ""
    site_url: str = ""
    """where people find the site, without a slash at its end; empty: the mail does not say"""

    def send(self, notification: Notification) -> None:
        """Send it as a mail.

        :raises NotDelivered: it did not, or nobody knows.
        """
        message = self._message(notification)
        transmitting = False
        try:
            with contextlib.ExitStack() as stack:
                client = self._connected()
                stack.callback(_leave, client)
                transmitting = True
                client.send_message(message)
        except smtplib.SMTPServerDisconnected:
            raise NotDelivered(is_sure=not transmitting) from None
        except smtplib.SMTPException:
            raise NotDelivered(is_sure=True) from None  # the server said no
        except OSError:
            raise NotDelivered(is_sure=not transmitting) from None

    def _message(self, notification: Notification) -> EmailMessage:
        message = EmailMessage(_UNFOLDED)
        site = " ".join(self.site_name.split())
        subject = SUBJECTS[notification.kind]
        message["From"] = self.sender
        message["To"] = ", ".join(self.recipients)
        message["Subject"] = f"{site}: {subject}" if site else subject
        message["Date"] = format_datetime(notification.created_at)
        message["Message-ID"] = f"<{notification.id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        where = [f"Site: {site}"] if site else []
        where += [f"Sign in: {self.site_url}/staff/"] if self.site_url else []
        message.set_content("\n".join([notification.words, *([""] if where else []), *where, ""]))
        return message

    def _connected(self) -> smtplib.SMTP:
        url = urllib.parse.urlsplit(self.url)
        host = url.hostname or ""
        tls = self.tls or ssl.create_default_context()
        client: smtplib.SMTP
        if url.scheme == "smtps":
            client = smtplib.SMTP_SSL(host, url.port or 465, timeout=_SECONDS, context=tls)
        else:
            client = smtplib.SMTP(host, url.port or 587, timeout=_SECONDS)
        try:
            if url.scheme == "smtp+starttls":
                client.starttls(context=tls)
            if url.username:
                client.login(
                    urllib.parse.unquote(url.username), urllib.parse.unquote(url.password or "")
                )
        except BaseException:
            client.close()
            raise
        return client


@dataclass(frozen=True, slots=True)
class WebhookRoute:
    """A web address that is called, and the secret that shows who calls."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def send(self, notification: Notification) -> None:
        """Post it as JSON, with its HMAC-SHA256 in ``Finder-Signature``; no redirect is followed.

        :raises NotDelivered: it did not arrive, or nobody knows.
        """
        url = urllib.parse.urlsplit(self.url)
        host = url.hostname or ""
        connection: http.client.HTTPConnection
        if url.scheme == "https":
            tls = self.tls or ssl.create_default_context()
            connection = http.client.HTTPSConnection(host, url.port, timeout=_SECONDS, context=tls)
        else:
            connection = http.client.HTTPConnection(host, url.port, timeout=_SECONDS)
        body = _body(notification)
        transmitting = False
        try:
            connection.connect()
            transmitting = True
            path = urllib.parse.urlunsplit(("", "", url.path or "/", url.query, ""))
            connection.request("POST", path, body, self._headers(notification, body))
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            raise NotDelivered(is_sure=not transmitting) from None
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise NotDelivered(is_sure=True)

    def _headers(self, notification: Notification, body: bytes) -> Mapping[str, str]:
        signature = hmac.digest(self.secret.encode(), body, hashlib.sha256).hex()
        return {
            "Content-Type": "application/json",
            "Finder-Notification": notification.id,
            "Finder-Signature": f"sha256={signature}",
        }


Route = MailRoute | WebhookRoute


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """What a run did."""

    sent: int
    failed: int
    """did not leave now, and are tried again later"""
    dead: int
    """were given up in this run"""
    dropped: int
    """were to leave by a way that is not set up"""


@dataclass(frozen=True, slots=True)
class _Claim:
    notification: Notification
    lease: str
    attempts: int
    unsure: int


def deliver(
    session: Session,
    routes: Mapping[Channel, Route],
    *,
    clock: Callable[[], dt.datetime],
    jitter: Callable[[], float] = random.random,
) -> DeliverySummary:
    """Send all that is due through the configured channels; concurrent runs are safe.

    :param routes: what is set up; a notification for another way is taken out of the outbox.
    :param jitter: a number from 0 to 1 that spreads what is tried again.
    """
    with write_transaction(session):
        purge_outbox(session, now=clock())
        dropped = _drop(session, routes)
    sent = failed = dead = 0
    for way, route in routes.items():
        while True:
            with write_transaction(session):
                dead += _give_up_unsure(session, way, clock())
                claim = _claim(session, way, clock())
            if claim is None:
                break
            try:
                route.send(claim.notification)
            except NotDelivered as error:
                with write_transaction(session):
                    given_up = _failed(session, claim, error, clock(), jitter())
                dead += given_up
                failed += not given_up
            else:
                with write_transaction(session):
                    _mark(session, claim, sent_at=clock())
                sent += 1
    return DeliverySummary(sent, failed, dead, dropped)


def _drop(session: Session, routes: Mapping[Channel, Route]) -> int:
    not_set_up = [way.value for way in Channel if way not in routes]
    dropped = session.execute(
        sa.delete(OutboxMessage)
        .where(
            OutboxMessage.way.in_(not_set_up),
            OutboxMessage.sent_at.is_(None),
            OutboxMessage.dead_at.is_(None),
        )
        .returning(OutboxMessage.id),
        execution_options={"synchronize_session": False},
    )
    return len(dropped.all())


def _due(way: Channel, now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    return [
        OutboxMessage.way == way.value,
        OutboxMessage.sent_at.is_(None),
        OutboxMessage.dead_at.is_(None),
        OutboxMessage.due_at <= now,
    ]


def _give_up_unsure(session: Session, way: Channel, now: dt.datetime) -> int:
    """Give up what was claimed twice and never marked."""
    given_up = session.execute(
        sa.update(OutboxMessage)
        .where(
            *_due(way, now),
            OutboxMessage.lease.is_not(None),
            OutboxMessage.unsure >= MOST_UNSURE - 1,
        )
        .values(dead_at=now, lease=None)
        .returning(OutboxMessage.id),
        execution_options={"synchronize_session": False},
    )
    return len(given_up.all())


def _claim(session: Session, way: Channel, now: dt.datetime) -> _Claim | None:
    row = session.scalars(
        sa.select(OutboxMessage)
        .where(*_due(way, now))
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    if row.lease is not None:  # whoever had it broke off, and nobody knows when
        row.unsure += 1
    row.lease = secrets.token_hex(16)
    row.attempts += 1
    row.due_at = now + LEASE
    notification = Notification(row.id, NotificationKind(row.kind), row.created_at)
    return _Claim(notification, row.lease, row.attempts, row.unsure)


def _failed(
    session: Session, claim: _Claim, error: NotDelivered, now: dt.datetime, jitter: float
) -> bool:
    """Free what was claimed for a later time; whether it is given up instead."""
    unsure = claim.unsure + (not error.is_sure)
    given_up = unsure >= MOST_UNSURE or claim.attempts >= MOST_ATTEMPTS
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (claim.attempts - 1))
    _mark(
        session,
        claim,
        unsure=unsure,
        due_at=now + wait * (0.5 + jitter / 2),
        dead_at=now if given_up else None,
    )
    return given_up


def _mark(session: Session, claim: _Claim, **values: object) -> None:
    # Whose lease ran out meanwhile says nothing more about it.
    session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == claim.notification.id, OutboxMessage.lease == claim.lease)
        .values(lease=None, **values),
        execution_options={"synchronize_session": False},
    )


def _body(notification: Notification) -> bytes:
    content = {
        "id": notification.id,
        "kind": notification.kind.value,
        "text": notification.words,
        "at": notification.created_at.isoformat(timespec="seconds"),
    }
    return json.dumps(content, separators=(",", ":")).encode()


def _leave(client: smtplib.SMTP) -> None:
    # The message is taken by now, or was refused: a farewell that fails changes nothing.
    try:
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()
