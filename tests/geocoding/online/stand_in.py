"""A server on this machine that plays online geocoders: their answers, and their faults.

The answers are written by hand in the shapes that Nominatim, Photon, Pelias, Google and the Census
Bureau document, with no more of the content than matters.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = Callable[[BaseHTTPRequestHandler], None]


class StandIn(ThreadingHTTPServer):
    """Answers every request as ``answer`` says, and keeps what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Answer = saying([])
        self.asked: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.agents: list[str] = []
        self.reached = threading.Event()
        """set with the first request, which may come after who made it has given up"""
        self.released = threading.Event()

    @property
    def domain(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.server.paths.append(url.path)
        self.server.asked.append({key: value[0] for key, value in parse_qs(url.query).items()})
        self.server.agents.append(self.headers["User-Agent"])
        self.server.reached.set()
        self.server.answer(self)

    def log_message(self, *arguments: object) -> None:
        """Stay quiet."""


def saying(document: Any) -> Answer:
    return _sending(200, json.dumps(document).encode())


def saying_text(text: bytes) -> Answer:
    return _sending(200, text)


def failing(status: int, **headers: str) -> Answer:
    return _sending(status, b'{"error": "echo: 150 n capitol"}', **headers)


def _sending(status: int, body: bytes, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json; charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hanging(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the test is over."""
    assert isinstance(handler.server, StandIn)
    handler.server.released.wait()


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte now and then, so that no time-out of a socket ever strikes."""
    assert isinstance(handler.server, StandIn)
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.server.released.wait(0.03):
        handler.wfile.write(b" ")


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    """Promise an answer and hang up in the middle of it."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'[{"place_id": 1')


def hung_up(handler: BaseHTTPRequestHandler) -> None:
    """Hang up without a word."""


def nominatim_place(**changes: Any) -> dict[str, Any]:
    return {
        "place_id": 308110137,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
        "osm_type": "way",
        "osm_id": 125446431,
        "lat": "43.6158012",
        "lon": "-116.2017348",
        "class": "amenity",
        "type": "townhall",
        "place_rank": 30,
        "importance": 0.000086,
        "addresstype": "amenity",
        "name": "",
        "display_name": "150, North Capitol Boulevard, Downtown, Boise, Ada County, Idaho, 83702,"
        " United States",
        "address": {
            "house_number": "150",
            "road": "North Capitol Boulevard",
            "city": "Boise",
            "county": "Ada County",
            "state": "Idaho",
            "ISO3166-2-lvl4": "US-ID",
            "postcode": "83702",
            "country": "United States",
            "country_code": "us",
        },
        "boundingbox": ["43.6154", "43.6162", "-116.2022", "-116.2012"],
        **changes,
    }


def photon_answer(**changes: Any) -> dict[str, Any]:
    properties = {
        "osm_type": "W",
        "osm_id": 125446431,
        "osm_key": "building",
        "osm_value": "yes",
        "type": "house",
        "housenumber": "150",
        "street": "North Capitol Boulevard",
        "postcode": "83702",
        "city": "Boise",
        "county": "Ada",
        "state": "Idaho",
        "country": "United States",
        "countrycode": "US",
        **changes,
    }
    geometry = {"type": "Point", "coordinates": [-116.2017348, 43.6158012]}
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    return {"type": "FeatureCollection", "features": [feature]}


def pelias_answer(**changes: Any) -> dict[str, Any]:
    properties = {
        "id": "us/id/ada:1",
        "layer": "address",
        "name": "150 North Capitol Boulevard",
        "confidence": 0.75,
        "country": "United States",
        "country_a": "USA",
        "region": "Idaho",
        "region_a": "ID",
        "label": "150 North Capitol Boulevard, Boise, ID, USA",
        **changes,
    }
    geometry = {"type": "Point", "coordinates": [-116.2017348, 43.6158012]}
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    return {"geocoding": {"version": "0.2"}, "type": "FeatureCollection", "features": [feature]}


def google_answer(*, kind: str = "street_address", country: str = "US") -> dict[str, Any]:
    def component(text: str, kind: str) -> dict[str, Any]:
        return {"long_name": text, "short_name": text, "types": [kind, "political"]}

    return {
        "status": "OK",
        "results": [
            {
                "address_components": [
                    component("Boise", "locality"),
                    component("ID", "administrative_area_level_1"),
                    component(country, "country"),
                ],
                "formatted_address": "150 N Capitol Blvd, Boise, ID 83702, USA",
                "geometry": {
                    "location": {"lat": 43.6158012, "lng": -116.2017348},
                    "location_type": "ROOFTOP",
                },
                "types": [kind],
            }
        ],
    }


def census_answer(*matches: dict[str, Any]) -> dict[str, Any]:
    benchmark = {
        "id": "4",
        "benchmarkName": "Public_AR_Current",
        "benchmarkDescription": "Public Address Ranges - Current Benchmark",
        "isDefault": True,
    }
    return {
        "result": {
            "input": {"address": {"address": "as it was asked"}, "benchmark": benchmark},
            "addressMatches": list(matches),
        }
    }


def census_match(**changes: Any) -> dict[str, Any]:
    return {
        "tigerLine": {"side": "L", "tigerLineId": "196510421"},
        "coordinates": {"x": -116.2017348, "y": 43.6158012},
        "addressComponents": {
            "zip": "83702",
            "streetName": "CAPITOL",
            "preDirection": "N",
            "city": "BOISE",
            "suffixType": "BLVD",
            "fromAddress": "100",
            "toAddress": "198",
            "state": "ID",
        },
        "matchedAddress": "150 N CAPITOL BLVD, BOISE, ID, 83702",
        **changes,
    }
