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
    remove_app,
    renew_recovery_codes,
    sign_in_with_code,
)
from finder.staff.passkeys import (
    LONGEST_LABEL,
    Passkey,
    add_passkey,
    begin_adding_passkey,
    begin_passkey_setup,
    begin_passkey_sign_in,
    complete_passkey_setup,
    list_passkeys,
    remove_passkey,
    sign_in_with_passkey,
)
from finder.staff.passwords import WeakPassword
from finder.staff.saved_views import TooManyViews, delete_view, save_view
from finder.staff.second_factor import FactorRefused
from finder.staff.sessions import (
    ABSOLUTE,
    IDLE,
    OpenSession,
    SignedIn,
    end_session,
    list_sessions,
    session_of,
)
from finder.staff.sign_in_throttle import SignInRefused
from finder.staff.signing_in import begin_sign_in, change_password, choose_password
from finder.staff.site import Site

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
    "begin_adding_passkey",
    "begin_passkey_setup",
    "begin_passkey_sign_in",
    "begin_sign_in",
    "change_account",
    "change_password",
    "choose_password",
    "complete_passkey_setup",
    "confirm_enrolment",
    "create_account",
    "delete_view",
    "disable_account",
    "enable_account",
    "end_session",
    "enrolment",
    "list_accounts",
    "list_passkeys",
    "list_sessions",
    "remove_app",
    "remove_passkey",
    "renew_recovery_codes",
    "reset_account",
    "save_view",
    "session_of",
    "sign_in_with_code",
    "sign_in_with_passkey",
]
