"""Accounts of staff and their sessions; no Flask, and no inquiry."""

from __future__ import annotations

from finder.staff.accounts import (
    Account,
    AccountRefused,
    NoSuchAccount,
    account_with_email,
    change_account,
    create_account,
    disable_account,
    list_accounts,
    reset_account,
)
from finder.staff.passwords import WeakPassword
from finder.staff.saved_views import TooManyViews, forget_view, save_view
from finder.staff.sessions import (
    ABSOLUTE,
    IDLE,
    OpenSession,
    SignedIn,
    end_session,
    list_sessions,
    session_of,
)
from finder.staff.signing_in import (
    Enrolment,
    SignInRefused,
    change_password,
    choose_password,
    confirm_enrolment,
    enrolment,
    give_password,
    give_second_factor,
)

__all__ = [
    "ABSOLUTE",
    "IDLE",
    "Account",
    "AccountRefused",
    "Enrolment",
    "NoSuchAccount",
    "OpenSession",
    "SignInRefused",
    "SignedIn",
    "TooManyViews",
    "WeakPassword",
    "account_with_email",
    "change_account",
    "change_password",
    "choose_password",
    "confirm_enrolment",
    "create_account",
    "disable_account",
    "end_session",
    "enrolment",
    "forget_view",
    "give_password",
    "give_second_factor",
    "list_accounts",
    "list_sessions",
    "reset_account",
    "save_view",
    "session_of",
]
