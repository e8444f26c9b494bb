"""Inquiries and reports of wrong details: taken in, sealed, counted and read; no Flask.

What people write is unsealed here and nowhere else, and every read is on record.
"""

from __future__ import annotations

from finder.intake.author import (
    Contact,
    GivenConsent,
    MessageRefused,
    OwnInquiry,
    SeenBy,
    add_message,
    change_contact,
    delete_own_inquiry,
    read_own_inquiry,
    withdraw_share,
)
from finder.intake.casework import (
    Case,
    HistoryEntry,
    TransitionRefused,
    assign,
    change_status,
    open_case,
    send_message,
    set_outcome,
    unassign,
)
from finder.intake.consent import ConsentKind, ConsentText, consent_texts
from finder.intake.dashboard import Count, Dashboard, dashboard
from finder.intake.delivery import Delivered, MailRoute, Route, WebhookRoute, deliver
from finder.intake.detail_reports import REASONS as REPORT_REASONS
from finder.intake.detail_reports import SOURCES as REPORT_SOURCES
from finder.intake.detail_reports import (
    InvalidReport,
    ListedReport,
    ReportNotFound,
    ReportNotSaved,
    ReportSubmission,
    finish_report,
    list_reports,
    read_reports,
    submit_report,
)
from finder.intake.disclosures import (
    DisclosureKind,
    DisclosureRefused,
    GivenDisclosure,
    disclosures_of,
    record_disclosures,
)
from finder.intake.hand_over import (
    HandOver,
    HandOverRefused,
    answer_hand_over,
    request_hand_over,
)
from finder.intake.messages import Author, Message
from finder.intake.notes import (
    CALL_OUTCOME_LABELS,
    Call,
    CallOutcome,
    Note,
    NoteRefused,
    add_note,
    record_call_attempt,
)
from finder.intake.opening import WrongCodeOrPin, find_by_code, open_inquiry
from finder.intake.outbox import (
    Kind,
    OutboxCounts,
    Way,
    count_unsent,
    notify_overdue,
    outbox_counts,
)
from finder.intake.passing_on import WAY_LABELS as PASSING_ON_LABELS
from finder.intake.passing_on import Way as PassingOnWay
from finder.intake.passing_on import record_passing_on, shared_with
from finder.intake.permissions import (
    ROLES,
    NoSuchInquiry,
    NotAllowed,
    Permission,
    Role,
    StaffActor,
    permissions_of,
    require,
)
from finder.intake.queue import NEWS, QueueEntry, QueueFilter, QueuePage, QueueSort, list_queue
from finder.intake.read import (
    NamelessInquiry,
    ReadInquiry,
    export_for_staff,
    export_inquiries,
    export_without_names,
    export_without_names_for_staff,
    inquiry_counts,
)
from finder.intake.reference import NotAReference, normalise_reference
from finder.intake.report_work import (
    end_report,
    open_report,
    reports_for_staff,
    waiting_reports,
)
from finder.intake.retention import (
    InquiryNotFound,
    Purged,
    erase_inquiry,
    overdue_inquiries,
    purge_inquiries,
)
from finder.intake.rotation import Rotated, rotate_keys
from finder.intake.sealed_rows import (
    SealCheck,
    check_sealed_rows,
    sealed_rows_by_key,
    sealed_rows_exist,
)
from finder.intake.steps import new_step, was_taken
from finder.intake.submission import InquirySubmission, check_submission
from finder.intake.submit import (
    Acknowledgement,
    FacilityUnavailable,
    InquiryNotSaved,
    InvalidInquiry,
    TokenReused,
    submit_inquiry,
)
from finder.intake.tables import REDISCLOSURE_NOTICE, inquiries_csv, nameless_csv
from finder.intake.tombstones import keep_tombstones
from finder.intake.workflow import OUTCOMES, STATUSES, Outcome, Status

__all__ = [
    "CALL_OUTCOME_LABELS",
    "NEWS",
    "OUTCOMES",
    "PASSING_ON_LABELS",
    "REDISCLOSURE_NOTICE",
    "REPORT_REASONS",
    "REPORT_SOURCES",
    "ROLES",
    "STATUSES",
    "Acknowledgement",
    "Author",
    "Call",
    "CallOutcome",
    "Case",
    "ConsentKind",
    "ConsentText",
    "Contact",
    "Count",
    "Dashboard",
    "Delivered",
    "DisclosureKind",
    "DisclosureRefused",
    "FacilityUnavailable",
    "GivenConsent",
    "GivenDisclosure",
    "HandOver",
    "HandOverRefused",
    "HistoryEntry",
    "InquiryNotFound",
    "InquiryNotSaved",
    "InquirySubmission",
    "InvalidInquiry",
    "InvalidReport",
    "Kind",
    "ListedReport",
    "MailRoute",
    "Message",
    "MessageRefused",
    "NamelessInquiry",
    "NoSuchInquiry",
    "NotAReference",
    "NotAllowed",
    "Note",
    "NoteRefused",
    "OutboxCounts",
    "Outcome",
    "OwnInquiry",
    "PassingOnWay",
    "Permission",
    "Purged",
    "QueueEntry",
    "QueueFilter",
    "QueuePage",
    "QueueSort",
    "ReadInquiry",
    "ReportNotFound",
    "ReportNotSaved",
    "ReportSubmission",
    "Role",
    "Rotated",
    "Route",
    "SealCheck",
    "SeenBy",
    "StaffActor",
    "Status",
    "TokenReused",
    "TransitionRefused",
    "Way",
    "WebhookRoute",
    "WrongCodeOrPin",
    "add_message",
    "add_note",
    "answer_hand_over",
    "assign",
    "change_contact",
    "change_status",
    "check_sealed_rows",
    "check_submission",
    "consent_texts",
    "count_unsent",
    "dashboard",
    "delete_own_inquiry",
    "deliver",
    "disclosures_of",
    "end_report",
    "erase_inquiry",
    "export_for_staff",
    "export_inquiries",
    "export_without_names",
    "export_without_names_for_staff",
    "find_by_code",
    "finish_report",
    "inquiries_csv",
    "inquiry_counts",
    "keep_tombstones",
    "list_queue",
    "list_reports",
    "nameless_csv",
    "new_step",
    "normalise_reference",
    "notify_overdue",
    "open_case",
    "open_inquiry",
    "open_report",
    "outbox_counts",
    "overdue_inquiries",
    "permissions_of",
    "purge_inquiries",
    "read_own_inquiry",
    "read_reports",
    "record_call_attempt",
    "record_disclosures",
    "record_passing_on",
    "reports_for_staff",
    "request_hand_over",
    "require",
    "rotate_keys",
    "sealed_rows_by_key",
    "sealed_rows_exist",
    "send_message",
    "set_outcome",
    "shared_with",
    "submit_inquiry",
    "submit_report",
    "unassign",
    "waiting_reports",
    "was_taken",
    "withdraw_share",
]
