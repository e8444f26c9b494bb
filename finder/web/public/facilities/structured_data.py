"""JSON-LD of a facility for search engines (schema.org); only what its source states.

The script block is data, so the content security policy does not apply to it.
"""

from __future__ import annotations

from finder.facilities.listings import FacilityStatus, FacilityView, LocationPrecision
from finder.facilities.vocabulary import Answer

_MEDICAL = ("inpatient", "outpatient", "detox")


def structured_data(facility: FacilityView, *, page_url: str) -> dict[str, object] | None:
    """Return a facility as schema.org JSON-LD; None for a sample or a closed one.

    :param page_url: the absolute address of its page, which stands for it where it has no website.
    """
    if facility.is_sample or facility.status == FacilityStatus.CLOSED:
        return None
    known = {
        "name": facility.name,
        "department": _department(facility),
        "telephone": facility.phone,
        "url": facility.website or page_url,
        "address": _address(facility),
        "geo": _geo(facility),
        "makesOffer": [
            {"@type": "Offer", "itemOffered": {"@type": "Service", "name": service.label}}
            for service in facility.services
        ],
    }
    return {
        "@context": "https://schema.org",
        "@type": _kind(facility),
        **{name: value for name, value in known.items() if value},
    }


def _kind(facility: FacilityView) -> str:
    settings = facility.answers["setting"]
    medical = any(settings[each] == Answer.YES for each in _MEDICAL)
    return "MedicalBusiness" if medical else "LocalBusiness"


def _department(facility: FacilityView) -> dict[str, str] | None:
    if not facility.program_name:
        return None
    return {"@type": "LocalBusiness", "name": facility.program_name}


def _address(facility: FacilityView) -> dict[str, str] | None:
    parts = {
        "streetAddress": ", ".join(filter(None, (facility.street, facility.street2))),
        "addressLocality": facility.city,
        "addressRegion": facility.state,
        "postalCode": facility.postal_code,
    }
    known = {name: value for name, value in parts.items() if value}
    return {"@type": "PostalAddress", **known, "addressCountry": "US"} if known else None


def _geo(facility: FacilityView) -> dict[str, object] | None:
    # The middle of a town is not where the program is.
    if facility.location_precision != LocationPrecision.EXACT:
        return None
    return {
        "@type": "GeoCoordinates",
        "latitude": facility.latitude,
        "longitude": facility.longitude,
    }
