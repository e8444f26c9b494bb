"""Staff as commands call them: by their address, beside the id that the audit log holds."""

from __future__ import annotations

from finder.errors import FinderError
from finder.extensions import db
from finder.security.audit import AuditFilter, events
from finder.staff import NoSuchAccount, account_with_email, list_accounts


class NobodyOfThatName(FinderError):
    """Nobody whom the audit log knows is called so."""


def actor_called(text: str) -> str:
    """Return what the audit log calls somebody: an account by its address, anybody as they are.

    :raises NobodyOfThatName: there is neither such an account nor an event of theirs.
    """
    if "@" in text:
        try:
            return account_with_email(db.session, text).id
        except NoSuchAccount:
            raise NobodyOfThatName(
                f"No account has the address {text}. ./run staff list shows all of them."
            ) from None
    if text in ("author", "public") or text in names_by_id():
        return text
    if next(events(db.session, AuditFilter(actor=text)), None):
        return text
    raise NobodyOfThatName(
        f"Nobody in the log is called {text}. Give an account's e-mail address or id (./run staff"
        " list), command:NAME for whoever runs commands, author or public."
    )


def names_by_id() -> dict[str, str]:
    """Return the address of each account."""
    return {each.id: each.email for each in list_accounts(db.session)}


def named(actor: str, names: dict[str, str]) -> str:
    """Return somebody's address with their id, and whoever has no account as they are."""
    return f"{names[actor]} ({actor})" if actor in names else actor
