"""Generates ``seed_facilities.csv``, the fictitious sample facilities of the demonstration.

No program in it exists: names come from the word lists below and end in "(sample)", telephone
numbers are of the 555-0100 to 555-0199 kept for fiction, streets are called "Sample Street". Only
towns, ZIP codes and their coordinates are real; they come from ``finder/geocoding/gazetteer/data``.

``python -m tools.make_seed`` writes the file; with ``--check`` it writes nothing and exits with 1
where the file is not what would be written. The output is deterministic.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from finder.facilities.sources import SAMPLE_SUFFIX
from finder.facilities.vocabulary import SERVICES, exclusive_to
from finder.geocoding.spelling import key_of_text

ROOT = Path(__file__).parents[1]
SEED_FILE = ROOT / "seed_facilities.csv"
DATA = ROOT / "finder" / "geocoding" / "gazetteer" / "data"
COLUMNS = (
    "name", "program_name", "street", "city", "state", "postal_code", "phone", "website",
    "lat", "lon", "services", "listed_as_of",
)  # fmt: skip

SUBSTANCE_USE_PROGRAMS = 1300
MENTAL_HEALTH_PROGRAMS = 200
LEAST_IN_A_STATE = 6
LEAST_WITH_A_CODE = 6
SHARED_ADDRESSES = 40
LISTED = dt.date(2026, 1, 15)
JITTER_MILES = 1.5
MILES_A_DEGREE = 69.1
WITHOUT_COORDINATES, WITH_OLDER_LISTING = 0.02, 0.25
WITH_WEBSITE, WITH_PROGRAM_NAME = 0.6, 0.2
FIXED_SEED = 20260115

# Area codes of each state, as many as its programs need: each has 100 numbers kept for fiction.
# In American Samoa's 684 none of them could be dialled, so its programs have Washington's.
AREA_CODES = {
    "AL": (205,), "AK": (907,), "AZ": (602,), "AR": (501,), "CA": (213, 415, 619, 916),
    "CO": (303,), "CT": (203,), "DE": (302,), "DC": (202,), "FL": (305, 813, 904), "GA": (404, 912),
    "HI": (808,), "ID": (208,), "IL": (312, 217), "IN": (317,), "IA": (515,), "KS": (316,),
    "KY": (502,), "LA": (504,), "ME": (207,), "MD": (301,), "MA": (617,), "MI": (313,),
    "MN": (612,), "MS": (601,), "MO": (314,), "MT": (406,), "NE": (402,), "NV": (702,),
    "NH": (603,), "NJ": (201,), "NM": (505,), "NY": (212, 518, 716), "NC": (919,), "ND": (701,),
    "OH": (216,), "OK": (405,), "OR": (503,), "PA": (215,), "RI": (401,), "SC": (803,),
    "SD": (605,), "TN": (615,), "TX": (713, 214, 512), "UT": (801,), "VT": (802,), "VA": (703,),
    "WA": (206,), "WV": (304,), "WI": (414,), "WY": (307,),
    "AS": (202,), "GU": (671,), "MP": (670,), "PR": (787,), "VI": (340,),
}  # fmt: skip

# Words that are plainly nobody's: no two of them stand together in a name of the directories.
COLOURS = (  # noqa: SIM905 - a list of words reads better as a text
    "Amber Apricot Ash Azure Beige Bronze Buff Cobalt Copper Coral Cream Drab Fawn Flax Ginger "
    "Hazel Indigo Ivory Khaki Lilac Linen Mauve Mint Navy Ochre Olive Pearl Pewter Plum Russet "
    "Saffron Sand Sepia Sienna Slate Tawny Teal Umber Walnut Wheat"
).split()
THINGS = (  # noqa: SIM905 - many words
    "Abacus Acorn Almanac Anchor Awning Basket Bell Bench Bobbin Bookmark Button Canoe Cartwheel "
    "Compass Doorstep Easel Feather Fern Ferry Gable Hammock Inkwell Kettle Kite Ladder Lantern "
    "Loom Marble Mosaic Notebook Orchard Pebble Pinwheel Quilt Sail Satchel Sundial Teacup Thimble "
    "Trellis Umbrella Weathervane Windmill Yarn"
).split()
OFFICES = ("Main Office", "Intake Office", "Downtown Office", "Evening Office")
WINGS = ("North Wing", "South Wing", "Garden Wing")
DIRECTIONS = ("", "North ", "South ", "East ", "West ", "Old ", "New ", "Upper ", "Lower ")

# Shares of codes, in percent. Unless a line says otherwise they are those of the 12,176 substance
# use and the 9,037 mental health sites in SAMHSA's National Directories of 2022, rounded.
SETTINGS = {
    "OP": 72.3, "RES": 14.3, "OP RES": 6.6, "OP RES HI": 1.5, "HI": 1.3, "OP HI": 1.3,
    "RES HI": 1.2, "": 1.5,
}  # fmt: skip
METHADONE = {"MU BU NU": 36, "MU BU": 36, "MU": 15, "MU BU NU MOA": 10, "MU NU": 3}
METHADONE_SHARE = 11.7
OTHER_MEDICATION = {
    "MOA": 31.3, "BU NU MOA": 21.6, "BU NU": 18.1, "NU MOA": 6, "BU MOA": 3.2, "BU": 2, "NU": 1.6,
    "NMOA": 5.7, "BU NU NMOA": 0.5, "NOOP": 9, "": 1,
}  # fmt: skip
# How ages stand together is ours; each one's share is the directory's.
AGES = {
    "YAD ADLT": 28, "YAD ADLT SNR": 16, "CHLD YAD ADLT": 9, "CHLD YAD ADLT SNR": 7, "SNR": 5,
    "CHLD": 5, "CHLD AD": 4, "ADLT SNR": 2, "": 24,
}  # fmt: skip
OPERATORS = {"PVTN": 51.2, "PVTP": 40.1, "LCCG": 4, "STG": 1.9, "TBG": 1.3, "FED": 1.5}
WOMEN_ONLY, MEN_ONLY, GENDERS_NOT_STATED = 5.2, 5.8, 0.9
SINGLE_GENDER_LIVING_THERE = 88  # of those for one gender

OF_RESIDENTIAL = {"RS": 65, "RL": 76, "DT": 43, "HH": 29, "BC": 10}
RESIDENTIAL_DETOX_OF_BOTH = 92  # of those with RES and DT
OF_OUTPATIENT = {"ORT": 93, "OIT": 56, "ODT": 17, "OD": 15}
OUTPATIENT_MEDICATION = 47
OF_HOSPITAL = {"HID": 83, "HIT": 80, "GH": 32}
OF_WITHDRAWAL_CARE = {"ADTX": 65, "BDTX": 61, "CDTX": 54, "MDTX": 55, "ODTX": 90, "MDET": 87}
OF_METHADONE = {"OTP": 100, "SOTP": 80, "MM": 97, "DM": 42, "OUDO": 67}
OF_BUPRENORPHINE = {"BWN": 90, "BUM": 73, "PMAT": 63}
OF_NALTREXONE = {"NXN": 85, "VTRL": 79}
OF_MEDICATION_FROM_ELSEWHERE = {"ACMA": 80, "PC": 71}
# Of all substance use programs; what a payment or an adults' group excludes is left out below.
OF_ALL = {
    "SA": 98.3, "SUMH": 58.7, "NAUT": 13.4, "NMAUT": 12.3,
    "ANG": 62.2, "BIA": 63.2, "CBT": 85, "CMI": 40.9, "CRV": 9, "MOTI": 85.3, "MXM": 38,
    "RELP": 87.5, "SACA": 92.4, "TELE": 72.2, "TRC": 72.5, "TWFA": 48.5,
    "STAG": 79.1, "CARF": 32.3, "JC": 23.4,
    "CJ": 43.5, "CO": 59.9, "HV": 26.1, "DV": 34.7, "TRMA": 50.9, "GL": 30.4, "MF": 20.2,
    "ACC": 87.7, "NOE": 67.6, "SHG": 47.9, "HS": 67.1, "RC": 30.9, "PEER": 65.3, "EMP": 46,
    "TGD": 27.7, "ICO": 96.2, "GCO": 91.9, "FCO": 78.2, "TCC": 64.8,
    "ACU": 5.3, "CM": 84.2, "CCC": 5.4, "MHS": 70.3, "TA": 49.5, "IPC": 23.5, "SPS": 45.9,
    "AH": 38, "NX": 0.4, "AUDO": 0.7,
}  # fmt: skip
OF_PAID = {
    "FSA": 52.4, "ITU": 11.9, "MD": 74.1, "MI": 39.9, "PI": 75.3, "SF": 91.1,
    "SI": 50.5, "PA": 22.5, "SS": 38.5,
}  # fmt: skip
FREE, MEDICARE = 1.9, 44.8
OF_ADULTS = {"TAY": 35.7, "SE": 30, "VET": 28.3, "ADM": 17.5, "DU": 22.4}
DUI_CLIENTS_ONLY = 0.4
WOMEN, MEN, PREGNANT = 55, 53.9, 31.6
ADOLESCENTS, ADOLESCENTS_WHERE_ACCEPTED = 24.8, 62
# The directories do not ask about these; the shares are ours.
UNASKED = {"X-YOGA": 4, "X-MEDITATION": 5, "X-MBRP": 3}
SPANISH = 22.8
LANGUAGES = {
    "F70": 1, "F67": 0.9, "F28": 0.9, "F19": 0.9, "F66": 0.7, "F4": 0.6, "F17": 0.6, "F36": 0.5,
    "F81": 0.5, "F25": 0.4, "F47": 0.4, "F42": 0.4, "F92": 0.4, "F30": 0.3, "F43": 0.3, "F35": 0.3,
    "F37": 0.3, "F31": 0.2,
}  # fmt: skip
# Where the languages are at home; a sample has more of their programs than the directory's handful.
NATIVE_LANGUAGES = {"N24": ("MN", "WI", "MI", "ND"), "N40": ("AK",)}

MENTAL_HEALTH_SETTINGS = {
    "OP": 73.2, "RES": 8.2, "HI": 6.6, "OP HI": 4.2, "OP RES": 3.7, "": 2.5, "OP RES HI": 1.1,
    "RES HI": 0.5,
}  # fmt: skip
MENTAL_HEALTH_OPERATORS = {
    "PVTN": 61.6, "PVTP": 22.4, "LCCG": 6.8, "STG": 4.8, "FED": 3.8, "TBG": 0.2,
}  # fmt: skip
MENTAL_HEALTH_AGES = {
    "CHLD YAD ADLT SNR": 53, "YAD ADLT SNR": 27, "CHLD": 7.8, "CHLD YAD": 5.8, "CHLD YAD ADLT": 2.6,
    "ADLT SNR": 1.4, "YAD ADLT": 1.3,
}  # fmt: skip
OF_MENTAL_HEALTH = {
    "SA": 61.7, "SUMH": 77.1, "PHDT": 14.7, "IPT": 92.9, "CBT": 91.4, "GT": 86.3, "TELE": 78,
    "CFT": 75.9, "IDD": 64.8, "DBT": 60.6, "EMDR": 18.9, "ECT": 3.5, "TMS": 1.7,
    "MD": 88.2, "SF": 86, "PI": 82.9, "SI": 59, "MI": 51.1, "SS": 38.7, "PA": 23.6,
    "CO": 55.6, "TRMA": 51, "PTSD": 49.2, "GL": 31.9, "DV": 14.7, "HV": 15.3, "MF": 16.5,
    "FPSY": 71.6, "CM": 70.6, "SPS": 69.3, "TCC": 50.7, "PEER": 39.8, "HS": 22.7, "IPC": 27.3,
    "ACT": 15.9, "SEMP": 19.7, "CIT": 46.9, "WI": 31.2, "AH": 58.8, "SP": 29.5,
}  # fmt: skip
OF_MENTAL_HEALTH_ADULTS = {
    "MC": 68.6, "SMI": 51.6, "TAY": 34.2, "SE": 32.3, "VET": 22.1, "ADM": 11.8,
}  # fmt: skip
CHILDREN_WITH_SED = 39.7

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Zip:
    """A ZIP code, its centroid, and its share of the town's population as a weight."""

    code: str
    city: str
    state: str
    latitude: float
    longitude: float
    weight: float


@dataclass(slots=True)
class Program:
    """A fictitious program under construction."""

    zip: Zip
    codes: set[str] = field(default_factory=set)
    name: str = ""
    program_name: str = ""
    street: str = ""
    phone: str = ""
    website: str = ""
    latitude: str = ""
    longitude: str = ""
    listed_as_of: dt.date = LISTED


class Chance:
    """Random numbers that are the same on every platform and Python: uses ``random()`` alone."""

    def __init__(self, seed: int) -> None:
        """Seed the generator."""
        self._random = random.Random(seed)

    def number(self) -> float:
        """Return a number from 0 to 1, without 1."""
        return self._random.random()

    def one(self, values: Sequence[T]) -> T:
        """Return one of the values, uniformly."""
        return values[int(self.number() * len(values))]

    def shuffled(self, values: Iterable[T]) -> list[T]:
        """Return the values shuffled."""
        keyed = [(self.number(), number, value) for number, value in enumerate(values)]
        return [value for *_, value in sorted(keyed, key=lambda row: row[:2])]

    def weighted(self, values: Sequence[T], weights: Sequence[float]) -> T:
        """Return one of the values, weighted."""
        left = self.number() * math.fsum(weights)
        for value, weight in zip(values, weights, strict=True):
            left -= weight
            if left < 0:
                return value
        return values[-1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file; with ``--check``, exit 1 where it is out of date."""
    parser = argparse.ArgumentParser(description="Makes seed_facilities.csv.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it differs")
    options = parser.parse_args(arguments)
    made = seed_csv()
    if not options.check:
        SEED_FILE.write_bytes(made)
        print(f"{SEED_FILE.name}: {len(made.splitlines()) - 1} programs, {len(made):,} bytes")
        return 0
    if SEED_FILE.is_file() and SEED_FILE.read_bytes() == made:
        return 0
    print(f"{SEED_FILE.name} is out of date. Run: python -m tools.make_seed", file=sys.stderr)
    return 1


def seed_csv() -> bytes:
    """Return the file's bytes."""
    programs = make_programs()
    place_in_vocabulary = {code: place for place, code in enumerate(SERVICES)}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in sorted(programs, key=lambda p: (p.zip.state, p.zip.city, p.name, p.program_name)):
        codes = sorted(each.codes, key=place_in_vocabulary.__getitem__)
        writer.writerow(
            (
                each.name,
                each.program_name,
                each.street,
                each.zip.city,
                each.zip.state,
                each.zip.code,
                each.phone,
                each.website,
                each.latitude,
                each.longitude,
                " ".join(codes),
                each.listed_as_of.isoformat(),
            )
        )
    return text.getvalue().encode()


def make_programs() -> list[Program]:
    """Return the programs in random order."""
    chance = Chance(FIXED_SEED)
    programs = chance.shuffled(Program(each) for each in choose_zips(chance))
    substance_use = programs[:SUBSTANCE_USE_PROGRAMS]
    mental_health = programs[SUBSTANCE_USE_PROGRAMS:]
    share_addresses(substance_use)
    give_substance_use_services(substance_use, chance)
    give_mental_health_services(mental_health, chance)
    for code, states in NATIVE_LANGUAGES.items():
        deal(code, 0, [p for p in programs if p.zip.state in states], chance)
        for each in programs:
            if code in each.codes:
                each.codes.add("NX")
    describe(programs, chance)
    return programs


# --- where ---------------------------------------------------------------------------------------


def choose_zips(chance: Chance) -> list[Zip]:
    """Return a ZIP code for each program, weighted by population."""
    by_state: dict[str, list[Zip]] = defaultdict(list)
    for each in read_zips():
        by_state[each.state].append(each)
    people = {code: math.fsum(z.weight for z in zips) for code, zips in by_state.items()}
    shared_out = SUBSTANCE_USE_PROGRAMS + MENTAL_HEALTH_PROGRAMS - LEAST_IN_A_STATE * len(people)
    counts = {code: LEAST_IN_A_STATE + n for code, n in apportion(people, shared_out).items()}
    return [
        chance.weighted(by_state[state], [z.weight for z in by_state[state]])
        for state, count in sorted(counts.items())
        for _ in range(count)
    ]


def read_zips() -> Iterator[Zip]:
    """Yield the ZIP codes of the states and territories that programs are placed in."""
    people: Counter[tuple[str, str]] = Counter()
    for name, state, _latitude, _longitude, population, aliases in read_table("places.tsv"):
        for each in (name, *filter(None, aliases.split("|"))):
            key = key_of_text(each), state
            people[key] = max(people[key], int(population))
    rows = [row for row in read_table("zips.tsv") if row[2] in AREA_CODES]
    zips_of_town = Counter((key_of_text(city), state) for _, city, state, *_ in rows)
    for code, city, state, latitude, longitude in rows:
        town = key_of_text(city), state
        weight = max(people[town], 300) / zips_of_town[town]
        yield Zip(code, city, state, float(latitude), float(longitude), weight)


def read_table(name: str) -> Iterator[list[str]]:
    """Yield the rows of one of the gazetteer's files."""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


def apportion(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """Apportion ``total`` by weight in whole numbers that add up to it."""
    exact = {key: total * weight / math.fsum(weights.values()) for key, weight in weights.items()}
    shares = {key: math.floor(value) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (shares[key] - exact[key], key))
    for key in by_remainder[: total - sum(shares.values())]:
        shares[key] += 1
    return shares


def share_addresses(programs: Sequence[Program]) -> None:
    """Bring two or three programs of each large state to one ZIP code, as wings of one address."""
    in_state: dict[str, list[Program]] = defaultdict(list)
    for each in programs:
        in_state[each.zip.state].append(each)
    by_size = sorted(in_state, key=lambda state: (-len(in_state[state]), state))
    for number, state in enumerate(by_size[:SHARED_ADDRESSES]):
        first, *others = in_state[state]
        for wing, each in zip(WINGS, (first, *others[: 1 + (number % 5 == 0)]), strict=False):
            each.zip = first.zip
            each.program_name = wing


# --- what ----------------------------------------------------------------------------------------


def deal(
    code: str, percent: float, among: Sequence[Program], chance: Chance, *, of: int | None = None
) -> None:
    """Give a code to so many percent of ``of`` programs (of ``among``), but to some at least."""
    holders = sum(code in each.codes for each in among)
    wanted = max(round(percent / 100 * (len(among) if of is None else of)), LEAST_WITH_A_CODE)
    without = [each for each in among if code not in each.codes]
    for each in chance.shuffled(without)[: max(0, wanted - holders)]:
        each.codes.add(code)


def deal_all(
    shares: Mapping[str, float],
    among: Sequence[Program],
    chance: Chance,
    *,
    of: int | None = None,
) -> None:
    """Assign every code of a table."""
    for code, percent in shares.items():
        deal(code, percent, among, chance, of=of)


def split(shares: Mapping[str, float], among: Sequence[Program], chance: Chance) -> None:
    """Give every program the codes of exactly one row of a table."""
    counts = apportion(shares, len(among))
    rows = [codes for codes, count in counts.items() for _ in range(count)]
    for each, codes in zip(chance.shuffled(among), rows, strict=True):
        each.codes.update(codes.split())


def having(programs: Sequence[Program], *codes: str) -> list[Program]:
    """Return the programs that hold one of the codes."""
    return [each for each in programs if not each.codes.isdisjoint(codes)]


def lacking(programs: Sequence[Program], *codes: str) -> list[Program]:
    """Return the programs that hold none of the codes."""
    return [each for each in programs if each.codes.isdisjoint(codes)]


def is_for_youth(codes: Collection[str]) -> bool:
    """Whether a program takes children and teens alone."""
    return "adolescents" in exclusive_to(codes)


def give_substance_use_services(programs: Sequence[Program], chance: Chance) -> None:
    """Give substance use programs their codes."""
    split(SETTINGS, programs, chance)
    split(AGES, programs, chance)
    adults = [each for each in programs if not is_for_youth(each.codes)]
    give_medication(programs, adults, chance)
    deal_all(OF_RESIDENTIAL, having(programs, "RES"), chance)
    deal_all(OF_OUTPATIENT, having(programs, "OP"), chance)
    deal_all(OF_HOSPITAL, having(programs, "HI"), chance)
    for each in having(programs, "OD", "HID"):
        each.codes.add("DT")
    deal("RD", RESIDENTIAL_DETOX_OF_BOTH, having(having(programs, "RES"), "DT"), chance)
    outpatient = having(programs, "OP")
    with_medication = having(outpatient, "BU", "MU", "NU")
    deal("OMB", OUTPATIENT_MEDICATION, with_medication, chance, of=len(outpatient))
    deal_all(OF_WITHDRAWAL_CARE, having(programs, "DT"), chance)
    give_groups(programs, adults, chance)
    split(OPERATORS, programs, chance)
    deal("NP", FREE, programs, chance)
    deal_all(OF_PAID, lacking(programs, "NP"), chance, of=len(programs))
    deal("MC", MEDICARE, lacking(adults, "NP"), chance, of=len(programs))
    deal_all({**OF_ALL, **UNASKED, **LANGUAGES}, programs, chance)
    deal("DUO", DUI_CLIENTS_ONLY, having(adults, "DU"), chance)
    for each in programs:
        if each.zip.state == "PR":
            each.codes.add("SP")
        forget_contradictions(each.codes)
    deal("SP", SPANISH, programs, chance)


def give_medication(programs: Sequence[Program], adults: Sequence[Program], chance: Chance) -> None:
    """Give programs what they say of medication; methadone comes with certification."""
    methadone = chance.shuffled(having(adults, "OP"))
    del methadone[round(METHADONE_SHARE / 100 * len(programs)) :]
    split(METHADONE, methadone, chance)
    split(OTHER_MEDICATION, lacking(programs, "MU"), chance)
    deal_all(OF_METHADONE, having(programs, "MU"), chance)
    deal_all(OF_BUPRENORPHINE, having(programs, "BU"), chance)
    deal_all(OF_NALTREXONE, having(programs, "NU"), chance)
    deal_all(OF_MEDICATION_FROM_ELSEWHERE, having(programs, "MOA"), chance)


def give_groups(programs: Sequence[Program], adults: Sequence[Program], chance: Chance) -> None:
    """Give programs the genders that they take and the groups that they are made for."""
    single = {"FEM": WOMEN_ONLY, "MALE": MEN_ONLY}
    for code, percent in single.items():
        count = percent / 100 * len(programs)
        for living_there, share in (
            (True, SINGLE_GENDER_LIVING_THERE),
            (False, 100 - SINGLE_GENDER_LIVING_THERE),
        ):
            free = [
                each
                for each in lacking(adults, *single, "MU")
                if ("RES" in each.codes) is living_there
            ]
            for each in chance.shuffled(free)[: round(count * share / 100)]:
                each.codes.update((code, "WN" if code == "FEM" else "MN"))
    unstated = chance.shuffled(lacking(programs, *single))
    for each in unstated[round(GENDERS_NOT_STATED / 100 * len(programs)) :]:
        each.codes.update(single)
    women = [each for each in adults if "FEM" in each.codes or "MALE" not in each.codes]
    men = [each for each in adults if "MALE" in each.codes or "FEM" not in each.codes]
    everyone = len(programs)
    deal("WN", WOMEN, women, chance, of=everyone)
    deal("PW", PREGNANT, women, chance, of=everyone)
    deal("MN", MEN, men, chance, of=everyone)
    deal("AD", ADOLESCENTS_WHERE_ACCEPTED, having(programs, "CHLD"), chance)
    deal("AD", ADOLESCENTS, programs, chance)
    deal_all(OF_ADULTS, adults, chance, of=everyone)


def forget_contradictions(codes: set[str]) -> None:
    """Remove codes that contradict another code of the program."""
    if codes & {"PMAT", "ACMA", "ADTX"}:
        codes -= {"NAUT"}
    if codes & {"PMAT", "NAUT"}:
        codes -= {"NMAUT"}
    if codes & {"NAUT", "OUDO"}:
        codes -= {"AUDO"}
    if "NOOP" in codes:
        codes -= {"ODTX"}
    if is_for_youth(codes):
        codes -= {"CCC", "MF"}


def give_mental_health_services(programs: Sequence[Program], chance: Chance) -> None:
    """Give mental health programs their codes."""
    split(MENTAL_HEALTH_SETTINGS, programs, chance)
    split(MENTAL_HEALTH_AGES, programs, chance)
    split(MENTAL_HEALTH_OPERATORS, programs, chance)
    deal_all({"MH": 100, **OF_MENTAL_HEALTH}, programs, chance)
    adults = having(programs, "ADLT")
    deal_all(OF_MENTAL_HEALTH_ADULTS, adults, chance, of=len(programs))
    deal("SED", CHILDREN_WITH_SED, having(programs, "CHLD"), chance, of=len(programs))
    for each in having(programs, "OP"):
        each.codes.add("OMH")
    for each in lacking(having(programs, "RES"), "OP"):
        each.codes.add("RTCA" if each.codes & {"ADLT", "SNR"} else "RTCC")
    for each in lacking(having(programs, "HI"), "OP"):
        each.codes.add("PSY")


# --- name, address, telephone --------------------------------------------------------------------


def describe(programs: Sequence[Program], chance: Chance) -> None:
    """Give every program its name, address and telephone number."""
    names = chance.shuffled(f"{colour} {thing}" for colour in COLOURS for thing in THINGS)
    numbers: Counter[tuple[int, ...]] = Counter()
    first_at: dict[tuple[str, str], Program] = {}
    for each, words in zip(programs, names, strict=False):
        state = each.zip.state
        area_codes = AREA_CODES[state]
        each.phone = phone(area_codes, numbers[area_codes])
        numbers[area_codes] += 1
        days = int(chance.number() * 300) if chance.number() < WITH_OLDER_LISTING else 0
        each.listed_as_of = LISTED - dt.timedelta(days=days)
        kind = kind_of(each.codes)
        if wing := each.program_name:
            each.program_name = f"{kind}, {wing}"
            kind = "Services"
            if (first := first_at.setdefault((state, each.zip.code), each)) is not each:
                each.name, each.street, each.website = first.name, first.street, first.website
                each.latitude, each.longitude = first.latitude, first.longitude
                continue
        elif chance.number() < WITH_PROGRAM_NAME:
            each.program_name = chance.one(OFFICES)
        each.name = f"{words} {kind} {SAMPLE_SUFFIX}"
        number = 100 + int(chance.number() * 9800)
        each.street = f"{number} {chance.one(DIRECTIONS)}Sample Street"
        if chance.number() < WITH_WEBSITE:
            each.website = f"https://example.org/{words.lower().replace(' ', '-')}"
        if chance.number() >= WITHOUT_COORDINATES:
            each.latitude, each.longitude = near(each.zip, chance)


def kind_of(codes: Collection[str]) -> str:
    """Return a program name that fits the codes."""
    if "MH" in codes:
        return "Youth Counseling Program" if "ADLT" not in codes else "Counseling Program"
    if is_for_youth(codes):
        return "Youth Program"
    if "MU" in codes:
        return "Opioid Treatment Program"
    if "HI" in codes:
        return "Hospital Program"
    if "RES" in codes:
        return "Treatment Program" if "OP" in codes else "Residential Program"
    return "Recovery Program" if "PEER" in codes else "Outpatient Program"


def phone(area_codes: Sequence[int], place: int) -> str:
    """Return the number at a place of the list of numbers kept for fiction, each once in it."""
    return f"({area_codes[place // 100]}) 555-01{place * 37 % 100:02}"


def near(zip_code: Zip, chance: Chance) -> tuple[str, str]:
    """Return latitude and longitude of a point around the middle of a ZIP code."""
    miles = JITTER_MILES * math.sqrt(chance.number())
    bearing = 2 * math.pi * chance.number()
    north = miles * math.cos(bearing) / MILES_A_DEGREE
    east = miles * math.sin(bearing) / MILES_A_DEGREE / math.cos(math.radians(zip_code.latitude))
    return f"{zip_code.latitude + north:.4f}", f"{zip_code.longitude + east:.4f}"


if __name__ == "__main__":
    sys.exit(main())
