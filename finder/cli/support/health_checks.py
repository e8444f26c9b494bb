"""The health checks of ``doctor``: a function each, which yields findings with their remedy.

No finding may hold a secret: keys appear by their ids, errors by their class.
"""

from __future__ import annotations

import datetime as dt
import enum
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from finder.cli.support.plurals import pluralize
from finder.errors import FinderError
from finder.extensions import db, services
from finder.facilities.importing import REPORT_FOLDER
from finder.intake.keeping import overdue_inquiries, sealed_rows_by_key
from finder.intake.notifying import count_unsent
from finder.intake.permissions import ROLES, Permission, Role
from finder.schema import require_current_schema
from finder.security.audit import AuditFilter, events, last_event_at, verify
from finder.staff import list_accounts

_MEGABYTE = 1024 * 1024
_MIN_FREE = 200 * _MEGABYTE
_LOW_FREE = 1024 * _MEGABYTE
_CLOCK_SLACK = dt.timedelta(minutes=5)
_PURGE_WITHIN = dt.timedelta(days=2)
_BACKUP_WITHIN = dt.timedelta(days=2)
_SENT_WITHIN = dt.timedelta(hours=1)
_SQLITE_PRAGMAS = {
    "journal_mode": ("wal", "writers and readers would wait for one another"),
    "synchronous": ("2", "a power cut could take an acknowledged inquiry"),
    "foreign_keys": ("1", "parts of an erased inquiry could stay"),
    "secure_delete": ("1", "erased content would stay in the file"),
}
_POSTGRESQL_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes")


class Level(enum.StrEnum):
    """The severity of a finding."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the report."""

    level: Level
    what: str
    do: str = ""
    """the remedy; empty for OK"""


Check = Callable[[], Iterator[Finding]]


def run_check(check: Check) -> Iterator[Finding]:
    """Yield a check's findings; an error in the check itself is a finding (FAIL)."""
    name = check.__name__.removeprefix("_").replace("_", " ")
    try:
        yield from check()
    except FinderError as error:
        yield Finding(Level.FAIL, name, str(error))
    except (sa.exc.SQLAlchemyError, OSError) as error:
        kind = type(error).__name__
        yield Finding(
            Level.FAIL, f"{name}: could not look ({kind})", "See what the other lines say."
        )
    finally:
        db.session.rollback()


def _environment() -> Iterator[Finding]:
    settings = services().settings
    if settings.is_production:
        yield Finding(Level.OK, "production: the secrets are set and strong")
    else:
        yield Finding(
            Level.WARN,
            "development: secrets may be made by the application, and cookies go over http",
            "For real people, set FINDER_ENV=production, FINDER_SECRET_KEY and FINDER_KEYS.",
        )


def _operator() -> Iterator[Finding]:
    settings = services().settings
    if settings.operator.name and settings.operator.phone:
        yield Finding(Level.OK, "operator: named, with a number to call")
    elif settings.is_production:
        yield Finding(
            Level.WARN,
            "operator: people are not told who runs this site, or no number of theirs",
            "Set FINDER_OPERATOR_NAME and FINDER_OPERATOR_PHONE.",
        )
    else:
        yield Finding(Level.OK, "operator: not named, which development need not be")


def _schema() -> Iterator[Finding]:
    require_current_schema(current_app)
    yield Finding(Level.OK, "schema: that of this version")


def _keys() -> Iterator[Finding]:
    ring = services().key_ring()
    rows = sealed_rows_by_key(db.session)
    missing = sorted(key_id for key_id in rows if key_id not in ring)
    earlier = sum(number for key_id, number in rows.items() if key_id != ring.sealing_id)
    if missing:
        yield Finding(
            Level.FAIL,
            f"keys: {', '.join(missing)} missing; what they sealed cannot be read",
            "Add their id:base64 to FINDER_KEYS, or restore the keys file in the data folder.",
        )
    elif earlier:
        yield Finding(
            Level.WARN,
            f"keys: {pluralize(earlier, 'row is', 'rows are')} under earlier keys than"
            f" {ring.sealing_id}",
            "Run: ./run keys rotate",
        )
    else:
        yield Finding(Level.OK, f"keys: {ring.sealing_id} seals, none is missing")


def _database() -> Iterator[Finding]:
    if db.engine.dialect.name != "sqlite":
        for name in _POSTGRESQL_SETTINGS:
            value = str(db.session.scalar(sa.text(f"SHOW {name}")))
            if value == "off":
                yield Finding(
                    Level.FAIL,
                    f"postgresql: {name} is off; an acknowledged inquiry could be lost",
                    f"Set {name} = on in postgresql.conf.",
                )
            else:
                yield Finding(Level.OK, f"postgresql: {name} is {value}")
        return
    for name, (wanted, otherwise) in _SQLITE_PRAGMAS.items():
        value = str(db.session.scalar(sa.text(f"PRAGMA {name}")))
        if value == wanted:
            yield Finding(Level.OK, f"sqlite: {name} is {value}")
        else:
            yield Finding(
                Level.FAIL,
                f"sqlite: {name} is {value}: {otherwise}",
                "Put the file on a local disk of the server, not on a network's.",
            )


def _data_folder() -> Iterator[Finding]:
    settings = services().settings
    level = Level.FAIL if settings.is_production else Level.WARN
    open_to_others = 0
    for path in _private_paths():
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = 0o700 if path.is_dir() else 0o600
        if mode & 0o077:
            open_to_others += 1
            # A readable key is worse than readable data, which is sealed.
            bad = Level.FAIL if path == settings.keys_path else level
            yield Finding(
                bad, f"{path}: others may reach it (mode {mode:o})", f"chmod {wanted:o} {path}"
            )
    if not open_to_others:
        yield Finding(Level.OK, f"{settings.data_dir}: its owner's alone")


def _private_paths() -> list[Path]:
    settings = services().settings
    reports = settings.data_dir / REPORT_FOLDER
    paths = [settings.data_dir, settings.keys_path, settings.tombstones_path, reports]
    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        paths.append(Path(db.engine.url.database))
    return [path for path in paths if path.exists()]


def _disk_space() -> Iterator[Finding]:
    free = shutil.disk_usage(services().settings.data_dir).free
    what = f"disk: {free // _MEGABYTE} MB free"
    if free < _MIN_FREE:
        yield Finding(Level.FAIL, what, "Make room: inquiries cannot be saved on a full disk.")
    elif free < _LOW_FREE:
        yield Finding(Level.WARN, what, "Make room soon.")
    else:
        yield Finding(Level.OK, what)


def _clock() -> Iterator[Finding]:
    now, last = services().clock(), last_event_at(db.session)
    if last is not None and last > now + _CLOCK_SLACK:
        yield Finding(
            Level.FAIL,
            f"clock: it says {now:%Y-%m-%d %H:%M} UTC, and the audit log goes on after that",
            "Set the clock, and keep it right with NTP: erase dates and limits go by it.",
        )
    else:
        yield Finding(Level.OK, f"clock: {now:%Y-%m-%d %H:%M} UTC")


def _audit_log() -> Iterator[Finding]:
    verdict = verify(db.session)
    if verdict.problem is None:
        yield Finding(Level.OK, f"audit log: whole, {verdict.count} events")
    else:
        yield Finding(
            Level.FAIL,
            f"audit log: {verdict.problem}",
            "Compare it with a backup, and find out who could write to the database.",
        )


def _purge() -> Iterator[Finding]:
    late = overdue_inquiries(db.session, since=services().clock() - _PURGE_WITHIN)
    if late:
        yield Finding(
            Level.FAIL,
            f"purge: {pluralize(late, 'inquiry', 'inquiries')} should have been erased days ago",
            "Run ./run inquiries purge, and see that it runs every day.",
        )
    else:
        yield Finding(Level.OK, "purge: nothing is overdue")


def _backup() -> Iterator[Finding]:
    since = services().clock() - _BACKUP_WITHIN
    if any(events(db.session, AuditFilter(since=since, events=frozenset({"backup.created"})))):
        yield Finding(Level.OK, "backup: one was made in the last two days")
    else:
        yield Finding(
            Level.WARN,
            "backup: none was made in the last two days",
            "Run ./run backup create PATH every day, unless you back up in another way.",
        )


def _accounts() -> Iterator[Finding]:
    if any(
        account.is_set_up
        and not account.is_disabled
        and not account.facility_ids
        and Permission.OPEN_INQUIRY in ROLES[Role(account.role)]
        for account in list_accounts(db.session)
    ):
        yield Finding(Level.OK, "accounts: somebody of the team can read inquiries")
    else:
        yield Finding(
            Level.WARN,
            "accounts: nobody of the team can sign in and read inquiries",
            "Make an account: ./run staff create EMAIL --role triage",
        )


def _notifications() -> Iterator[Finding]:
    settings = services().settings
    if not settings.smtp_url and not settings.webhook_url:
        yield Finding(
            Level.WARN,
            "notifications: nobody is told when an inquiry waits",
            "Set FINDER_SMTP_URL or FINDER_WEBHOOK_URL, or look at the queue every day.",
        )
    elif waiting := count_unsent(db.session, before=services().clock() - _SENT_WITHIN):
        yield Finding(
            Level.FAIL,
            f"notifications: {waiting} have been waiting for more than an hour",
            "Run ./run notifications send, and see that it runs every few minutes.",
        )
    else:
        yield Finding(Level.OK, "notifications: none is waiting for long")


def _proxies() -> Iterator[Finding]:
    settings = services().settings
    if settings.is_production and settings.trusted_proxies == 0:
        yield Finding(
            Level.WARN,
            "proxies: none is believed, so everybody behind one shares its limits",
            "Behind a proxy, set FINDER_TRUSTED_PROXIES to the number of proxies in front.",
        )
    else:
        yield Finding(Level.OK, f"proxies: {settings.trusted_proxies} believed")


def _cookies() -> Iterator[Finding]:
    config = current_app.config
    strict = config["SESSION_COOKIE_HTTPONLY"] and config["SESSION_COOKIE_SAMESITE"]
    if strict and config["SESSION_COOKIE_SECURE"]:
        yield Finding(Level.OK, "cookies: Secure, HttpOnly, SameSite")
    elif services().settings.is_production:
        yield Finding(
            Level.FAIL,
            "cookies: not Secure, HttpOnly and SameSite",
            "Take out what changes SESSION_COOKIE_… settings.",
        )
    else:
        yield Finding(Level.WARN, "cookies: not Secure", "Production makes them Secure.")


def _gazetteer() -> Iterator[Finding]:
    if services().gazetteer().find_places("Bend, OR").places:
        yield Finding(Level.OK, "gazetteer: it places Bend, OR")
    else:
        yield Finding(Level.FAIL, "gazetteer: it does not place Bend, OR", _BUILD)


_BUILD = "Build it again: ./run gazetteer build"

CHECKS: tuple[Check, ...] = (
    _environment,
    _operator,
    _schema,
    _keys,
    _database,
    _data_folder,
    _disk_space,
    _clock,
    _audit_log,
    _purge,
    _backup,
    _accounts,
    _notifications,
    _proxies,
    _cookies,
    _gazetteer,
)
"""In the order of the report."""
