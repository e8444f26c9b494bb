"""What staff do: the queue, one case, notes and calls, the dashboard, exports."""

from __future__ import annotations

from finder.intake.casework.case import (
    Case,
    TransitionRefused,
    assign,
    change_status,
    open_case,
    send_message,
    set_outcome,
    unassign,
)
from finder.intake.casework.dashboard import Count, Dashboard, read_dashboard
from finder.intake.casework.export import (
    ReadInquiry,
    export_for_staff,
    export_inquiries,
    export_without_names,
    export_without_names_for_staff,
    inquiry_counts,
)
from finder.intake.casework.export_tables import REDISCLOSURE_NOTICE, inquiries_csv, nameless_csv
from finder.intake.casework.idempotency import new_idempotency_key, was_done
from finder.intake.casework.notes import (
    CALL_OUTCOME_LABELS,
    CallOutcome,
    add_note,
    record_call_attempt,
)
from finder.intake.casework.queue import QueueFilter, QueuePage, QueueSort, list_queue

__all__ = [
    "CALL_OUTCOME_LABELS",
    "REDISCLOSURE_NOTICE",
    "CallOutcome",
    "Case",
    "Count",
    "Dashboard",
    "QueueFilter",
    "QueuePage",
    "QueueSort",
    "ReadInquiry",
    "TransitionRefused",
    "add_note",
    "assign",
    "change_status",
    "export_for_staff",
    "export_inquiries",
    "export_without_names",
    "export_without_names_for_staff",
    "inquiries_csv",
    "inquiry_counts",
    "list_queue",
    "nameless_csv",
    "new_idempotency_key",
    "open_case",
    "read_dashboard",
    "record_call_attempt",
    "send_message",
    "set_outcome",
    "unassign",
    "was_done",
]
