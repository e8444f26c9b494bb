"""The API as the contract tells it, held against its own OpenAPI description."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from sqlalchemy.orm import Session

from finder.facilities.vocabulary.filters import FILTERS
from tests.factories import add_facilities, add_facility


def get(client: FlaskClient, url: str, status: int = 200) -> Any:
    response = client.get(url)
    assert response.status_code == status, response.text
    expected = "application/json" if status < 400 else "application/problem+json"
    assert response.content_type == expected
    _require_described(client, url.partition("?")[0], status, response.json)
    return response.json


def _require_described(client: FlaskClient, path: str, status: int, document: Any) -> None:
    """Hold an answer against the schema that OpenAPI gives for it."""
    spec = client.get("/api/v1/openapi.json").json
    assert spec is not None
    name = "/api/v1/facilities/{facility_id}" if path.rpartition("/")[2].isdigit() else path
    if name not in spec["paths"]:
        return
    content = spec["paths"][name]["get"]["responses"][str(status)]["content"]
    [schema] = [each["schema"] for each in content.values()]
    Draft202012Validator({**schema, "components": spec["components"]}).validate(document)


def test_a_search_answers_all_that_the_contract_names(
    client: FlaskClient, session: Session
) -> None:
    facility = add_facility(session, service_codes="BU DT OP SA")
    answer = get(client, "/api/v1/facilities?near=Bend,+OR&medication=buprenorphine&radius=10")
    assert answer["origin"]["label"] == "Bend, OR"
    assert answer["origin"]["kind"] == "city"
    assert (answer["radius"], answer["total"], answer["page"], answer["pages"]) == (10, 1, 1, 1)
    [found] = answer["results"]
    assert found["id"] == facility
    assert found["distance_miles"] < 2
    assert found["match_reasons"] == ["Buprenorphine"]
    assert found["answers"]["medication"]["buprenorphine"] == "yes"
    assert found["answers"]["medication"]["methadone"] == "not-stated"
    assert {"code": "DT", "label": "Withdrawal care (detox)"}.items() <= found["services"][
        1
    ].items()
    assert answer["facets"]["setting"]["detox"] == 1
    assert answer["facet_answers"]["setting"]["detox"] == {"yes": 1, "no": 0, "not_stated": 0}


def test_all_of_a_facet_must_hold_where_that_is_asked_for(
    client: FlaskClient, session: Session
) -> None:
    both = add_facility(session, service_codes="SA RES WN PW", name="Both")
    add_facility(session, service_codes="SA RES WN", name="One")
    url = "/api/v1/facilities?near=Bend,+OR&population=women&population=pregnant"
    assert get(client, url)["total"] == 2
    answer = get(client, f"{url}&match_all=population")
    assert [found["id"] for found in answer["results"]] == [both]
    assert answer["facets"]["population"]["women"] == 1
    assert answer["facets"]["population"]["men"] == 0
    near_miss = get(client, f"{url}&match_all=population&unsaid=1")
    assert near_miss["total"] == 2
    assert near_miss["said_yes"] == 1
    assert near_miss["results"][1]["not_stated"] == ["Pregnant women and new mothers"]
    assert get(client, f"{url}&match_all=nope", 400)["errors"][0]["parameter"] == "match_all"


def test_a_bed_for_withdrawal_can_be_asked_for(client: FlaskClient, session: Session) -> None:
    for name, codes in {"Bed": "SA DT RD", "Ward": "SA DT HID", "Visits": "SA DT OD RES"}.items():
        add_facility(session, service_codes=codes, name=name)

    def names(values: str) -> list[str]:
        answer = get(client, f"/api/v1/facilities?near=Bend,+OR&{values}&sort=name")
        return [found["name"] for found in answer["results"]]

    assert names("setting=overnight-detox") == ["Bed", "Ward"]
    assert names("setting=outpatient-detox") == ["Visits"]
    assert names("setting=overnight-detox&setting=outpatient-detox") == ["Bed", "Visits", "Ward"]
    found = get(client, "/api/v1/facilities?near=inpatient+detox+in+Bend,+OR&interpret=1")
    assert found["total"] == 2


def test_words_beside_the_place_are_read_where_that_is_asked_for(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, service_codes="SA DT")
    add_facility(session, service_codes="SA OP")
    url = "/api/v1/facilities?near=best+detox+for+cocaine+in+Bend,+OR+tonight"
    answer = get(client, f"{url}&interpret=1")
    assert answer["total"] == 1
    assert answer["origin"]["label"] == "Bend, OR"
    assert answer["understood"] == [
        {"text": "detox", "parameter": "setting", "value": "detox"},
        {"text": "cocaine", "parameter": None, "value": "stimulants"},
        {"text": "tonight", "parameter": None, "value": "urgent"},
    ]
    assert answer["not_understood"] == ["best"]
    exact = get(client, "/api/v1/facilities?near=detox+in+Bend,+OR")
    assert exact["total"] == 2
    assert "understood" not in exact
    assert get(client, f"{url}&interpret=2", 400)["errors"][0]["parameter"] == "interpret"


def test_an_age_and_a_bare_code_beside_care_words_are_read(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, service_codes="SA DT")
    url = "/api/v1/facilities?interpret=1&near="
    answer = get(client, f"{url}16+year+old+Bend,+OR")
    assert answer["origin"]["kind"] == "city"
    assert answer["understood"] == [{"text": "16 year old", "parameter": "for_age", "value": "16"}]
    assert get(client, f"{url}detox+or")["origin"]["label"] == "Oregon"


def test_whom_one_searches_for_leaves_out_and_tells_how_many(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(session, {"service_codes": "FEM OP"}, {"service_codes": "OP"})
    answer = get(client, "/api/v1/facilities?near=97701&for_gender=male&for_age=40")
    assert answer["total"] == 1
    assert answer["left_out"] == {
        "men-only": 0,
        "women-only": 1,
        "adolescents-only": 0,
        "adults-only": 0,
        "not-substance-use": 0,
        "not-mental-health": 0,
    }


def test_answers_are_those_of_the_kind_that_is_asked_for_with_their_own_date(
    client: FlaskClient, session: Session
) -> None:
    _, both = add_facilities(
        session,
        {"service_codes": None, "mental_health_codes": "MH HI CHLD"},
        {
            "service_codes": "SA OP ADLT MD",
            "mental_health_codes": "MH HI CHLD",
            "answers_from": {
                "substance-use": {"payment": ["samhsa-directory-sa", None]},
                "mental-health": {
                    "": ["samhsa-directory-mh", "2022-05-19"],
                    "setting": ["operator", "2026-01-15"],
                },
            },
        },
    )
    url = "/api/v1/facilities?near=97701"
    answer = get(client, url)
    assert (answer["total"], answer["treats"]) == (1, "substance-use")
    assert answer["left_out"]["not-substance-use"] == 1
    [found] = answer["results"]
    assert found["treats"] == ["substance-use", "mental-health"]
    assert found["answers"]["age"]["children"] == "no" or found["exclusive_to"] == ["adults"]
    assert found["answers_as_of"] == {"payment": None}
    assert get(client, f"{url}&setting=hospital")["total"] == 0
    minds = get(client, f"{url}&treats=mental-health&setting=hospital")
    assert minds["total"] == 2
    assert minds["results"][1]["answers_as_of"] == {
        "age": "2022-05-19",
        "help": "2022-05-19",
    }
    everything = get(client, f"{url}&treats=all")
    assert [each["treats"][0] for each in everything["results"]] == [
        "mental-health",
        "substance-use",
    ]
    assert get(client, f"{url}&help=mental-health")["treats"] == "all"
    # So is the answer of one facility, by default for what it is here for.
    one = f"/api/v1/facilities/{both}"
    assert get(client, one)["answers"]["setting"]["hospital"] == "not-stated"
    assert get(client, f"{one}?treats=mental-health")["answers"]["setting"]["hospital"] == "yes"
    assert get(client, f"{one}?treats=x", 400)["errors"][0]["parameter"] == "treats"


def test_the_unsaid_fits_where_it_is_asked_for_and_is_marked(
    client: FlaskClient, session: Session
) -> None:
    add_facility(session, service_codes="OP")
    url = "/api/v1/facilities?near=97701&medication=methadone"
    assert get(client, url)["total"] == 0
    answer = get(client, f"{url}&unsaid=1")
    assert (answer["total"], answer["said_yes"]) == (1, 0)
    assert answer["results"][0]["not_stated"] == ["Methadone"]
    assert answer["results"][0]["match_reasons"] == []
    assert answer["facets"]["medication"]["methadone"] == 0


def test_what_is_preferred_comes_first_and_is_told(client: FlaskClient, session: Session) -> None:
    add_facilities(session, {"name": "A"}, {"name": "B", "service_codes": "PMAT"})
    answer = get(client, "/api/v1/facilities?near=97701&prefer=medication:alcohol")
    assert [each["name"] for each in answer["results"]] == ["B", "A"]
    met = [each["preferences_met"] for each in answer["results"]]
    assert met == [["Medication for alcohol use disorder"], []]


def test_a_name_that_no_program_has_offers_spellings(client: FlaskClient, session: Session) -> None:
    add_facilities(session, {"name": "Phoenix House"})
    assert get(client, "/api/v1/facilities?name=Phenix+Hse")["did_you_mean"] == ["phoenix hse"]
    found = get(client, "/api/v1/facilities?name=phoenix+hse")
    assert (found["total"], "did_you_mean" in found) == (1, False)


def test_what_programs_list_is_found_by_its_word_and_says_so(
    client: FlaskClient, session: Session
) -> None:
    add_facilities(session, {"name": "Alder", "service_codes": "OP KIT"}, {"name": "Birch"})
    found = get(client, "/api/v1/facilities?name=ketamine")
    assert found["offered"] == {
        "text": "ketamine",
        "labels": ["Ketamine infusion therapy"],
        "parameter": None,
        "values": [],
        "named": 0,
        "listed": 1,
        "included": True,
    }
    [alder] = found["results"]
    assert alder["match_reasons"] == ["Ketamine infusion therapy"]
    page = client.get("/search?name=ketamine").text
    assert "“ketamine” is something that programs list" in page
    assert "It is here because it lists:" in page
    assert "offered" not in get(client, "/api/v1/facilities?name=alder")


def test_every_facet_and_value_is_always_counted(client: FlaskClient) -> None:
    answer = get(client, "/api/v1/facilities?near=97701")
    expected = {facet.name: {o.value: 0 for o in facet.options} for facet in FILTERS}
    assert answer["facets"] == expected


def test_a_place_that_is_not_known_has_no_origin_and_offers_spellings(client: FlaskClient) -> None:
    answer = get(client, "/api/v1/facilities?near=Zzyqqx")
    assert answer["origin"] is None
    assert answer["total"] == 0
    assert isinstance(answer["did_you_mean"], list)


def test_any_distance_is_answered_as_it_was_asked(client: FlaskClient) -> None:
    assert get(client, "/api/v1/facilities?near=97701&radius=any")["radius"] == "any"


def test_coordinates_win_over_near(client: FlaskClient) -> None:
    origin = get(client, "/api/v1/facilities?near=home&lat=44.05&lon=-121.3")["origin"]
    assert origin == {
        "label": "home",
        "kind": "coordinates",
        "lat": 44.05,
        "lon": -121.3,
        "nearest": "Bend, OR",
        "alternatives": [],
    }


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "near"),
        ("radius=-1&near=Bend", "radius"),
        ("page=0&near=Bend", "page"),
        ("lat=91&lon=0", "lat"),
        ("setting=hotel", "setting"),
        ("colour=red&near=Bend", "colour"),
        ("near=" + "x" * 10_000, "near"),
        ("near=Bend&sort=%00", "sort"),
    ],
)
def test_what_is_wrong_is_a_problem_that_names_the_parameter(
    client: FlaskClient, query: str, parameter: str
) -> None:
    problem = get(client, f"/api/v1/facilities?{query}", 400)
    assert [error["parameter"] for error in problem["errors"]] == [parameter]
    assert problem["status"] == 400


@pytest.mark.parametrize("parameter", ["near", "name", "lat", "page", "radius", "setting", "q"])
def test_no_text_makes_more_than_a_problem(client: FlaskClient, parameter: str) -> None:
    for bad in ("%00", "%ff%fe", "%ed%a0%80", "'%3B--", "%3Cscript%3E"):
        for path in ("facilities", "places"):
            assert client.get(f"/api/v1/{path}?{parameter}={bad}").status_code in (200, 400)


def test_one_facility_is_read_by_its_id(client: FlaskClient, session: Session) -> None:
    facility = add_facility(session, status="closed", unknown_labels=["Sailing"])
    document = get(client, f"/api/v1/facilities/{facility}")
    assert document["status"] == "closed"
    assert document["unknown_services"] == ["Sailing"]
    assert document["distance_miles"] is None


@pytest.mark.parametrize("facility", ["99", str(2**31), "9" * 40])
def test_a_facility_that_is_not_there_is_a_problem(client: FlaskClient, facility: str) -> None:
    assert get(client, f"/api/v1/facilities/{facility}", 404)["title"] == "Not Found"


def test_samples_go_when_real_facilities_come(client: FlaskClient, session: Session) -> None:
    sample = add_facility(session, is_sample=True, source="sample")
    assert get(client, f"/api/v1/facilities/{sample}")["is_sample"] is True
    add_facilities(session, {})
    get(client, f"/api/v1/facilities/{sample}", 404)


def test_places_come_best_first_or_with_spellings(client: FlaskClient) -> None:
    places = get(client, "/api/v1/places?q=Springfield")["places"]
    assert 1 < len(places) <= 10
    assert places[0]["kind"] == "city"
    nothing = get(client, "/api/v1/places?q=Zzyqqx")
    assert nothing["places"] == []
    assert "did_you_mean" in nothing


@pytest.mark.parametrize("query", ["", "q=", "q=a&q=b", "q=a&near=b", "q=" + "x" * 201])
def test_places_want_one_question(client: FlaskClient, query: str) -> None:
    get(client, f"/api/v1/places?{query}", 400)


def test_places_are_completed_while_they_are_typed(client: FlaskClient) -> None:
    suggested = get(client, "/api/v1/places?mode=suggest&q=philad")["places"]
    assert suggested[0]["label"] == "Philadelphia, PA"
    assert get(client, "/api/v1/places?mode=suggest&q=zzyqqx")["places"] == []
    assert get(client, "/api/v1/places?mode=guess&q=phil", 400)["errors"][0]["parameter"] == "mode"
    cached = client.get("/api/v1/places?mode=suggest&q=ph").headers["Cache-Control"]
    assert cached == "private, max-age=300"


def test_all_filters_are_listed_with_labels_and_codes(client: FlaskClient) -> None:
    facets = get(client, "/api/v1/filters")["filters"]
    assert [facet["name"] for facet in facets] == [facet.name for facet in FILTERS]
    assert facets[0]["values"][0]["codes"] == ["RES", "HI"]


def test_openapi_names_every_filter_value(client: FlaskClient) -> None:
    spec = client.get("/api/v1/openapi.json").json
    assert spec is not None
    assert spec["openapi"].startswith("3.1")
    parameters = spec["paths"]["/api/v1/facilities"]["get"]["parameters"]
    described = {p["name"]: p["schema"] for p in parameters}
    for facet in FILTERS:
        assert described[facet.name]["items"]["enum"] == [o.value for o in facet.options]


def test_what_is_not_there_and_what_may_not_be_done_are_problems(client: FlaskClient) -> None:
    get(client, "/api/v1/nothing", 404)
    response = client.post("/api/v1/facilities")
    assert (response.status_code, response.content_type) == (405, "application/problem+json")
    assert "GET" in response.headers["Allow"]
