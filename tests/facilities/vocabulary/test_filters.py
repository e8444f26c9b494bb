"""The table of filters: the facets and values that other programs rely on."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

import pytest

from finder.errors import FinderError
from finder.facilities.vocabulary.filters import (
    FACETS,
    FILTERS,
    FILTERS_FINGERPRINT,
    Option,
    UnknownFilter,
    facet,
    fingerprint_of,
    option,
)
from finder.facilities.vocabulary.labels import CATEGORIES, SERVICES

# The published interface: facet, then value=codes in the order in which they are offered.
PUBLISHED = {
    "setting": "inpatient=RES,HI residential=RES short-term-residential=RS "
    "long-term-residential=RL hospital=HI outpatient=OP intensive-outpatient=OIT "
    "partial-hospitalization=ODT,PHDT detox=DT overnight-detox=RD,HID outpatient-detox=OD "
    "recovery-housing=HH telehealth=TELE",
    "medication": "any=BU,MU,NU methadone=MU buprenorphine=BU naltrexone=NU alcohol=PMAT "
    "accepts=MOA,ACMA none=NMOA",
    "support": "self-help=SHG twelve-step=TWFA peer=PEER recovery-coach=RC",
    "therapy": "cbt=CBT contingency-management=CMI community-reinforcement=CRV matrix=MXM "
    "motivational=MOTI relapse-prevention=RELP trauma=TRC dbt=DBT family=CFT individual=IPT "
    "group=GT mindfulness=X-MBRP",
    "holistic": "acupuncture=ACU yoga=X-YOGA meditation=X-MEDITATION",
    "payment": "medicaid=MD medicare=MC private=PI military=MI state=SI sliding-fee=SS "
    "assistance=PA free=NP cash=SF ihs=ITU",
    "population": "women=WN pregnant=PW men=MN teens=AD young-adults=TAY seniors=SE lgbtq=GL "
    "veterans=VET active-duty=ADM military-families=MF justice-involved=CJ co-occurring=CO "
    "hiv=HV trauma=TRMA domestic-violence=DV",
    "age": "children=CHLD young-adults=YAD adults=ADLT seniors=SNR",
    "gender": "female=FEM male=MALE",
    "language": "spanish=SP asl=AH arabic=F4 chinese=F17 creole=F19 farsi=F25 french=F28 "
    "german=F30 greek=F31 hebrew=F35 hindi=F36 hmong=F37 italian=F42 japanese=F43 korean=F47 "
    "polish=F66 portuguese=F67 russian=F70 tagalog=F81 vietnamese=F92 ojibwa=N24 yupik=N40",
    "help": "transport=TA childcare=CCC housing=HS naloxone=NOE aftercare=ACC "
    "mental-health=MHS,SUMH,MH employment=EMP",
}

UNKIND = re.compile(
    r"\b(addict(?:s|ed|ive person)?|junk(?:ie|y)s?|abus(?:e|es|ed|er|ers)|alcoholics?|drunks?"
    r"|drug users?|habit|clean|dirty|sober living|substitution|non-?complian(?:t|ce)"
    r"|failed|rock bottom|suffer(?:s|ing)?|best|top|cures?|guarantee[ds]?|success)\b",
    re.IGNORECASE,
)
MESSAGES = [
    *(text for each in FILTERS for text in (each.label, each.help)),
    *(text for each in FILTERS for row in each.options for text in (row.label, row.help)),
    *(service.label for service in SERVICES.values()),
    *(category.label for category in CATEGORIES.values()),
]


def test_the_published_facets_and_values_are_offered_in_order() -> None:
    offered = {
        each.name: " ".join(f"{row.value}={','.join(row.codes)}" for row in each.options)
        for each in FILTERS
    }

    assert list(offered.items()) == list(PUBLISHED.items())


def test_every_code_of_a_filter_is_in_the_vocabulary() -> None:
    used = {code for each in FILTERS for row in each.options for code in row.codes + row.denied_by}

    assert used <= set(SERVICES)


def test_every_language_of_the_directory_is_offered() -> None:
    spoken = {code for code, service in SERVICES.items() if service.category == "OL"}

    assert spoken == {code for row in facet("language").options[2:] for code in row.codes}


@pytest.mark.parametrize("name", FACETS)
def test_labels_of_a_facet_differ(name: str) -> None:
    labels = Counter(row.label.casefold() for row in facet(name).options)

    assert max(labels.values()) == 1


def test_no_option_is_affirmed_and_denied_by_the_same_code() -> None:
    assert not [
        row for each in FILTERS for row in each.options if set(row.codes) & set(row.denied_by)
    ]


def test_wording_is_kind_and_promises_nothing() -> None:
    assert {text: found for text in MESSAGES if (found := UNKIND.findall(text))} == {}


@pytest.mark.parametrize(
    ("name", "value", "term"),
    [
        ("setting", "partial-hospitalization", "partial hospitalization"),
        ("therapy", "contingency-management", "contingency management"),
        ("therapy", "relapse-prevention", "relapse prevention"),
        ("payment", "sliding-fee", "sliding fee"),
        ("help", "aftercare", "aftercare"),
    ],
)
def test_plain_words_stand_with_the_official_term(name: str, value: str, term: str) -> None:
    assert option(name, value).label.endswith(f"({term})")


def test_what_is_akin_to_an_option_is_in_the_vocabulary_and_no_answer_to_it() -> None:
    for each in FILTERS:
        assert set(each.categories) <= set(CATEGORIES)
        for row in each.options:
            assert set(row.akin) <= set(SERVICES)
            assert set(row.akin).isdisjoint({*row.codes, *row.denied_by})


def test_help_is_one_plain_sentence_or_two() -> None:
    helps = [row.help for each in FILTERS for row in each.options if row.help]

    assert [text for text in helps if not text.endswith(".") or len(text.split()) > 20] == []


def test_only_a_language_needs_no_help() -> None:
    silent = {each.name for each in FILTERS for row in each.options if not row.help}

    assert silent == {"language"}
    assert all(each.help for each in FILTERS)


def test_six_facets_are_offered_at_once() -> None:
    prominent = [each.name for each in FILTERS if each.prominent]

    assert prominent == ["setting", "medication", "support", "therapy", "payment", "population"]


@pytest.mark.parametrize(
    ("value", "denied_by"),
    [
        ("any", {"NMOA", "NOOP"}),
        ("methadone", {"NMOA", "NOOP"}),
        ("buprenorphine", {"NMOA", "NOOP"}),
        ("naltrexone", {"NMOA", "NOOP"}),
        ("alcohol", {"NMAUT", "NAUT"}),
        ("accepts", set()),
        ("none", {"BU", "MU", "NU"}),
    ],
)
def test_medication_is_denied_only_by_codes_that_say_so(value: str, denied_by: set[str]) -> None:
    assert set(option("medication", value).denied_by) == denied_by


def test_an_option_is_found_by_facet_and_value() -> None:
    assert option("payment", "medicaid") == Option(
        "medicaid", "Medicaid", ("MD",), help="Public insurance for people with a low income."
    )


def test_an_unknown_facet_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownFilter, match=r"no filter 'cost'.*setting, medication"):
        facet("cost")


@pytest.mark.parametrize(("name", "value"), [("payment", "barter"), ("cost", "low")])
def test_an_unknown_value_is_refused(name: str, value: str) -> None:
    with pytest.raises(FinderError, match="Choose one of"):
        option(name, value)


def test_an_unknown_value_names_the_values_that_exist() -> None:
    with pytest.raises(UnknownFilter, match=r"'gender' has no value 'x'.*female, male"):
        option("gender", "x")


def test_the_fingerprint_follows_codes_and_not_wording() -> None:
    first = FILTERS[0]
    reworded = dataclasses.replace(first, label="Other words")
    recoded = dataclasses.replace(
        first, options=(dataclasses.replace(first.options[0], codes=("RES",)), *first.options[1:])
    )
    rest = FILTERS[1:]

    assert fingerprint_of((first, *rest)) == FILTERS_FINGERPRINT
    assert fingerprint_of((reworded, *rest)) == FILTERS_FINGERPRINT
    assert fingerprint_of((recoded, *rest)) != FILTERS_FINGERPRINT
