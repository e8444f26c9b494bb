"""Small makers of what tests need."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import Settings
from finder.db import write_transaction
from finder.facilities.index.writing import reindex_all
from finder.facilities.listings.models import Facility

NOW = dt.datetime(2026, 3, 4, 15, 0, tzinfo=dt.UTC)
SECRET_KEY = "a secret key that only tests would use 0123456789"
SEALING_KEYS = (("k1", bytes(range(32))),)


def settings_for(data_dir: Path, **changes: Any) -> Settings:
    """Development settings with a data folder and fixed secrets of the test's own."""
    settings = Settings.from_environment(
        {
            "FINDER_DATA_DIR": str(data_dir),
            "FINDER_SECRET_KEY": SECRET_KEY,
            "FINDER_FORM_SECONDS": "0",
        }
    )
    return dataclasses.replace(settings, **{"sealing_keys": SEALING_KEYS, **changes})


def facility_row(*, service_codes: str | None = "BU OP SA", **changes: Any) -> dict[str, Any]:
    """The columns of one facility in Bend, Oregon; by default it treats substance use alone.

    ``service_codes`` are those of its substance use listing, None where it has none.
    """
    row: dict[str, Any] = {
        "natural_key": "bend house||1 main st|97701",
        "name": "Bend House",
        "program_name": "",
        "street": "1 Main St",
        "street2": "",
        "city": "Bend",
        "state": "OR",
        "postal_code": "97701",
        "phone": "(541) 322-7500",
        "intake_phones": [],
        "website": "https://example.org/",
        "latitude": 44.0582,
        "longitude": -121.3153,
        "location_precision": "exact",
        "substance_use_codes": service_codes,
        "mental_health_codes": None,
        "unknown_labels": [],
        "source": "operator",
        "listed_as_of": dt.date(2026, 1, 15),
        "last_checked": dt.date(2026, 1, 15),
        "status": "active",
        "is_sample": False,
        "updated_at": NOW,
    }
    return {**row, **changes}


def add_facilities(session: Session, *changes: dict[str, Any]) -> list[int]:
    """Store facilities, each the one of ``facility_row`` with changes; return their ids."""
    with write_transaction(session):
        ids = [
            session.execute(
                sa.insert(Facility).values(facility_row(**change)).returning(Facility.id)
            ).scalar_one()
            for change in changes
        ]
        reindex_all(session)
    return ids


def add_facility(session: Session, **changes: Any) -> int:
    """Store one facility; return its id."""
    return add_facilities(session, changes)[0]
