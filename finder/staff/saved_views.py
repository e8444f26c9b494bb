"""Saved views of the queue: filters and an order, never content of inquiries."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from finder.db import write_transaction
from finder.errors import FinderError
from finder.staff.accounts import locked
from finder.translatable import N_

MOST_VIEWS = 12


class TooManyViews(FinderError):
    """The account has as many saved views as it may."""


def save_view(session: Session, account_id: str, query: str) -> None:
    """Keep a view; one that is kept already stays where it is.

    :param query: the query string of the queue's address, in the one form that it has there.
    :raises TooManyViews: ``MOST_VIEWS`` are kept.
    """

    def added(views: list[str]) -> list[str]:
        if query in views:
            return views
        if len(views) >= MOST_VIEWS:
            raise TooManyViews(N_("You keep 12 views already. Forget one of them first."))
        return [*views, query]

    _change(session, account_id, added)


def delete_view(session: Session, account_id: str, query: str) -> None:
    """Forget a view; one that is not kept is no mistake."""
    _change(session, account_id, lambda views: [each for each in views if each != query])


def _change(session: Session, account_id: str, change: Callable[[list[str]], list[str]]) -> None:
    with write_transaction(session):
        account = locked(session, account_id)
        account.saved_views = change(account.saved_views)
