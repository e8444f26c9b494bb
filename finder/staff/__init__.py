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
    "WeakPassword",
    "account_with_email",
    "change_account",
    "choose_password",
    "confirm_enrolment",
    "create_account",
    "disable_account",
    "end_session",
    "enrolment",
    "give_password",
    "give_second_factor",
    "list_accounts",
    "list_sessions",
    "reset_account",
    "session_of",
]
