"""The fields of an inquiry as submitted, and their validation.

Control characters are removed and nothing else is corrected. Knows neither forms nor storage.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from dataclasses import dataclass

import email_validator
import phonenumbers

from finder.translatable import N_

LONGEST = {
    "contact_name": 100,
    "phone": 40,
    "email": 254,
    "best_times": 200,
    "looking_for": 300,
    "message": 5_000,
}
"""Characters that a field takes."""
NO_CONTACT = "none"
"""They will check back themselves, and nobody may reach them."""
CONTACT_METHODS = ("call", "text", "email", NO_CONTACT)
FOR_WHOM = ("self", "other")

_PIN = re.compile(r"[0-9]{4,8}")
_TOKEN = re.compile(r"[!-~]{16,128}")
# The shape of every number in North America. New area codes are in use before a library knows
# them, and a number that its owner typed right must not be refused.
_NORTH_AMERICAN = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")
_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}


# No repr: what people write must not come into a traceback.
@dataclass(frozen=True, slots=True, repr=False)
class InquirySubmission:
    """One inquiry as it was filled in."""

    contact_name: str
    """a name or an alias"""
    contact_method: str
    """one of ``CONTACT_METHODS``; ``none``: they will check back themselves"""
    phone: str
    email: str
    voicemail_ok: bool
    best_times: str
    for_whom: str
    """one of ``FOR_WHOM``"""
    looking_for: str
    message: str
    consent_collect: bool
    consent_share: bool
    """passing it on to the facility; without it the operator's own team alone gets the inquiry"""
    pin: str
    facility_id: int | None
    """the facility that it is about; None: it is for the operator's own team"""
    submission_token: str
    """made for one form; whoever sends it twice sends one inquiry"""

    def cleaned(self) -> InquirySubmission:
        """Return the same without control characters; only the message keeps its line breaks."""
        changes = {
            name: without_controls(getattr(self, name), keep="\n\t" if name == "message" else "")
            for name in LONGEST
        }
        return dataclasses.replace(self, **changes, pin=self.pin.strip())  # type: ignore[arg-type]  # by name

    @property
    def has_usable_token(self) -> bool:
        """Whether the token is one that a form could have made."""
        return _TOKEN.fullmatch(self.submission_token) is not None


def check_submission(submission: InquirySubmission) -> dict[str, str]:
    """Return what is wrong: field -> message for the person, to be translated.

    A phone number must be right only for a call or a text, and an address only for e-mail.
    """
    given = submission.cleaned()
    errors = {
        name: N_("This is too long. Please shorten it.")
        for name, limit in LONGEST.items()
        if len(getattr(given, name)) > limit
    }
    if all(unicodedata.category(char) in _INVISIBLE for char in given.contact_name):
        errors["contact_name"] = N_("Enter a name. It can be any name that we may call you by.")
    if given.contact_method not in CONTACT_METHODS:
        errors["contact_method"] = N_("Choose how we may reach you.")
    if given.contact_method in ("call", "text") and not _is_phone(given.phone):
        errors["phone"] = N_(
            "Enter a phone number with its area code, like 541-555-0100. Begin with + for a number"
            " of another country."
        )
    if given.contact_method == "email" and not _is_email(given.email):
        errors["email"] = N_("Enter an e-mail address, like name@example.org.")
    if given.for_whom not in FOR_WHOM:
        errors["for_whom"] = N_("Choose who it is for.")
    if (given.pin or given.contact_method == NO_CONTACT) and not _PIN.fullmatch(given.pin):
        errors["pin"] = N_("Choose a PIN of 4 to 8 digits, and write it down.")
    if not given.consent_collect:
        errors["consent_collect"] = N_("We can only keep your inquiry if you agree to this.")
    return errors


def without_controls(text: str, *, keep: str) -> str:
    """Return a text with line breaks as LF, and of control characters only those to keep."""
    # A browser sends line breaks as CR LF and counts each as one character.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char for char in text if char in keep or unicodedata.category(char) not in ("Cc", "Cs")
    )


def _is_phone(text: str) -> bool:
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return False
    if phonenumbers.is_valid_number(number):
        return True
    national = str(number.national_number)
    return number.country_code == 1 and _NORTH_AMERICAN.fullmatch(national) is not None


def _is_email(text: str) -> bool:
    try:
        email_validator.validate_email(text.strip(), check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True
