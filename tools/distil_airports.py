"""Distils large airports of the United States into the gazetteer's ``airports.tsv``.

A tool for maintainers; the application never runs it: ``pip install airportsdata``, then
``python -m tools.distil_airports``. Source: the package airportsdata (MIT), facts alone.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import airportsdata  # type: ignore[import-not-found]  # a tool's alone

from finder.geocoding.gazetteer import read_rows
from finder.geocoding.spelling import key_of_text

TARGET = Path(__file__).parents[1] / "finder/geocoding/gazetteer/data/airports.tsv"
# Codes that people write alone; those of the others are read with the word "airport".
WELL_KNOWN = frozenset(
    """
    ABQ ANC ATL AUS BDL BHM BNA BOI BOS BTV BUF BUR BWI CHS CLE CLT CMH CVG DAL DCA DEN DFW DSM DTW
    EWR FLL GEG GRR HNL HOU IAD IAH IND ITO JAX JFK KOA LAS LAX LGA LGB LIH MCI MCO MDW MEM MIA MKE
    MSP MSY OAK OGG OKC OMA ONT ORD ORF PBI PDX PHL PHX PIT PVD PWM RDU RIC RNO ROC RSW SAT SDF SEA
    SFO SJC SJU SLC SMF SNA STL SYR TPA TUL TUS
    """.split()  # noqa: SIM905 - a table of codes reads as words
)
# What people call them, where that is no part of the name.
SAID = {
    "BOS": "Logan Airport|Boston Airport",
    "BWI": "Baltimore Airport",
    "DCA": "Reagan Airport|Reagan National Airport|Washington National Airport",
    "DFW": "Dallas Airport|DFW Airport",
    "EWR": "Newark Airport",
    "HNL": "Honolulu Airport",
    "HOU": "Hobby Airport",
    "IAD": "Dulles Airport",
    "IAH": "Houston Airport|Bush Airport|Bush Intercontinental Airport",
    "JFK": "Kennedy Airport|JFK Airport",
    "LAS": "Las Vegas Airport|McCarran Airport",
    "LGA": "LaGuardia",
    "MCO": "Orlando Airport",
    "MDW": "Midway Airport",
    "MSP": "Minneapolis Airport",
    "OAK": "Oakland Airport",
    "ORD": "O'Hare",
    "PDX": "Portland Airport",
    "PHX": "Sky Harbor|Sky Harbor Airport|Phoenix Airport",
    "RDU": "Raleigh Durham Airport|Raleigh Airport",
    "SEA": "SeaTac Airport|Sea-Tac|Seattle Airport|Sea-Tac Airport",
    "SJU": "San Juan Airport",
    "SNA": "Orange County Airport|John Wayne Airport",
}
# They serve Washington, and lie across the river.
IN_ANOTHER_STATE = {"DCA": "VA", "IAD": "VA"}
STATES = {"Puerto Rico": "PR", "Virgin Islands": "VI", "U.S. Virgin Islands": "VI"}
COUNTRIES = {"GU", "MP", "AS"}


def names_of(code: str, name: str, city: str) -> list[str]:
    """Return the official name, then what people make of it."""
    full = name.replace("Ntl", "National").replace("Trml", "Terminal").replace("/", " ")
    short = re.sub(r" (International|Regional|National|Municipal)(?= )", "", full)
    found = [full, short, f"{code} Airport"]
    found += [each.removeprefix(f"{city} ") for each in (full, short)]
    if "International" in name or code in WELL_KNOWN:
        found.append(f"{city} Airport")
    found += SAID.get(code, "").split("|")
    if code in WELL_KNOWN:
        found.append(code)
    return [each for each in dict.fromkeys(found) if each and each != "International Airport"]


def main() -> None:
    """Write the data file."""
    codes = {row[1]: row[0] for row in read_rows("states.tsv")} | STATES
    taken = {key_of_text(row[0]) for row in read_rows("nicknames.tsv")} | {"airport"}
    rows = []
    airports = airportsdata.load("IATA")
    for code in sorted(airports, key=lambda code: (code not in WELL_KNOWN, code)):
        airport = airports[code]
        country, name = airport["country"], airport["name"]
        if country not in {"US", *COUNTRIES}:
            continue
        if code not in WELL_KNOWN and not re.search("International|Intl", name):
            continue
        state = IN_ANOTHER_STATE.get(code) or (
            country if country in COUNTRIES else codes[airport["subd"]]
        )
        names = [n for n in names_of(code, name, airport["city"]) if key_of_text(n) not in taken]
        # The first airport that is called so keeps the name.
        taken.update(key_of_text(each) for each in names if each.endswith(" Airport"))
        point = f"{airport['lat']:.3f}", f"{airport['lon']:.3f}"
        rows.append("\t".join((names[0], state, *point, "|".join(names[1:]))))
    head = [
        f"# Source: airportsdata {version('airportsdata')} (MIT), facts: selected, rounded",
        "# Airports with an IATA code that are large or international, and what people call them",
        "# name\tstate\tlatitude\tlongitude\tother names",
    ]
    TARGET.write_text("\n".join([*head, *rows]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
