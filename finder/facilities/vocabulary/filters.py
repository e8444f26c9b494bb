"""Registry of filters: facets and their options, read by form, search, API and docs.

To add a filter value, add one row to `FILTERS`. This module knows codes and wording; it must not
know how a search runs or where facilities are kept.

An option is answered *yes* by any of its `codes`, and *no* by any of its `denied_by`, codes with
which a program says the contrary. Where both stand, the yes counts. Everything else is not stated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from finder.errors import FinderError
from finder.translatable import N_


class UnknownFilter(FinderError, LookupError):
    """A facet or a value was asked for that does not exist; the message lists what does."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet; `label` and `help` are message ids, to be translated when shown.

    A label is plain words, with the official term in brackets where that is another.
    """

    value: str
    label: str
    codes: tuple[str, ...]
    denied_by: tuple[str, ...] = ()
    help: str = ""
    is_negative: bool = False
    """its yes means that a program does not do something; its no is shown by other options"""
    akin: tuple[str, ...] = ()
    """related codes that are no yes: a page shows them in place of *not stated*"""


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of options, joined by OR unless a search asks for all of them (``match_all``).

    A `prominent` one is offered without unfolding the form.
    """

    name: str
    label: str
    options: tuple[Option, ...]
    help: str = ""
    prominent: bool = False
    categories: tuple[str, ...] = ()
    """of service codes: a listing with a code of them does not leave this facet unstated"""
    all_needed: bool = False
    """whether its values are what a person is or needs at once: on pages each chosen one must hold"""


# NMOA: does not use medication for opioid use disorder; NOOP: does not treat that disorder.
_NO_OPIOID_MEDICATION = ("NMOA", "NOOP")
# NMAUT: does not use medication for alcohol use disorder; NAUT: does not treat that disorder.
_NO_ALCOHOL_MEDICATION = ("NMAUT", "NAUT")

# One row an option, so that the table reads as one.
# fmt: off
FILTERS: tuple[Facet, ...] = (
    Facet("setting", N_("Type of care"), (
        Option("inpatient", N_("Stay overnight (residential or hospital)"), ("RES", "HI"), help=N_("You stay day and night, in a residential program or in a hospital (often called inpatient).")),
        Option("residential", N_("Live at the program (residential)"), ("RES",), help=N_("You live at the program and get care there day and night.")),
        Option("short-term-residential", N_("Short-term residential"), ("RS",), help=N_("You live at the program for 30 days or less.")),
        Option("long-term-residential", N_("Long-term residential"), ("RL",), help=N_("You live at the program for more than 30 days.")),
        Option("hospital", N_("Hospital stay"), ("HI",), help=N_("You stay in a hospital (hospital inpatient).")),
        Option("outpatient", N_("Visit from home (outpatient)"), ("OP",), help=N_("You live at home and come for visits.")),
        Option("intensive-outpatient", N_("Several visits a week (intensive outpatient)"), ("OIT",), help=N_("You live at home and come for several hours on several days a week (IOP).")),
        Option("partial-hospitalization", N_("Day treatment (partial hospitalization)"), ("ODT", "PHDT"), help=N_("You spend most of the day at the program and the night at home.")),
        Option("detox", N_("Withdrawal care (detox)"), ("DT",), help=N_("Care to stop safely (detoxification); it is a first step, and treatment follows it.")),
        Option("overnight-detox", N_("Withdrawal care with a bed (overnight detox)"), ("RD", "HID"), help=N_("You stay day and night while you stop safely, at a residential program or in a hospital.")),
        Option("outpatient-detox", N_("Withdrawal care from home (outpatient detox)"), ("OD",), help=N_("You live at home while you stop; a doctor must say whether that is safe for you.")),
        Option("recovery-housing", N_("Recovery housing"), ("HH",), help=N_("A shared home without alcohol or drugs (transitional housing, halfway house or sober home).")),
        Option("telehealth", N_("By phone or video (telehealth)"), ("TELE",), help=N_("You can get some care by phone or video.")),
    ), help=N_("Where you get care, and how much of your day it takes."), prominent=True, categories=("SET",)),
    Facet("medication", N_("Medication"), (
        Option("any", N_("Any medication for opioid use disorder"), ("BU", "MU", "NU"), _NO_OPIOID_MEDICATION, N_("The program itself provides methadone, buprenorphine or naltrexone (MOUD, also called MAT).")),
        Option("methadone", N_("Methadone"), ("MU",), _NO_OPIOID_MEDICATION, N_("The program uses methadone in treatment.")),
        Option("buprenorphine", N_("Buprenorphine"), ("BU",), _NO_OPIOID_MEDICATION, N_("The program uses buprenorphine in treatment (one brand is Suboxone).")),
        Option("naltrexone", N_("Naltrexone for opioid use disorder"), ("NU",), _NO_OPIOID_MEDICATION, N_("The program uses naltrexone in treatment (one brand is Vivitrol).")),
        Option("alcohol", N_("Medication for alcohol use disorder"), ("PMAT",), _NO_ALCOHOL_MEDICATION, N_("The program prescribes or gives medication for alcohol use disorder.")),
        Option("accepts", N_("Accepts people who take medication from elsewhere"), ("MOA", "ACMA"), help=N_("You can keep taking medication that someone else prescribes, for opioid or alcohol use disorder.")),
        Option("none", N_("Uses no medication for opioid use disorder"), ("NMOA",), ("BU", "MU", "NU"), N_("The program says that it does not use medication for opioid use disorder (MOUD, also called MAT)."), is_negative=True),
    ), help=N_("Medication that the program provides or accepts. None is approved for cocaine use disorder."), prominent=True, categories=("OM", "AUT", "OT", "PHR")),
    Facet("support", N_("Support from peers"), (
        Option("self-help", N_("Support groups"), ("SHG",), help=N_("People with the same experience help each other (self-help groups).")),
        Option("twelve-step", N_("12-step groups"), ("TWFA",), help=N_("Staff help you take part in a 12-step group (12-step facilitation).")),
        Option("peer", N_("Peer support"), ("PEER",), help=N_("Someone who has been there supports you (mentoring or peer support).")),
        Option("recovery-coach", N_("Recovery coach"), ("RC",), help=N_("A coach helps you plan your recovery.")),
    ), help=N_("Help from people who know recovery from their own life."), prominent=True),
    Facet("therapy", N_("Therapy"), (
        Option("cbt", N_("Cognitive behavioral therapy (CBT)"), ("CBT",), help=N_("You learn to change thoughts and habits that lead to use.")),
        Option("contingency-management", N_("Rewards for meeting goals (contingency management)"), ("CMI",), help=N_("You earn rewards when you meet your goals.")),
        Option("community-reinforcement", N_("Community reinforcement with vouchers"), ("CRV",), help=N_("You build a life that supports you and earn vouchers (community reinforcement approach).")),
        Option("matrix", N_("Matrix Model"), ("MXM",), help=N_("A set program of groups, family sessions and testing, made for stimulant use.")),
        Option("motivational", N_("Motivational interviewing"), ("MOTI",), help=N_("You talk to find your own reasons to change.")),
        Option("relapse-prevention", N_("Planning for triggers (relapse prevention)"), ("RELP",), help=N_("You plan for the moments that could lead back to use.")),
        Option("trauma", N_("Trauma counseling"), ("TRC",), help=N_("Counseling after violence, loss or other trauma (trauma-related counseling).")),
        Option("dbt", N_("Dialectical behavior therapy (DBT)"), ("DBT",), help=N_("You learn skills to handle strong feelings; only mental health programs are asked about it.")),
        Option("family", N_("Couples or family therapy"), ("CFT",), help=N_("Therapy with your partner or family; only mental health programs are asked about it."), akin=("FCO", "MCO")),
        Option("individual", N_("One-on-one therapy"), ("IPT",), help=N_("Individual psychotherapy; only mental health programs are asked about it."), akin=("ICO",)),
        Option("group", N_("Group therapy"), ("GT",), help=N_("Therapy together with others; only mental health programs are asked about it."), akin=("GCO",)),
        Option("mindfulness", N_("Mindfulness-based relapse prevention"), ("X-MBRP",), help=N_("Mindfulness practice to notice and handle urges; the national directory does not ask about it.")),
    ), help=N_("Ways of working with you on change."), prominent=True, categories=("TAP",)),
    Facet("holistic", N_("Added approaches"), (
        Option("acupuncture", N_("Acupuncture"), ("ACU",), help=N_("Thin needles are used as an addition to treatment.")),
        Option("yoga", N_("Yoga"), ("X-YOGA",), help=N_("Yoga as an addition to treatment; the national directory does not ask about it.")),
        Option("meditation", N_("Meditation"), ("X-MEDITATION",), help=N_("Meditation as an addition to treatment; the national directory does not ask about it.")),
    ), help=N_("Some people find these calming. They add to treatment and do not take its place.")),
    Facet("payment", N_("Ways to pay"), (
        Option("medicaid", N_("Medicaid"), ("MD",), help=N_("Public insurance for people with a low income.")),
        Option("medicare", N_("Medicare"), ("MC",), help=N_("Public insurance for people who are 65 or older or have a disability.")),
        Option("private", N_("Private insurance"), ("PI",), help=N_("A plan that you or a job pays for (private health insurance); ask if yours is in network.")),
        Option("military", N_("Military insurance"), ("MI",), help=N_("Federal military insurance, such as TRICARE.")),
        Option("state", N_("State insurance plan"), ("SI",), help=N_("A state-financed health insurance plan other than Medicaid.")),
        Option("sliding-fee", N_("Price based on your income (sliding fee)"), ("SS",), help=N_("What you pay depends on your income and other factors (sliding fee scale).")),
        Option("assistance", N_("Help with the cost"), ("PA",), help=N_("The program offers payment assistance; ask it for details.")),
        Option("free", N_("Free of charge"), ("NP",), help=N_("The program asks nobody for money (no payment accepted).")),
        Option("cash", N_("Paying yourself (cash)"), ("SF",), help=N_("You can pay without insurance (cash or self-payment).")),
        Option("ihs", N_("Indian Health Service funds"), ("ITU",), help=N_("Funds of the Indian Health Service, Tribes and Urban Indian programs (ITU).")),
    ), help=N_("What the program accepts. Only your plan can say what it covers."), prominent=True, categories=("PAY", "PYAS")),
    Facet("population", N_("Programs made for"), (
        Option("women", N_("Women"), ("WN",), help=N_("It has a program or group for adult women.")),
        Option("pregnant", N_("Pregnant women and new mothers"), ("PW",), help=N_("It has a program or group for pregnant or postpartum women.")),
        Option("men", N_("Men"), ("MN",), help=N_("It has a program or group for adult men.")),
        Option("teens", N_("Teens"), ("AD",), help=N_("It has a program or group for adolescents.")),
        Option("young-adults", N_("Young adults"), ("TAY",), help=N_("It has a program or group for young adults.")),
        Option("seniors", N_("Older adults"), ("SE",), help=N_("It has a program or group for seniors or older adults.")),
        Option("lgbtq", N_("LGBTQ people"), ("GL",), help=N_("It has a program or group for LGBTQ people; newer lists no longer say.")),
        Option("veterans", N_("Veterans"), ("VET",), help=N_("It has a program or group for veterans.")),
        Option("active-duty", N_("Active duty military"), ("ADM",), help=N_("It has a program or group for people on active duty.")),
        Option("military-families", N_("Military families"), ("MF",), help=N_("It has a program or group for members of military families.")),
        Option("justice-involved", N_("People with a court case or conviction"), ("CJ",), help=N_("It has a program or group for people referred by courts (criminal justice clients).")),
        Option("co-occurring", N_("People with mental health conditions too (co-occurring)"), ("CO",), help=N_("It has a program or group for co-occurring mental health and substance use disorders.")),
        Option("hiv", N_("People with HIV or AIDS"), ("HV",), help=N_("It has a program or group for people with HIV or AIDS.")),
        Option("trauma", N_("People who have lived through trauma"), ("TRMA",), help=N_("It has a program or group for people who have experienced trauma.")),
        Option("domestic-violence", N_("People who have lived through domestic violence"), ("DV",), help=N_("It has a program or group for people hurt by a partner or family member.")),
    ), help=N_("It has a program or group of its own for these people; most accept others too."), prominent=True, categories=("SG",), all_needed=True),
    Facet("age", N_("Ages accepted"), (
        Option("children", N_("Children and teens"), ("CHLD",), help=N_("It accepts children or adolescents.")),
        Option("young-adults", N_("Young adults (18 to 25)"), ("YAD",), help=N_("It accepts people from 18 to 25 years.")),
        Option("adults", N_("Adults (26 to 64)"), ("ADLT",), help=N_("It accepts people from 26 to 64 years.")),
        Option("seniors", N_("Older adults (65 and up)"), ("SNR",), help=N_("It accepts people of 65 years and older (seniors).")),
    ), help=N_("Ages that the program says it accepts; many programs do not list them all.")),
    # Both are ticked by a program that takes both, so one alone says no to the other.
    Facet("gender", N_("Genders accepted"), (
        Option("female", N_("Women and girls"), ("FEM",), ("MALE",), N_("It accepts female clients.")),
        Option("male", N_("Men and boys"), ("MALE",), ("FEM",), N_("It accepts male clients.")),
    ), help=N_("Whom the program accepts.")),
    Facet("language", N_("Languages"), (
        Option("spanish", N_("Spanish"), ("SP",), help=N_("Staff give care in Spanish.")),
        Option("asl", N_("Sign language"), ("AH",), help=N_("There are sign language services for people who are deaf or hard of hearing.")),
        Option("arabic", N_("Arabic"), ("F4",)),
        Option("chinese", N_("Chinese"), ("F17",), help=N_("Staff give care in at least one Chinese language.")),
        Option("creole", N_("Creole"), ("F19",)),
        Option("farsi", N_("Farsi"), ("F25",)),
        Option("french", N_("French"), ("F28",)),
        Option("german", N_("German"), ("F30",)),
        Option("greek", N_("Greek"), ("F31",)),
        Option("hebrew", N_("Hebrew"), ("F35",)),
        Option("hindi", N_("Hindi"), ("F36",)),
        Option("hmong", N_("Hmong"), ("F37",)),
        Option("italian", N_("Italian"), ("F42",)),
        Option("japanese", N_("Japanese"), ("F43",)),
        Option("korean", N_("Korean"), ("F47",)),
        Option("polish", N_("Polish"), ("F66",)),
        Option("portuguese", N_("Portuguese"), ("F67",)),
        Option("russian", N_("Russian"), ("F70",)),
        Option("tagalog", N_("Tagalog"), ("F81",)),
        Option("vietnamese", N_("Vietnamese"), ("F92",)),
        Option("ojibwa", N_("Ojibwa"), ("N24",)),
        Option("yupik", N_("Yupik"), ("N40",)),
    ), help=N_("Languages in which staff give care."), categories=("SL", "OL")),
    Facet("help", N_("Practical help"), (
        Option("transport", N_("Help getting there"), ("TA",), help=N_("The program helps with rides (transportation assistance).")),
        Option("childcare", N_("Child care"), ("CCC",), help=N_("Your children are looked after while you are in treatment.")),
        Option("housing", N_("Help finding housing"), ("HS",), help=N_("Staff help you find or keep a place to live (housing services).")),
        Option("naloxone", N_("Naloxone and overdose training"), ("NOE",), help=N_("You learn to prevent and reverse an opioid overdose (naloxone and overdose education).")),
        Option("aftercare", N_("Care after treatment (aftercare)"), ("ACC",), help=N_("Support goes on after the program ends (continuing care).")),
        Option("mental-health", N_("Mental health care"), ("MHS", "SUMH", "MH"), help=N_("The program also treats mental health conditions (mental health services).")),
        Option("employment", N_("Help with work"), ("EMP",), help=N_("Counseling or training for finding a job (employment counseling or training).")),
    ), help=N_("What makes it easier to come, stay and go on."), all_needed=True),
)
# fmt: on

CONCERN_WITHDRAWAL = (
    ("setting", "detox"),
    ("setting", "overnight-detox"),
    ("setting", "outpatient-detox"),
    ("medication", "alcohol"),
)
"""Filter values chosen by people who may stop alcohol or sedatives, which is deadly alone."""

CONCERN_MENTAL_HEALTH = (("help", "mental-health"), ("population", "co-occurring"))
"""Filter values that ask for mental health care, too."""

FACETS: Mapping[str, Facet] = MappingProxyType({each.name: each for each in FILTERS})
_OPTIONS = {(each.name, option.value): option for each in FILTERS for option in each.options}


def facet(name: str) -> Facet:
    """Return the facet of that name; `UnknownFilter` where there is none."""
    found = FACETS.get(name)
    if found is None:
        message = f"There is no filter {name!r}. Choose one of: {', '.join(FACETS)}."
        raise UnknownFilter(message)
    return found


def option(facet_name: str, value: str) -> Option:
    """Return one option of one facet; `UnknownFilter` where either does not exist."""
    found = _OPTIONS.get((facet_name, value))
    if found is None:
        choices = ", ".join(each.value for each in facet(facet_name).options)
        message = f"{facet_name!r} has no value {value!r}. Choose one of: {choices}."
        raise UnknownFilter(message)
    return found


def fingerprint_of(filters: tuple[Facet, ...]) -> str:
    """Return a SHA-256 in hex over names, values and codes; wording does not change it."""
    rows = [
        (each.name, option.value, option.codes, option.denied_by)
        for each in filters
        for option in each.options
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


FILTERS_FINGERPRINT: str = fingerprint_of(FILTERS)
