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
    enable_account,
    list_accounts,
    reset_account,
)
from finder.staff.codes import (
    Enrolment,
    add_app,
    confirm_enrolment,
    enrolment,
    give_second_factor,
    remove_app,
    renew_recovery_codes,
)
from finder.staff.passkeys import (
    LONGEST_LABEL,
    Passkey,
    add_passkey,
    ask_for_another_passkey,
    ask_for_first_passkey,
    ask_for_passkey,
    give_passkey,
    list_passkeys,
    remove_passkey,
    set_up_passkey,
)
from finder.staff.passwords import WeakPassword
from finder.staff.saved_views import TooManyViews, forget_view, save_view
from finder.staff.second_step import FactorRefused
from finder.staff.sessions import (
    ABSOLUTE,
    IDLE,
    OpenSession,
    SignedIn,
    end_session,
    list_sessions,
    session_of,
)
from finder.staff.signing_in import change_password, choose_password, give_password
from finder.staff.site import Site
from finder.staff.tries import SignInRefused

__all__ = [
    "ABSOLUTE",
    "IDLE",
    "LONGEST_LABEL",
    "Account",
    "AccountRefused",
    "Enrolment",
    "FactorRefused",
    "NoSuchAccount",
    "OpenSession",
    "Passkey",
    "SignInRefused",
    "SignedIn",
    "Site",
    "TooManyViews",
    "WeakPassword",
    "account_with_email",
    "add_app",
    "add_passkey",
    "ask_for_another_passkey",
    "ask_for_first_passkey",
    "ask_for_passkey",
    "change_account",
    "change_password",
    "choose_password",
    "confirm_enrolment",
    "create_account",
    "disable_account",
    "enable_account",
    "end_session",
    "enrolment",
    "forget_view",
    "give_passkey",
    "give_password",
    "give_second_factor",
    "list_accounts",
    "list_passkeys",
    "list_sessions",
    "remove_app",
    "remove_passkey",
    "renew_recovery_codes",
    "reset_account",
    "save_view",
    "session_of",
    "set_up_passkey",
]
