"""Every route of the application, and whom it answers how: a new route needs a row here."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from finder.extensions import db, services
from finder.intake.corrections import ReportSubmission, list_reports, submit_report
from finder.intake.models import Inquiry
from tests.factories import add_facility
from tests.intake.making import RING, submit
from tests.web.staff.signing import Person, signed_in

pytestmark = pytest.mark.slow

WHO = ("anonymous", "viewer", "triage", "manager", "admin", "colleague")
"""a colleague: a manager who works for another facility than the inquiry is for"""


@dataclass(frozen=True, slots=True)
class Row:
    """What a route answers each of ``WHO`` with, and the form that is sent to it."""

    answers: tuple[int, ...]
    form: tuple[tuple[str, str], ...] = ()


def row(*answers: int, **form: str) -> Row:
    return Row(answers, tuple(form.items()))


# Whoever is signed out and typed something gets it back, and not the page to sign in.
ROUTES: dict[tuple[str, str], Row] = {
    #                                                  anon viewer triage manager admin colleague
    ("GET", "/staff/"): row(303, 303, 303, 303, 303, 303),
    ("GET", "/staff/sign-in"): row(200, 200, 200, 200, 200, 200),
    ("POST", "/staff/sign-in"): row(400, 400, 400, 400, 400, 400),
    ("GET", "/staff/start"): row(200, 200, 200, 200, 200, 200),
    ("POST", "/staff/start"): row(400, 400, 400, 400, 400, 400),
    ("GET", "/staff/second-factor"): row(303, 303, 303, 303, 303, 303),
    ("POST", "/staff/second-factor"): row(303, 303, 303, 303, 303, 303),
    ("POST", "/staff/second-factor/challenge"): row(303, 303, 303, 303, 303, 303),
    ("POST", "/staff/second-factor/passkey"): row(303, 303, 303, 303, 303, 303),
    ("GET", "/staff/set-up"): row(303, 303, 303, 303, 303, 303),
    ("POST", "/staff/set-up"): row(303, 303, 303, 303, 303, 303),
    ("GET", "/staff/set-up/code.svg"): row(303, 303, 303, 303, 303, 303),
    ("POST", "/staff/set-up/challenge"): row(303, 303, 303, 303, 303, 303),
    ("POST", "/staff/set-up/passkey"): row(303, 303, 303, 303, 303, 303),
    ("GET", "/staff/factors"): row(303, 200, 200, 200, 200, 200),
    # Refusals for one account, as many as it may have: one more, and it would be locked.
    ("POST", "/staff/factors/challenge"): row(303, 400, 400, 400, 400, 400),
    ("POST", "/staff/factors/passkeys"): row(303, 400, 400, 400, 400, 400),
    ("POST", "/staff/factors/remove"): row(303, 400, 400, 400, 400, 400),
    ("POST", "/staff/factors/recovery-codes"): row(303, 400, 400, 400, 400, 400),
    ("GET", "/staff/factors/app"): row(303, 303, 303, 303, 303, 303),
    ("POST", "/staff/factors/app"): row(303, 303, 303, 303, 303, 303),
    ("GET", "/staff/factors/app/code.svg"): row(303, 303, 303, 303, 303, 303),
    ("GET", "/staff/sessions"): row(303, 200, 200, 200, 200, 200),
    ("POST", "/staff/sessions/end"): row(303, 303, 303, 303, 303, 303),
    ("GET", "/staff/password"): row(303, 200, 200, 200, 200, 200),
    ("POST", "/staff/password"): row(303, 400, 400, 400, 400, 400),
    ("GET", "/staff/queue"): row(303, 200, 200, 200, 403, 200),
    ("POST", "/staff/queue/views"): row(303, 303, 303, 303, 403, 303, view="who=me"),
    ("GET", "/staff/export"): row(303, 403, 403, 200, 403, 200),
    ("POST", "/staff/export"): row(403, 403, 403, 200, 403, 200, names="y", reason="Audit"),
    ("GET", "/staff/dashboard"): row(303, 200, 200, 200, 403, 200),
    ("GET", "/staff/inquiries/<inquiry_id>"): row(303, 403, 200, 200, 403, 200),
    ("POST", "/staff/inquiries/<inquiry_id>"): row(303, 403, 200, 200, 403, 404),
    ("POST", "/staff/inquiries/<inquiry_id>/note"): row(
        403, 403, 200, 200, 403, 404, note="Called back."
    ),
    ("POST", "/staff/inquiries/<inquiry_id>/call"): row(
        303, 403, 200, 200, 403, 404, outcome="reached"
    ),
    ("POST", "/staff/inquiries/<inquiry_id>/message"): row(
        403, 403, 200, 200, 403, 404, message="We are here."
    ),
    ("POST", "/staff/inquiries/<inquiry_id>/status"): row(
        303, 403, 200, 200, 403, 404, to="accepted"
    ),
    ("POST", "/staff/inquiries/<inquiry_id>/outcome"): row(
        303, 403, 200, 200, 403, 404, outcome="connected"
    ),
    ("POST", "/staff/inquiries/<inquiry_id>/assignee"): row(303, 403, 200, 200, 403, 404),
    ("POST", "/staff/inquiries/<inquiry_id>/hand-over"): row(
        403, 403, 409, 409, 403, 404, facility="1"
    ),
    ("GET", "/staff/by-code"): row(303, 403, 200, 200, 403, 200),
    ("POST", "/staff/by-code"): row(303, 403, 404, 404, 403, 404, code="2222-2222-2222"),
    ("POST", "/staff/inquiries/<inquiry_id>/contact"): row(
        403, 403, 200, 200, 403, 404, contact_method="call", phone="541-555-0124"
    ),
    ("POST", "/staff/inquiries/<inquiry_id>/passed-on"): row(
        303, 403, 200, 200, 403, 404, way="phone"
    ),
    ("POST", "/staff/inquiries/<inquiry_id>/withdraw"): row(303, 403, 200, 200, 403, 404),
    ("POST", "/staff/inquiries/<inquiry_id>/delete"): row(303, 403, 400, 400, 403, 400),
    ("GET", "/staff/reports"): row(303, 403, 200, 200, 403, 403),
    ("POST", "/staff/reports/<report_id>"): row(303, 403, 200, 200, 403, 403),
    ("POST", "/staff/reports/<report_id>/done"): row(303, 403, 303, 303, 403, 403),
    ("GET", "/staff/accounts"): row(303, 403, 403, 403, 200, 403),
    ("POST", "/staff/accounts"): row(
        403, 403, 403, 403, 200, 403, email="new@example.org", role="viewer", works_for="team"
    ),
    ("POST", "/staff/accounts/<account_id>"): row(
        303, 403, 403, 403, 404, 403, do="reset", certain="y"
    ),
    ("GET", "/staff/facilities"): row(303, 403, 403, 403, 200, 403),
    ("POST", "/staff/facilities"): row(303, 403, 403, 403, 404, 403, do="reopen"),
    ("GET", "/staff/audit"): row(303, 403, 403, 200, 200, 403),
    ("POST", "/staff/sign-out"): row(303, 303, 303, 303, 303, 303),
}

PUBLIC_ROUTES = {
    ("GET", "/"),
    ("GET", "/about"),
    ("GET", "/api/v1/facilities"),
    ("GET", "/api/v1/facilities/<int:facility_id>"),
    ("GET", "/api/v1/filters"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/places"),
    ("GET", "/compare"),
    ("GET", "/facilities/<int:facility_id>"),
    ("GET", "/facilities/<int:facility_id>/inquiry"),
    ("POST", "/facilities/<int:facility_id>/inquiry"),
    ("GET", "/facilities/<int:facility_id>/report"),
    ("POST", "/facilities/<int:facility_id>/report"),
    ("GET", "/glossary"),
    ("GET", "/health"),
    ("GET", "/inquiry"),
    ("POST", "/inquiry"),
    ("GET", "/inquiry/status"),
    ("POST", "/inquiry/status"),
    (
        "GET",
        "/inquiry/status/<any('message', 'contact', 'withdraw', 'hand-over', 'delete', 'close'):_step>",  # noqa: E501 - one route a line
    ),
    ("POST", "/inquiry/status/close"),
    ("POST", "/inquiry/status/contact"),
    ("POST", "/inquiry/status/delete"),
    ("POST", "/inquiry/status/hand-over"),
    ("POST", "/inquiry/status/message"),
    ("POST", "/inquiry/status/withdraw"),
    ("GET", "/list"),
    ("GET", "/list/print"),
    ("GET", "/privacy"),
    ("GET", "/search"),
    ("GET", "/start"),
    ("GET", "/static/<path:filename>"),
}
"""open to everybody: none of them knows of staff"""


def routes_of(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_has_a_row(app: Flask) -> None:
    assert routes_of(app) == set(ROUTES) | PUBLIC_ROUTES


@pytest.mark.parametrize("who", WHO)
def test_each_route_answers_as_the_table_says(app: Flask, who: str) -> None:
    with app.app_context():
        ours = add_facility(db.session, name="Ours")
        other = add_facility(db.session, natural_key="other", name="Other")
        submit(db.session, facility_id=ours, consent_share=True, pin="4938")
        inquiry_id = db.session.scalars(sa.select(Inquiry.id)).one()
        said = ReportSubmission(ours, ("phone",), "", "", "")
        submit_report(db.session, RING, said, clock=services().clock)
        report_id = list_reports(db.session)[0].id
    if who == "anonymous":
        person = Person(app, "nobody@example.org")
    elif who == "colleague":
        person = signed_in(app, "manager", facilities=[other], name="colleague")
    else:
        person = signed_in(app, who)
    wrong = {}
    for (method, rule), expected in ROUTES.items():
        path = rule.replace("<inquiry_id>", inquiry_id).replace("<account_id>", "0" * 32)
        path = path.replace("<report_id>", report_id)
        if method == "GET":
            answer = person.client.get(path)
        else:
            answer = person.post(path, **dict(expected.form))
        if answer.status_code != expected.answers[WHO.index(who)]:
            wrong[method, rule] = answer.status_code
        assert answer.headers["Cache-Control"] == "no-store"
        if who == "anonymous" and answer.status_code == 303:
            assert answer.location == "/staff/sign-in"
    assert wrong == {}


def test_no_form_is_taken_without_its_token(app: Flask) -> None:
    person = signed_in(app, "manager")
    for method, rule in ROUTES:
        if method == "POST":
            path = rule.replace("<inquiry_id>", "0" * 32).replace("<account_id>", "0" * 32)
            assert person.client.post(path).status_code == 400
    assert person.client.get("/staff/queue").status_code == 200


def test_public_pages_answer_alike_whoever_asks(app: Flask) -> None:
    staff, anybody = signed_in(app, "admin").client, app.test_client()
    for method, rule in sorted(PUBLIC_ROUTES):
        if method == "GET" and "<" not in rule:
            answers = [each.get(rule) for each in (staff, anybody)]
            assert len({each.status_code for each in answers}) == 1
            for each in answers:
                assert "finder_staff" not in str(each.headers)
