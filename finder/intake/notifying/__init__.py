"""Telling the team that something waits: the outbox, and its delivery by mail or webhook."""

from __future__ import annotations

from finder.intake.notifying.delivery import (
    DeliverySummary,
    MailRoute,
    Route,
    WebhookRoute,
    deliver,
)
from finder.intake.notifying.outbox import (
    Channel,
    NotificationKind,
    count_unsent,
    notify,
    notify_overdue,
    outbox_counts,
    purge_outbox,
)

__all__ = [
    "Channel",
    "DeliverySummary",
    "MailRoute",
    "NotificationKind",
    "Route",
    "WebhookRoute",
    "count_unsent",
    "deliver",
    "notify",
    "notify_overdue",
    "outbox_counts",
    "purge_outbox",
]
