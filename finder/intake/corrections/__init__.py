"""Reports that a detail of a listing is wrong: taken in, worked on, erased in time."""

from __future__ import annotations

from finder.intake.corrections.report_casework import (
    end_report,
    open_report,
    reports_for_staff,
    waiting_reports,
)
from finder.intake.corrections.reports import (
    REPORT_PURPOSE,
    REPORT_REASONS,
    REPORT_SOURCES,
    InvalidReport,
    ListedReport,
    ReportNotFound,
    ReportNotSaved,
    ReportSubmission,
    erase_old_reports,
    finish_report,
    list_reports,
    read_reports,
    submit_report,
)

__all__ = [
    "REPORT_PURPOSE",
    "REPORT_REASONS",
    "REPORT_SOURCES",
    "InvalidReport",
    "ListedReport",
    "ReportNotFound",
    "ReportNotSaved",
    "ReportSubmission",
    "end_report",
    "erase_old_reports",
    "finish_report",
    "list_reports",
    "open_report",
    "read_reports",
    "reports_for_staff",
    "submit_report",
    "waiting_reports",
]
