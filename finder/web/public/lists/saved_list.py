"""``/list``, ``/list/print`` and ``/compare``: a saved list of facilities, kept in its URL alone.

The server stores no list and sets no cookie. Where JavaScript runs, ``static/list.js`` keeps the
same ids on the device.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

import segno
from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from finder.extensions import db
from finder.facilities.listings import (
    LONGEST_LIST,
    MOST,
    CannotCompare,
    FacilityView,
    compare_facilities,
    name_tells,
    read_list,
)
from finder.facilities.vocabulary import FILTERS, Answer, Facet, Option
from finder.web.facility_ids import parse_facility_id
from finder.web.list_parameter import PARAMETER, list_value, referring_search_url

blueprint = Blueprint("saved_list", __name__)

_MAIN_FACETS = ("setting", "medication", "payment", "language")


@blueprint.get("/list")
def page() -> str:
    """Show the list in the URL's order, with links to share, print and compare it."""
    ids, unread = _ids()
    found = read_list(db.session, ids)
    address = _address(found.ids)
    return render_template(
        "public/lists/list.html",
        listed=found,
        unread=unread,
        too_many=len(ids) > LONGEST_LIST,
        longest=LONGEST_LIST,
        most=MOST,
        forgotten="forgotten" in request.args,
        address=address,
        search_on=referring_search_url(found.ids),
        search_anew=f"{url_for('search.home')}?{PARAMETER}={list_value(found.ids)}",
        without={each: _path([i for i in found.ids if i != each]) for each in found.ids},
        print_url=url_for("saved_list.hand_out") + "?" + _query(found.ids),
        send=_send(found.facilities, address) if found.facilities else None,
    )


@blueprint.get("/list/print")
def hand_out() -> str:
    """Show the printable list; a discreet one does not say what it is for."""
    ids, _ = _ids()
    found = read_list(db.session, ids)
    return render_template(
        "public/lists/hand_out.html",
        listed=found,
        said={facility.id: _main_answers(facility) for facility in found.facilities},
        discreet=request.args.get("discreet") == "1",
        name_tells=name_tells,
        list_url=_path(ids),
    )


@blueprint.get("/compare")
def compare() -> str | tuple[str, int]:
    """Show two to four facilities side by side; 400 where they cannot be compared."""
    ids, _ = _ids()
    try:
        comparison = compare_facilities(db.session, ids)
    except CannotCompare as error:
        body = render_template(
            "public/lists/cannot_compare.html",
            message=gettext(error.message),
            gone=error.gone,
            list_url=_path(ids),
        )
        return body, 400
    return render_template("public/lists/compare.html", comparison=comparison, list_url=_path(ids))


def _main_answers(facility: FacilityView) -> list[tuple[Facet, list[Option]]]:
    """Return the options of the main facets that a facility answers yes to."""
    given = facility.answers
    said = [
        (facet, [o for o in facet.options if given[facet.name][o.value] == Answer.YES])
        for facet in FILTERS
        if facet.name in _MAIN_FACETS
    ]
    return [(facet, options) for facet, options in said if options]


def _ids() -> tuple[list[int], list[str]]:
    """Return the URL's unique ids in order, and the values that are no ids."""
    ids: dict[int, None] = {}
    unread = []
    for given in request.args.getlist("id"):
        number = parse_facility_id(given)
        if number is not None:
            ids[number] = None
        elif given.strip():
            unread.append(given.strip()[:80])
    return list(ids), unread


def _query(ids: Sequence[int]) -> str:
    return urlencode([("id", each) for each in ids])


def _path(ids: Sequence[int]) -> str:
    path = url_for("saved_list.page")
    return f"{path}?{_query(ids)}" if ids else path


def _address(ids: Sequence[int]) -> str:
    return request.url_root.rstrip("/") + _path(ids)


def _send(facilities: Sequence[FacilityView], address: str) -> dict[str, str]:
    """Return ``sms:`` and ``mailto:`` URLs with the list, and a QR code of its URL.

    The recipient is chosen on the device and never reaches this server.
    """
    subject = gettext("My list")
    parts = [subject]
    for facility in facilities:
        place = f"{facility.city}, {facility.state} {facility.postal_code}".strip(" ,")
        lines = (
            facility.name,
            gettext("Sample: do not call.") if facility.is_sample else facility.phone,
            ", ".join(each for each in (facility.street, facility.street2, place) if each),
        )
        parts.append("\n".join(line for line in lines if line))
    body = quote("\n\n".join([*parts, address]), safe="")
    return {
        "sms": f"sms:?&body={body}",
        "mail": f"mailto:?subject={quote(subject, safe='')}&body={body}",
        "qr": qr_of(address),
    }


def qr_of(address: str) -> str:
    """Return a URL's QR code as an SVG in a ``data:`` URL, dark on white."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_data_uri(scale=5, dark="#000", light="#fff", border=4)
