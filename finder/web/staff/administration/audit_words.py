"""Labels of audit events and of their details.

A test fails for an event or detail of ``security.audit.EVENTS`` without a label here or in the
``HISTORY`` of ``casework.case``.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from finder.intake.casework import CALL_OUTCOME_LABELS
from finder.intake.inquiry import OUTCOMES, STATUSES
from finder.intake.sharing import PASSING_ON_LABELS
from finder.translatable import N_
from finder.web.staff.administration.accounts import ROLE_LABELS
from finder.web.staff.casework.case import HISTORY

EVENT_WORDS: Mapping[str, str] = {
    **HISTORY,
    "inquiries.exported": N_("Inquiries were written out with names"),
    "inquiries.exported_to_others": N_("Inquiries were written out with names for somebody else"),
    "inquiries.exported_without_names": N_("Inquiries were written out without names"),
    "staff.created": N_("An account was made"),
    "staff.changed": N_("An account was changed"),
    "staff.disabled": N_("An account was disabled"),
    "staff.enabled": N_("An account was enabled again"),
    "staff.reset": N_("An account got a new one-time code"),
    "staff.password_chosen": N_("A password was chosen"),
    "staff.set_up": N_("A second factor was set up"),
    "staff.signed_in": N_("Signed in"),
    "staff.recovery_code_used": N_("Signed in with a recovery code"),
    "staff.recovery_codes_renewed": N_("New recovery codes were made"),
    "staff.passkey_used": N_("Signed in with a passkey"),
    "staff.passkey_added": N_("A passkey was added"),
    "staff.passkey_removed": N_("A passkey was removed"),
    "staff.passkey_copied": N_("A passkey was refused, because it may be a copy"),
    "staff.app_added": N_("An authenticator app was added"),
    "staff.app_removed": N_("An authenticator app was removed"),
    "staff.sign_in_refused": N_("A sign-in was refused"),
    "staff.locked_out": N_("Too many sign-ins were refused"),
    "staff.session_ended": N_("Signed out"),
    "facility.closed": N_("A program was marked as closed"),
    "facility.reopened": N_("A program was opened again"),
    "keys.rotation_started": N_("Everything is being sealed under a new key"),
    "keys.rotation_finished": N_("Everything was sealed under a new key"),
    "backup.created": N_("A backup was made"),
    "backup.restored": N_("A backup was brought back"),
    "detail_report.submitted": N_("Somebody reported a wrong detail"),
    "detail_reports.listed": N_("Reports of wrong details were read"),
    "detail_report.read": N_("One report of a wrong detail was read"),
    "detail_report.done": N_("A report of a wrong detail was marked as done"),
    "detail_report.erased": N_("A report of a wrong detail was deleted"),
}
DETAIL_WORDS: Mapping[str, str] = {
    "after": N_("now: %(value)s"),
    "basis": N_("on which basis: %(value)s"),
    "before": N_("before: %(value)s"),
    "count": N_("how many: %(value)s"),
    "erased_again": N_("erased again: %(value)s"),
    "export": N_("in the export of event %(value)s"),
    "facilities": N_("programs: %(value)s"),
    "facility": N_("program %(value)s"),
    "inquiries": N_("inquiries: %(value)s"),
    "left": N_("left: %(value)s"),
    "listing": N_("in the listing of event %(value)s"),
    "outcome": N_("how it ended: %(value)s"),
    "reason": N_("why: %(value)s"),
    "role": N_("role: %(value)s"),
    "rows": N_("rows: %(value)s"),
    "step": N_("at which step: %(value)s"),
    "to": N_("to %(value)s"),
    "way": N_("how: %(value)s"),
    "what": N_("what: %(value)s"),
    "withdrawn_again": N_("consents taken back again: %(value)s"),
}
"""detail -> how it is said; flags are said by ``FLAG_WORDS``"""
FLAG_WORDS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("inquiry.submitted", "share"): (
        N_("it may be passed on to a program"),
        N_("it stays with the team"),
    ),
    ("inquiry.message_added", "by_staff"): (N_("by the team"), N_("by whoever wrote it")),
    ("inquiry.consent_withdrawn", "share"): (
        N_("that it may be passed on"),
        N_("that we keep it"),
    ),
    ("inquiry.hand_over_answered", "accepted"): (N_("they agreed"), N_("they said no")),
    ("inquiry.erased", "expired"): (N_("its time was up"), N_("its author asked for it")),
}
"""event and detail -> what it says where it is true, and where it is not"""
_OTHERS = {"author": N_("whoever wrote the inquiry"), "public": N_("somebody on the site")}
_STATUS_WORDS = {code: each.staff_label for code, each in STATUSES.items()}
_ROLE_WORDS = {code.value: label for code, label in ROLE_LABELS.items()}
CODE_WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("inquiry.status_changed", "before"): _STATUS_WORDS,
    ("inquiry.status_changed", "after"): _STATUS_WORDS,
    ("inquiry.outcome_set", "outcome"): {code: each.staff_label for code, each in OUTCOMES.items()},
    ("inquiry.call_recorded", "outcome"): {
        code.value: label for code, label in CALL_OUTCOME_LABELS.items()
    },
    ("inquiry.passed_on", "way"): {code.value: label for code, label in PASSING_ON_LABELS.items()},
    ("inquiry.done_on_their_word", "what"): {
        "contact-changed": N_("how to reach them"),
        "consent-withdrawn": N_("a consent"),
        "erased": N_("deleting everything"),
    },
    ("staff.created", "role"): _ROLE_WORDS,
    ("staff.changed", "before"): _ROLE_WORDS,
    ("staff.changed", "after"): _ROLE_WORDS,
    ("staff.sign_in_refused", "step"): {
        "password": N_("the password"),
        "set-up-code": N_("the one-time code"),
        "second-factor": N_("the second factor"),
    },
}
"""event and detail -> code -> label"""


def details_in_words(
    event: str, details: Mapping[str, int | bool | str], names: Mapping[str, str]
) -> list[str]:
    """Return an event's details as phrases.

    :param names: account id -> e-mail address.
    """
    words = []
    for name, value in details.items():
        flag = FLAG_WORDS.get((event, name))
        if flag is not None:
            words.append(gettext(flag[0] if value else flag[1]))
            continue
        code = CODE_WORDS.get((event, name), {}).get(str(value))
        shown = gettext(code) if code else names.get(str(value), value)
        words.append(gettext(DETAIL_WORDS.get(name, "%(value)s"), value=shown))
    return words


def actor_in_words(actor: str, names: Mapping[str, str]) -> str:
    """Return the name to show for an actor."""
    if actor in names:
        return names[actor]
    if actor in _OTHERS:
        return str(gettext(_OTHERS[actor]))
    kind, _, name = actor.partition(":")
    return str(gettext("%(name)s, by a command", name=name)) if kind == "command" else actor
