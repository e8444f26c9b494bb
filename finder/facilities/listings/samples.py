"""Whether the database holds real facilities, which hide the demonstration."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.facilities.listings.models import Facility


def real_facilities_exist(session: Session) -> bool:
    """Tell whether anything but demonstration data was ever imported."""
    return bool(session.scalar(sa.select(sa.exists().where(Facility.is_sample.is_(False)))))
