"""What an inquiry is: its fields, payload, consents, statuses, messages and audit events.

Every other room of the intake builds on this one.
"""

from __future__ import annotations

from finder.intake.inquiry.activity import (
    AUTHOR,
    last_contact,
    mark_contact,
    mark_worked_on,
    record_event,
    set_erase_after,
)
from finder.intake.inquiry.consent import (
    ConsentKind,
    ConsentText,
    GivenConsent,
    consent_texts,
    consents_of,
    hand_over_text,
)
from finder.intake.inquiry.duplicates import (
    contact_lookups,
    duplicate_ids,
    ids_with_duplicates,
    rebuild_contact_lookups,
)
from finder.intake.inquiry.messages import (
    Author,
    Message,
    TextRefused,
    checked_text,
    open_message,
    open_messages,
    seal_message,
)
from finder.intake.inquiry.overdue import UNREAD_EVENTS, overdue_condition, unread_event_conditions
from finder.intake.inquiry.payload import (
    PAYLOAD_PURPOSE,
    PIN_PURPOSE,
    Payload,
    open_payload,
    payload_of,
    payload_of_inquiry,
    reference_lookup,
    reseal_inquiry,
    seal_payload,
    seal_pin,
    verify_dummy_pin,
    verify_pin,
)
from finder.intake.inquiry.reference_code import (
    NotAReference,
    make_reference,
    normalise_reference,
    wrong_length_text,
)
from finder.intake.inquiry.sealed_text import (
    CALL_PURPOSE,
    MESSAGE_PURPOSE,
    NOTE_PURPOSE,
    open_text,
    sealed_columns,
)
from finder.intake.inquiry.submission import (
    LONGEST,
    NO_CONTACT,
    InquirySubmission,
    check_submission,
    without_controls,
)
from finder.intake.inquiry.workflow import (
    FIRST_STATUS,
    OUTCOMES,
    STATUSES,
    Outcome,
    Status,
    erase_after,
)

__all__ = [
    "AUTHOR",
    "CALL_PURPOSE",
    "FIRST_STATUS",
    "LONGEST",
    "MESSAGE_PURPOSE",
    "NOTE_PURPOSE",
    "NO_CONTACT",
    "OUTCOMES",
    "PAYLOAD_PURPOSE",
    "PIN_PURPOSE",
    "STATUSES",
    "UNREAD_EVENTS",
    "Author",
    "ConsentKind",
    "ConsentText",
    "GivenConsent",
    "InquirySubmission",
    "Message",
    "NotAReference",
    "Outcome",
    "Payload",
    "Status",
    "TextRefused",
    "check_submission",
    "checked_text",
    "consent_texts",
    "consents_of",
    "contact_lookups",
    "duplicate_ids",
    "erase_after",
    "hand_over_text",
    "ids_with_duplicates",
    "last_contact",
    "make_reference",
    "mark_contact",
    "mark_worked_on",
    "normalise_reference",
    "open_message",
    "open_messages",
    "open_payload",
    "open_text",
    "overdue_condition",
    "payload_of",
    "payload_of_inquiry",
    "rebuild_contact_lookups",
    "record_event",
    "reference_lookup",
    "reseal_inquiry",
    "seal_message",
    "seal_payload",
    "seal_pin",
    "sealed_columns",
    "set_erase_after",
    "unread_event_conditions",
    "verify_dummy_pin",
    "verify_pin",
    "without_controls",
    "wrong_length_text",
]
