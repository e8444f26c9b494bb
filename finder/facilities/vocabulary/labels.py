"""Lookup of service codes: their labels and categories, and the code of a label.

Sources name services by code or by label, and labels have changed over the years; this module
brings both to one code. It must not know how a source is read or which codes people filter by.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from finder.facilities.vocabulary.service_codes import CATEGORY_ROWS, SERVICE_ROWS


@dataclass(frozen=True, slots=True)
class Category:
    """A group of services; `official_name` is SAMHSA's, empty for the project's own group."""

    code: str
    official_name: str
    label: str


@dataclass(frozen=True, slots=True)
class Service:
    """One service code.

    `official_label` is SAMHSA's wording, empty where none is published. `label` is plain words, a
    message id to be translated when shown. `asked_of` names the national directories ("sa" for
    substance use, "mh" for mental health) that ask about it: on a site of another kind its absence
    says nothing.
    """

    code: str
    category: str
    official_label: str
    label: str
    asked_of: frozenset[str]


CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {row[0]: Category(*row) for row in CATEGORY_ROWS}
)
"""Every category by its code, in the order in which a facility page shows them."""

SERVICES: Mapping[str, Service] = MappingProxyType({row[0]: Service(*row) for row in SERVICE_ROWS})
"""Every service by its code, category by category."""

# The directories of 2025 and 2026 call the category of genders SN.
CATEGORY_ALIASES: Mapping[str, str] = MappingProxyType({"SN": "GN"})

# Labels of other editions, where it is beyond doubt which code they mean: (category, label).
_OLDER_LABELS: Mapping[tuple[str, str], str] = {
    ("TC", "Substance treatment services"): "SA",
    ("TC", "Substance use treatment services"): "SA",
    ("TC", "Mental health treatment services"): "MH",
    ("TC", "Transitional housing or halfway house"): "HH",
    (
        "TC",
        "Treatment for co-occurring substance use plus either serious mental illness (SMI) in"
        " adults and/or serious emotional disturbance (SED) in children",
    ): "SUMH",
    ("SET", "Residential"): "RES",
    ("SET", "Hospital inpatient"): "HI",
    ("PHR", "Iloperidone"): "ILOPE",
    ("PHR", "Medications for pre-exposure prophylaxis"): "MPEP",
    ("TAP", "Telemedicine/telehealth"): "TELE",
    ("TAP", "12-step facilitation approach"): "TWFA",
    ("FOP", "Indian Health Service"): "IH",
    ("LCA", "Drug Enforcement Administration (DEA)"): "DEA",
    ("SG", "Adults with serious mental illness (SMI)"): "SMI",
    ("SG", "Children with serious emotional disturbance (SED)"): "SED",
    ("SG", "Lesbian, gay, bisexual, or transgender (LGBT) clients"): "GL",
    ("SG", "Persons with co-occurring mental and substance use disorders"): "CO",
    ("SG", "Persons with co-occurring pain and substance use disorders"): "COPSU",
    ("SG", "Persons with HIV or AIDS"): "HV",
    ("SG", "Persons who have experienced trauma"): "TRMA",
    ("SG", "Persons who have experienced sexual abuse"): "XA",
    (
        "SG",
        "Persons who have experienced intimate partner violence, domestic violence",
    ): "DV",
    ("SG", "Clients referred from the court/judicial system (other than DUI/DWI)"): "CJ",
    ("ECS", "Smoking/tobacco cessation counseling"): "TCC",
}

_DROPPED = dict.fromkeys(map(ord, "®™'’‘`\u00ad\u200b"))
_DASHES = re.compile("[-\u2010-\u2015]")
_SLASHES = re.compile(r"\s*\\?/\s*")


# A national file names a few hundred labels some hundred thousand times.
@lru_cache(maxsize=4096)
def code_for_label(category_code: str, label: str) -> str | None:
    """Return the code of a service label, or None where nothing is beyond doubt.

    Case, white space, hyphens, apostrophes, ® and escaped slashes make no difference. Six labels
    belong to two codes each; `category_code` decides between them. Where the category is unknown
    or not the label's own, a label that only one code has is still resolved.
    """
    category = category_code.strip().upper()
    wanted = _comparable(label)
    code = _BY_CATEGORY.get((CATEGORY_ALIASES.get(category, category), wanted))
    if code is not None:
        return code
    candidates = _BY_LABEL.get(wanted, frozenset())
    return next(iter(candidates)) if len(candidates) == 1 else None


def split_labels(joined: str | None) -> list[str]:
    """Return the labels of an API row's ``f3``, which joins them by semicolons, not commas."""
    return [label for part in (joined or "").split(";") if (label := " ".join(part.split()))]


def _comparable(label: str) -> str:
    """Return the normal form by which labels are compared."""
    plain = _DASHES.sub(" ", _SLASHES.sub("/", label.translate(_DROPPED)))
    return " ".join(plain.split()).casefold()


def _labels_to_codes() -> tuple[dict[tuple[str, str], str], dict[str, frozenset[str]]]:
    named = {(each.category, each.official_label): each.code for each in SERVICES.values()}
    by_category: dict[tuple[str, str], str] = {}
    by_label: defaultdict[str, set[str]] = defaultdict(set)
    for (category, label), code in {**_OLDER_LABELS, **named}.items():
        if not label:
            continue
        key = _comparable(label)
        by_category[category, key] = code
        by_label[key].add(code)
    return by_category, {key: frozenset(codes) for key, codes in by_label.items()}


_BY_CATEGORY, _BY_LABEL = _labels_to_codes()
