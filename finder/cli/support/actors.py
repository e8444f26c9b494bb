"""Actors of the audit log in commands: who runs one, and whom an address or id names."""

from __future__ import annotations

import getpass
import os

from finder.errors import FinderError
from finder.extensions import db
from finder.security.audit import AuditFilter, events
from finder.staff import NoSuchAccount, account_with_email, list_accounts


class UnknownActor(FinderError):
    """Neither an account nor an actor in the audit log."""


def command_actor() -> str:
    """Return ``command:`` and the operating system account's name, or its uid without a name."""
    try:
        return f"command:{getpass.getuser()}"
    except (KeyError, OSError):  # in a container the account may lack a name
        return f"command:{os.getuid()}"


def resolve_actor(text: str) -> str:
    """Return the actor that a text names: an account's e-mail address, or an actor as logged.

    :raises UnknownActor: there is no such account, and no event by such an actor.
    """
    if "@" in text:
        try:
            return account_with_email(db.session, text).id
        except NoSuchAccount:
            raise UnknownActor(
                f"No account has the address {text}. ./run staff list shows all of them."
            ) from None
    if text in ("author", "public") or text in emails_by_account_id():
        return text
    if next(events(db.session, AuditFilter(actor=text)), None):
        return text
    raise UnknownActor(
        f"Nobody in the log is called {text}. Give an account's e-mail address or id (./run staff"
        " list), command:NAME for whoever runs commands, author or public."
    )


def emails_by_account_id() -> dict[str, str]:
    """Return account id -> e-mail address."""
    return {each.id: each.email for each in list_accounts(db.session)}


def actor_label(actor: str, emails: dict[str, str]) -> str:
    """Return ``address (id)`` for an account, and any other actor unchanged."""
    return f"{emails[actor]} ({actor})" if actor in emails else actor
