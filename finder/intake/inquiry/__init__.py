"""What an inquiry is: its fields, payload, consents, statuses, messages and audit events.

Every other room of the intake builds on this one.
"""

from __future__ import annotations

from finder.intake.inquiry.activity import (
    AUTHOR,
    count_as_contact,
    count_as_work,
    last_contact,
    record,
    set_erasure,
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
    look_contacts_up_again,
)
from finder.intake.inquiry.messages import (
    Author,
    Message,
    MessageRefused,
    open_message,
    open_messages,
    seal_message,
)
from finder.intake.inquiry.overdue import NEWS, overdue_condition, unread_news
from finder.intake.inquiry.payload import (
    PAYLOAD_PURPOSE,
    PIN_PURPOSE,
    Payload,
    open_payload,
    payload_of,
    payload_of_inquiry,
    pin_is_right,
    reference_lookup,
    reseal_inquiry,
    seal_payload,
    seal_pin,
    spend_the_time_of_a_pin,
)
from finder.intake.inquiry.reference_code import NotAReference, make_reference, normalise_reference
from finder.intake.inquiry.sealed_text import (
    CALL_PURPOSE,
    MESSAGE_PURPOSE,
    NOTE_PURPOSE,
    open_text,
    seal_text,
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
    "NEWS",
    "NOTE_PURPOSE",
    "NO_CONTACT",
    "OUTCOMES",
    "PAYLOAD_PURPOSE",
    "PIN_PURPOSE",
    "STATUSES",
    "Author",
    "ConsentKind",
    "ConsentText",
    "GivenConsent",
    "InquirySubmission",
    "Message",
    "MessageRefused",
    "NotAReference",
    "Outcome",
    "Payload",
    "Status",
    "check_submission",
    "consent_texts",
    "consents_of",
    "contact_lookups",
    "count_as_contact",
    "count_as_work",
    "duplicate_ids",
    "erase_after",
    "hand_over_text",
    "ids_with_duplicates",
    "last_contact",
    "look_contacts_up_again",
    "make_reference",
    "normalise_reference",
    "open_message",
    "open_messages",
    "open_payload",
    "open_text",
    "overdue_condition",
    "payload_of",
    "payload_of_inquiry",
    "pin_is_right",
    "record",
    "reference_lookup",
    "reseal_inquiry",
    "seal_message",
    "seal_payload",
    "seal_pin",
    "seal_text",
    "set_erasure",
    "spend_the_time_of_a_pin",
    "unread_news",
    "without_controls",
]
