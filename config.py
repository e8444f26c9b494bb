"""Finder's settings: read from the environment, checked before anything starts.

Every setting is optional in development. Production refuses to start on a missing or weak secret
and names it. Secrets that development makes for itself are kept in the data folder, readable by
their owner alone.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import phonenumbers
import sqlalchemy as sa

from finder.db import sqlite_url
from finder.errors import SettingError
from finder.facilities.vocabulary import Treats
from finder.geocoding.online import chain_names, check_options, options_from

DEVELOPMENT = "development"
PRODUCTION = "production"
SECRET_KEY_CHARACTERS = 32
SEALING_KEY_BYTES = 32
_LONGEST_LINE = 100
_INQUIRY_LIMIT = "30 per hour"
_NETWORKS_IN_ALL = 20
"""Unless it is set, all networks together may send as many inquiries as so many of them."""
_NOTIFYING = (
    "FINDER_SMTP_URL",
    "FINDER_NOTIFY_FROM",
    "FINDER_NOTIFY_TO",
    "FINDER_WEBHOOK_URL",
    "FINDER_WEBHOOK_SECRET",
)
_MAKE_A_KEY = (
    'Make one with: python3 -c "import base64, secrets;'
    " print('k1:' + base64.b64encode(secrets.token_bytes(32)).decode())\""
)


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """A help line that stands on every page: what it is for and how to reach it."""

    name: str
    number: str
    """as it is dialled, ``1-800-662-4357``"""
    purpose: str


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs the site, as pages name them; what is empty is not said."""

    name: str = ""
    phone: str = ""
    """as it is written; people call it"""
    answers_within: str = ""
    """words such as ``one working day``; empty: pages promise no time"""


class _Notifying(TypedDict):
    smtp_url: str
    notify_from: str
    notify_to: tuple[str, ...]
    webhook_url: str
    webhook_secret: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator can set; see README.md for what each one does."""

    environment: str
    host: str
    port: int
    workers: int
    data_dir: Path
    database_url: str
    secret_key: str
    sealing_keys: tuple[tuple[str, bytes], ...]
    """(id, 32 bytes) in order: the first seals, all of them open"""
    backup_keys: tuple[tuple[str, bytes], ...]
    """as ``sealing_keys``, for the files of backups; empty: those seal backups, too"""
    geocoders: tuple[str, ...]
    """in the order in which they are asked; one of them is ``offline``"""
    # Not a part of the hash: a mapping has none.
    geocoder_options: Mapping[str, Mapping[str, str]] = field(repr=False, hash=False)
    """what an online geocoder needs: its key, its address"""
    site_name: str
    crisis_lines: tuple[CrisisLine, ...]
    """empty: the built-in lines"""
    api_limit: str
    """requests that the API allows one address, as Flask-Limiter writes it"""
    inquiry_limit: str
    """inquiries that the form takes from one network"""
    inquiry_limit_in_all: str
    """inquiries that the form takes from everybody together"""
    form_seconds: int
    """how long a person takes at least to fill in the form; faster ones are asked to send again"""
    limit_storage: str
    """where limits are counted: ``memory://``, each worker for itself, or a Redis URL for all"""
    trusted_proxies: int
    """how many proxies in front add X-Forwarded-For; 0 believes none"""
    smtp_url: str = field(repr=False)
    """``FINDER_SMTP_URL``: the mail server that notifications leave by, ``smtps://USER:PASSWORD@HOST``,
    ``smtp+starttls://…``, or ``smtp://…`` without TLS; empty: no mail"""
    notify_from: str
    """``FINDER_NOTIFY_FROM``: the address that they come from"""
    notify_to: tuple[str, ...]
    """``FINDER_NOTIFY_TO``: the team's addresses, with commas between"""
    webhook_url: str = field(repr=False)
    """``FINDER_WEBHOOK_URL``: an address that is called too, or instead; empty: none"""
    webhook_secret: str = field(repr=False)
    """``FINDER_WEBHOOK_SECRET``: shows the receiver who calls"""
    operator: Operator = Operator()
    """``FINDER_OPERATOR_NAME``, ``FINDER_OPERATOR_PHONE``, ``FINDER_ANSWER_WITHIN``"""
    site_url: str = ""
    """``FINDER_SITE_URL``: where people find the site, without a slash at its end; empty: mails to
    the team do not say where to sign in"""
    treats: Treats = Treats.SUBSTANCE_USE
    """``FINDER_TREATS``: what programs must treat to be found where a search does not say"""

    @property
    def is_production(self) -> bool:
        """Whether real people use this site."""
        return self.environment == PRODUCTION

    @property
    def gazetteer_path(self) -> Path:
        """Where the gazetteer is baked."""
        return self.data_dir / "gazetteer.sqlite"

    @property
    def keys_path(self) -> Path:
        """Where development keeps the sealing keys that it makes for itself."""
        return self.data_dir / "keys"

    @property
    def tombstones_path(self) -> Path:
        """Where hashes of erased inquiries' ids are kept, so that no backup brings one back."""
        return self.data_dir / "erased"

    @property
    def geocoder_cache_path(self) -> Path:
        """Where the answers of online geocoders are kept, encrypted."""
        return self.data_dir / "geocoders.sqlite"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        :raises SettingError: a setting is malformed, or production lacks a strong secret.
        """
        env = os.environ if environ is None else environ
        environment = env.get("FINDER_ENV") or DEVELOPMENT
        if environment not in (DEVELOPMENT, PRODUCTION):
            raise SettingError(
                f"FINDER_ENV is {environment!r}; set it to {DEVELOPMENT} or {PRODUCTION}."
            )
        geocoders = chain_names(env.get("FINDER_GEOCODERS") or "offline")
        geocoder_options = options_from(env)
        check_options(geocoders, geocoder_options)
        data_dir = Path(env.get("FINDER_DATA_DIR") or "instance").absolute()
        return cls(
            environment=environment,
            host=env.get("HOST") or "127.0.0.1",
            port=_whole_number(env, "PORT", default=8000, lowest=1, highest=65_535),
            workers=_whole_number(env, "FINDER_WORKERS", default=2, lowest=1, highest=256),
            data_dir=data_dir,
            database_url=_database_url(env, data_dir),
            secret_key=_secret_key(env, environment, data_dir),
            sealing_keys=_sealing_keys(env, environment, data_dir),
            backup_keys=_backup_keys(env),
            geocoders=geocoders,
            geocoder_options=geocoder_options,
            site_name=env.get("FINDER_SITE_NAME") or "Finder",
            crisis_lines=_crisis_lines(env.get("FINDER_CRISIS_LINES", "")),
            api_limit=env.get("FINDER_API_LIMIT") or "1200 per minute",
            inquiry_limit=env.get("FINDER_INQUIRY_LIMIT") or _INQUIRY_LIMIT,
            inquiry_limit_in_all=_inquiry_limit_in_all(env),
            form_seconds=_whole_number(env, "FINDER_FORM_SECONDS", default=3, lowest=0, highest=5),
            limit_storage=env.get("FINDER_LIMIT_STORAGE") or "memory://",
            trusted_proxies=_whole_number(
                env, "FINDER_TRUSTED_PROXIES", default=0, lowest=0, highest=9
            ),
            operator=_operator(env),
            site_url=_site_url(env, environment),
            treats=_treats(env),
            **_notifying(env, environment),
        )


def _site_url(env: Mapping[str, str], environment: str) -> str:
    url = env.get("FINDER_SITE_URL", "").strip().rstrip("/")
    _check_address(
        "FINDER_SITE_URL", url, ("https",) if environment == PRODUCTION else ("https", "http")
    )
    if url and not (url.isascii() and url.isprintable() and " " not in url):
        raise SettingError("FINDER_SITE_URL must be one address, like https://finder.example.")
    return url


def _treats(env: Mapping[str, str]) -> Treats:
    given = env.get("FINDER_TREATS") or Treats.SUBSTANCE_USE
    if given not in (Treats.SUBSTANCE_USE, Treats.ALL):
        raise SettingError(
            f"FINDER_TREATS is {given!r}; set it to {Treats.SUBSTANCE_USE} or {Treats.ALL}."
        )
    return Treats(given)


def _operator(env: Mapping[str, str]) -> Operator:
    phone = env.get("FINDER_OPERATOR_PHONE", "").strip()
    if phone and not _is_phone(phone):
        raise SettingError(
            "FINDER_OPERATOR_PHONE must be one phone number with its area code, like 541-555-0100;"
            " of another country, beginning with +."
        )
    return Operator(
        name=_one_line(env, "FINDER_OPERATOR_NAME"),
        phone=phone,
        answers_within=_one_line(env, "FINDER_ANSWER_WITHIN"),
    )


def _one_line(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "").strip()
    if len(text) > _LONGEST_LINE or not text.isprintable():
        raise SettingError(f"{name} must be one line of at most {_LONGEST_LINE} characters.")
    return text


def _is_phone(text: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, "US"))
    except phonenumbers.NumberParseException:
        return False


def _notifying(env: Mapping[str, str], environment: str) -> _Notifying:
    given = {name: env.get(name, "").strip() for name in _NOTIFYING}
    smtp_url, sender, recipients, webhook_url, secret = given.values()
    to = tuple(each.strip() for each in recipients.split(",") if each.strip())
    _check_address("FINDER_SMTP_URL", smtp_url, ("smtp", "smtp+starttls", "smtps"))
    _check_address("FINDER_WEBHOOK_URL", webhook_url, ("http", "https"))
    if environment == PRODUCTION and webhook_url.startswith("http:"):
        raise SettingError("FINDER_WEBHOOK_URL must begin with https: in production.")
    if smtp_url and not (to and all(_is_address(each) for each in (sender, *to))):
        raise SettingError(
            "FINDER_SMTP_URL is set, so set FINDER_NOTIFY_FROM to one e-mail address and"
            " FINDER_NOTIFY_TO to one or more with commas between."
        )
    if webhook_url and (len(secret) < SECRET_KEY_CHARACTERS or len(set(secret)) < 12):
        raise SettingError(
            "FINDER_WEBHOOK_URL is set, so set FINDER_WEBHOOK_SECRET to at least"
            f" {SECRET_KEY_CHARACTERS} random characters."
        )
    return {
        "smtp_url": smtp_url,
        "notify_from": sender,
        "notify_to": to,
        "webhook_url": webhook_url,
        "webhook_secret": secret,
    }


def _check_address(name: str, url: str, schemes: tuple[str, ...]) -> None:
    if not url:
        return
    try:
        parts = urllib.parse.urlsplit(url)
        usable = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:  # it may hold a password, so it is not shown
        raise SettingError(f"{name} must read {'://… or '.join(schemes)}://HOST.")


def _is_address(text: str) -> bool:
    return re.fullmatch(r"[!-~]+@[!-~]+", text) is not None and "," not in text


def parse_keys(text: str, *, setting: str = "FINDER_KEYS") -> tuple[tuple[str, bytes], ...]:
    """Read ``id:base64,id:base64`` (commas or lines between); the first one seals.

    :raises SettingError: a key is malformed, not 32 bytes, too regular, or stands twice.
    """
    keys: dict[str, bytes] = {}
    for entry in text.replace("\n", ",").split(","):
        if not entry.strip():
            continue
        key_id, _, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key_id.isidentifier() or len(key_id) > 32 or len(key) != SEALING_KEY_BYTES:
            raise SettingError(
                f"{setting} must read id:base64,… where an id is letters and digits and the"
                f" base64 stands for {SEALING_KEY_BYTES} random bytes. {_MAKE_A_KEY}"
            )
        if key_id in keys:
            raise SettingError(f"{setting} names the key {key_id} twice; give each its own id.")
        if len(set(key)) < 12:
            raise SettingError(f"{setting}: the key {key_id} is weak. {_MAKE_A_KEY}")
        keys[key_id] = key
    return tuple(keys.items())


def new_key() -> tuple[str, str]:
    """Return a fresh sealing key's id and its ``id:base64`` text."""
    key_id = "k" + secrets.token_hex(4)
    return key_id, f"{key_id}:{base64.b64encode(secrets.token_bytes(SEALING_KEY_BYTES)).decode()}"


PRIVATE_FOLDER = 0o700
"""mode of a folder that its owner alone may enter"""


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read; never replace one."""
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)


def _whole_number(
    env: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int
) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
        raise SettingError(f"{name} is {text!r}; set it to a number from {lowest} to {highest}.")
    return int(text)


def _database_url(env: Mapping[str, str], data_dir: Path) -> str:
    text = env.get("FINDER_DATABASE_URL") or sqlite_url(data_dir / "finder.sqlite")
    wanted = "FINDER_DATABASE_URL must read sqlite:///PATH or postgresql+psycopg://…"
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise SettingError(f"{wanted}; it is not a database URL.") from None
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise SettingError(f"{wanted}; it begins with {url.drivername}.")
    return text


def _secret_key(env: Mapping[str, str], environment: str, data_dir: Path) -> str:
    secret = env.get("FINDER_SECRET_KEY", "")
    if secret or environment == PRODUCTION:
        if len(secret) < SECRET_KEY_CHARACTERS or len(set(secret)) < 12:
            raise SettingError(
                f"FINDER_SECRET_KEY is {'weak' if secret else 'missing'}: set it to at least"
                f" {SECRET_KEY_CHARACTERS} random characters, for instance from:"
                ' python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        return secret
    return _kept_secret(data_dir / "secret_key")


def _kept_secret(path: Path) -> str:
    try:
        write_private(path, secrets.token_urlsafe(48))
    except FileExistsError:
        pass  # made by an earlier start, or by another process just now
    except OSError as error:
        raise SettingError(
            f"Cannot write {path} ({error.strerror}): set FINDER_DATA_DIR to a folder that can be"
            " written to."
        ) from None
    return path.read_text("ascii")


def _sealing_keys(
    env: Mapping[str, str], environment: str, data_dir: Path
) -> tuple[tuple[str, bytes], ...]:
    text = env.get("FINDER_KEYS", "")
    if environment == PRODUCTION and not text.strip():
        raise SettingError(f"FINDER_KEYS is missing: it seals inquiries. {_MAKE_A_KEY}")
    if text.strip():
        return parse_keys(text)
    path = data_dir / "keys"
    return parse_keys(path.read_text("ascii")) if path.exists() else ()


def _backup_keys(env: Mapping[str, str]) -> tuple[tuple[str, bytes], ...]:
    keys = parse_keys(env.get("FINDER_BACKUP_KEY", ""), setting="FINDER_BACKUP_KEY")
    both = {key_id for key_id, _ in keys} & {
        key_id for key_id, _ in parse_keys(env.get("FINDER_KEYS", ""))
    }
    if both:
        raise SettingError(
            f"FINDER_BACKUP_KEY and FINDER_KEYS both name {', '.join(sorted(both))}; give each key"
            " an id of its own."
        )
    return keys


def _inquiry_limit_in_all(env: Mapping[str, str]) -> str:
    given = env.get("FINDER_INQUIRY_LIMIT_IN_ALL")
    if given:
        return given
    of_one = env.get("FINDER_INQUIRY_LIMIT") or _INQUIRY_LIMIT
    # The number that stands before "per" or "/", in "30 per hour" as in "5/minute;30/hour".
    return re.sub(r"\d+(?=\s*(per|/))", lambda n: str(int(n[0]) * _NETWORKS_IN_ALL), of_one)


def _crisis_lines(text: str) -> tuple[CrisisLine, ...]:
    lines = []
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        parts = [part.strip() for part in entry.split("|")]
        if len(parts) != 3 or not all(parts):
            raise SettingError(
                "FINDER_CRISIS_LINES must read NAME|NUMBER|PURPOSE;NAME|NUMBER|PURPOSE…"
            )
        lines.append(CrisisLine(*parts))
    return tuple(lines)
