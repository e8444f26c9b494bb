"""What staff do on their pages: the queue, an inquiry, the accounts, the log."""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from finder.extensions import db, services
from finder.intake.author import add_message, withdraw_share
from finder.intake.casework import list_queue
from finder.intake.casework.dashboard import CONTACT_SPANS
from finder.intake.inquiry import OUTCOMES, STATUSES
from finder.intake.models import Disclosure, Inquiry
from finder.security.audit import EVENTS
from finder.security.models import AuditEvent
from finder.staff.models import StaffAccount
from finder.web.staff.casework import queue
from finder.web.staff.casework.case import HISTORY
from tests.factories import add_facility
from tests.intake.making import submit
from tests.web.staff.signing import Person, make_person, signed_in


@pytest.fixture
def inquiry_id(app: Flask) -> str:
    with app.app_context():
        submit(db.session, pin="4938")
        found = db.session.scalars(sa.select(Inquiry.id)).one()
        db.session.execute(sa.update(Inquiry).values(created_at=dt.datetime.now(dt.UTC)))
        db.session.commit()
    return found


def account_id(app: Flask, person: Person) -> str:
    with app.app_context():
        return db.session.scalars(
            sa.select(StaffAccount.id).where(StaffAccount.email == person.email)
        ).one()


def opened(app: Flask, inquiry_id: str) -> int:
    with app.app_context():
        return (
            db.session.scalar(
                sa.select(sa.func.count())
                .select_from(AuditEvent)
                .where(
                    AuditEvent.event == "inquiry.opened_by_staff", AuditEvent.subject == inquiry_id
                )
            )
            or 0
        )


def test_an_inquiry_opens_by_a_press_alone_and_each_is_on_record(
    app: Flask, inquiry_id: str
) -> None:
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{inquiry_id}"
    assert "Robin" not in person.client.get("/staff/queue").text
    assert "Robin" not in person.client.get(path).text
    assert opened(app, inquiry_id) == 0
    assert "Robin" in person.post(path).text
    assert opened(app, inquiry_id) == 1


def test_work_on_an_inquiry_shows_on_its_page(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "manager")
    path = f"/staff/inquiries/{inquiry_id}"
    assert "Ring twice" in person.post(f"{path}/note", note="Ring twice").text
    assert (
        "No answer, then"
        in person.post(f"{path}/call", outcome="no-answer", note="No answer, then").text
    )
    assert "A place is free" in person.post(f"{path}/message", message="A place is free").text
    after = person.post(f"{path}/status", to="accepted", message="Reading it").text
    assert "Being looked at" in after
    assert "Reading it" in after
    assert "No place was free" in person.post(f"{path}/outcome", outcome="no-capacity").text
    own = account_id(app, person)
    assert re.search(f'value="{own}" selected', person.post(f"{path}/assignee", to=own).text)
    assert person.email in person.client.get("/staff/queue?who=me").text
    assert "0 found" in person.client.get("/staff/queue?who=nobody").text


def test_what_was_refused_is_still_there(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{inquiry_id}"
    answer = person.post(f"{path}/note", note="x" * 6000)
    assert answer.status_code == 409
    assert "x" * 6000 in answer.text
    assert person.post(f"{path}/status", to="no-status").status_code == 409
    gone = person.post(f"{path}/status", to="no-status", message="Kept for later")
    assert re.search(r'id="message"[^>]*>\s*Kept for later</textarea>', gone.text)
    long = person.post(f"{path}/status", to="accepted", message="y" * 6000)
    assert long.status_code == 409
    assert re.search(r'id="tell-accepted"[^>]*>\s*y{6000}</textarea>', long.text)
    assert re.search(r'id="message"[^>]*>\s*</textarea>', long.text)
    call = person.post(f"{path}/call", outcome="reached", note="z" * 6000)
    assert re.search(r'id="call-note"[^>]*>\s*z{6000}</textarea>', call.text)
    assert person.post(f"{path}/call", outcome="sang").status_code == 400
    assert person.post(f"{path}/assignee", to="f" * 32).status_code == 400


def submitted(app: Flask, **changes: Any) -> str:
    """The id of one more inquiry."""
    with app.app_context():
        known = set(db.session.scalars(sa.select(Inquiry.id)))
        submit(db.session, submission_token=f"token-of-one-form-{len(known) + 100:04}", **changes)
        [found] = set(db.session.scalars(sa.select(Inquiry.id))) - known
    return found


def test_who_has_no_pin_is_not_written_to(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{submitted(app)}"
    page = person.post(path).text
    assert "No PIN: they cannot read messages here." in page
    assert 'name="message"' not in page
    refused = person.post(f"{path}/message", message="A place is free")
    assert refused.status_code == 409
    assert "A place is free" in refused.text
    assert "Being looked at" in person.post(f"{path}/status", to="accepted").text
    person.post(f"{path}/status", to="in-progress", message="We try to reach you.")
    assert "Within an hour: 0" in person.client.get("/staff/dashboard").text
    with_pin = person.post(f"/staff/inquiries/{inquiry_id}").text
    assert "No PIN" not in with_pin
    assert 'name="message"' in with_pin


def test_the_page_tells_whether_it_may_be_passed_on(app: Flask) -> None:
    with app.app_context():
        facility = add_facility(db.session, name="Pilot Butte Clinic")
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{submitted(app, facility_id=facility)}"
    assert "They did not agree: do not pass it on." in person.post(path).text
    agreed = submitted(app, facility_id=facility, consent_share=True)
    path = f"/staff/inquiries/{agreed}"
    assert "Yes, to Pilot Butte Clinic and nobody else." in person.post(path).text
    with app.app_context():
        withdraw_share(db.session, agreed, clock=lambda: dt.datetime(2026, 3, 5, tzinfo=dt.UTC))
    page = person.post(path).text
    assert "They took it back on Mar 5, 2026" in page
    assert "pass nothing more on to Pilot Butte Clinic" in page


def test_a_manager_gives_inquiries_to_those_of_the_same_scope(app: Flask, inquiry_id: str) -> None:
    with app.app_context():
        facility = add_facility(db.session)
    manager = signed_in(app, "manager")
    colleague = make_person(app, "triage")
    elsewhere = make_person(app, "triage", facilities=[facility], name="elsewhere")
    page = manager.post(f"/staff/inquiries/{inquiry_id}").text
    assert colleague.email in page
    assert elsewhere.email not in page


def test_an_inquiry_of_a_colleague_shows_whose_it_is(app: Flask, inquiry_id: str) -> None:
    colleague = signed_in(app, "triage", name="colleague")
    path = f"/staff/inquiries/{inquiry_id}"
    colleague.post(f"{path}/assignee", to=account_id(app, colleague))
    page = signed_in(app, "triage", name="another").post(path).text
    assert f"Who looks after it: {colleague.email}" in page
    assert "Only a manager can give it" in page
    assert "Give it</button>" not in page
    assert "Give it</button>" in colleague.post(path).text


def test_whose_colleague_left_stays_theirs_until_a_manager_gives_it(
    app: Flask, inquiry_id: str
) -> None:
    gone = signed_in(app, "triage", name="gone")
    path = f"/staff/inquiries/{inquiry_id}"
    own = account_id(app, gone)
    gone.post(f"{path}/assignee", to=own)
    signed_in(app, "admin").post(f"/staff/accounts/{own}", do="disable", certain="y")
    manager = signed_in(app, "manager")
    page = manager.post(path).text
    assert f'<option value="unchanged" selected>{gone.email}</option>' in page
    unchanged = manager.post(f"{path}/assignee", to="unchanged")
    assert f"Who looks after it: {gone.email}" in unchanged.text
    assert "Who looks after it:" not in manager.post(f"{path}/assignee", to="").text


def test_a_program_reads_notes_without_the_addresses_of_the_operators_team(app: Flask) -> None:
    with app.app_context():
        facility = add_facility(db.session)
    path = f"/staff/inquiries/{submitted(app, facility_id=facility, consent_share=True)}"
    ours = signed_in(app, "triage")
    page = ours.post(f"{path}/note", note="Ring twice").text
    assert ours.email in page
    assert "If it is passed on to a program, the staff there read it too." in page
    theirs = signed_in(app, "triage", facilities=[facility], name="theirs")
    page = theirs.post(f"{path}/note", note="We will").text
    assert "Ring twice" in page
    assert "The team of this site" in page
    assert theirs.email in page
    assert ours.email not in page


def test_whoever_asked_not_to_be_contacted_is_neither_called_nor_told_so(app: Flask) -> None:
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{submitted(app, contact_method='none', pin='4938')}"
    page = person.post(path).text
    assert "Do not call, text or mail them" in page
    assert 'href="tel:' not in page
    assert "/call" not in page
    assert "We are working on it. You will read our answer here." in page
    assert "We are trying to reach you" not in page
    refused = person.post(f"{path}/call", outcome="reached", note="They rang us")
    assert refused.status_code == 409
    assert re.search(r'id="note"[^>]*>\s*They rang us</textarea>', refused.text)


def test_how_a_person_is_reached_safely_stands_before_their_number(app: Flask) -> None:
    person = signed_in(app, "triage")
    page = person.post(f"/staff/inquiries/{submitted(app)}").text
    warning = re.search(r'<p class="warning">\s*Safe times: evenings.\s*Leave no voicemail.', page)
    link = re.search(r'href="tel:\+1-541-555-0123"', page)
    assert warning
    assert link
    assert warning.start() < link.start()
    texted = submitted(app, contact_method="text", voicemail_ok=True, best_times="")
    page = person.post(f"/staff/inquiries/{texted}").text
    assert 'href="sms:+1-541-555-0123"' in page
    assert "They did not choose a call." in page
    assert "Leave no voicemail" not in page


def test_messages_notes_calls_and_the_history_tell_the_hour(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{inquiry_id}"
    person.post(f"{path}/note", note="Ring twice")
    person.post(f"{path}/call", outcome="no-answer")
    page = person.post(f"{path}/message", message="A place is free").text
    moments = re.findall(r"\d{4}, \d{2}:\d{2} UTC", page)
    events = page.partition("History")[2].count("<li>")
    assert len(moments) == 3 + events


def test_what_was_closed_is_opened_again(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{inquiry_id}"
    closed = person.post(f"{path}/status", to="completed").text
    assert "Open it again</summary>" in closed
    assert "Your inquiry is open again, and we are looking at it." in closed
    assert "0 found" in person.client.get("/staff/queue").text
    with app.app_context():
        add_message(
            db.session,
            services().key_ring(),
            inquiry_id,
            "It went wrong",
            token="t",
            clock=services().clock,
        )
    queue_page = person.client.get("/staff/queue").text
    assert "1 found" in queue_page
    assert "New message" in queue_page
    assert "Being looked at" in person.post(f"{path}/status", to="accepted").text


def test_a_hand_over_waits_for_its_author(app: Flask, inquiry_id: str) -> None:
    with app.app_context():
        facility = add_facility(db.session, name="Pilot Butte Clinic")
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{inquiry_id}/hand-over"
    assert "Pilot Butte Clinic: not answered yet" in person.post(path, facility=str(facility)).text
    assert person.post(path, facility=str(facility)).status_code == 409


def test_a_program_is_named_by_the_address_of_its_page_too(app: Flask, inquiry_id: str) -> None:
    with app.app_context():
        facility = add_facility(db.session, name="Pilot Butte Clinic")
    person = signed_in(app, "triage")
    path = f"/staff/inquiries/{inquiry_id}/hand-over"
    assert person.post(path, facility="the clinic in Bend").status_code == 409
    address = f" https://finder.example/facilities/{facility}?near=Bend "
    assert "Pilot Butte Clinic: not answered yet" in person.post(path, facility=address).text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 1),
        ("?status=requested", 1),
        ("?status=accepted", 0),
        ("?status=all&sort=newest", 1),
        ("?age=1", 0),
        ("?overdue=y", 0),
        ("?who=somebody", 0),
        ("?page=9&sort=nothing&age=x", 1),
    ],
)
def test_the_queue_is_filtered_by_its_address(
    app: Flask, inquiry_id: str, query: str, count: int
) -> None:
    person = signed_in(app, "viewer")
    assert f"{count} found" in person.client.get(f"/staff/queue{query}").text


def test_the_next_page_of_the_queue_keeps_every_filter(
    app: Flask, inquiry_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "list_queue", functools.partial(list_queue, per_page=1))
    with app.app_context():
        submit(db.session, submission_token="token-of-one-form-0002")
        db.session.execute(
            sa.update(Inquiry).values(created_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
        )
        db.session.commit()
    page = signed_in(app, "viewer").client.get("/staff/queue?overdue=y&age=3&sort=newest").text
    link = re.search(r'href="([^"]*page=2[^"]*)">Next', page)
    assert link
    for kept in ("overdue=y", "age=3", "sort=newest"):
        assert kept in link[1]


def test_the_numbers_are_drawn_without_styles(app: Flask, inquiry_id: str) -> None:
    page = signed_in(app, "viewer").client.get("/staff/dashboard").text
    by_day, *others = re.findall("<svg.*?</svg>", page, re.DOTALL)
    assert by_day.count("<rect") == 30 + 1
    assert 'height="60" fill' in by_day
    # A line for every status, span of time and outcome; the one inquiry is new.
    assert len(others) == len(STATUSES) + len(CONTACT_SPANS) + len(OUTCOMES)
    assert 'width="200" height="8" fill' in others[0]
    assert all('width="0" height="8" fill' in each for each in others[1:])
    assert "style=" not in page


def test_the_time_to_the_first_contact_is_drawn(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "triage")
    person.post(f"/staff/inquiries/{inquiry_id}/call", outcome="no-answer")
    page = person.client.get("/staff/dashboard").text
    [line] = re.findall(r"Within an hour: 1\s+<svg.*?</svg>", page, re.DOTALL)
    assert 'width="200" height="8" fill' in line


def test_what_waits_too_long_is_told_on_every_view_of_the_queue(
    app: Flask, inquiry_id: str
) -> None:
    person = signed_in(app, "viewer")
    assert "Overdue: 0" in person.client.get("/staff/queue").text
    with app.app_context():
        db.session.execute(
            sa.update(Inquiry).values(created_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
        )
        db.session.commit()
    page = person.client.get("/staff/queue?status=accepted").text
    assert "Waiting for us for more than one working day, with no answer or not read: 1" in page
    assert "Overdue: 1" in page


def test_every_event_of_an_inquiry_has_words_in_its_history() -> None:
    assert set(HISTORY) == {each for each in EVENTS if each.startswith("inquiry.")}


def test_an_administrator_makes_changes_resets_and_disables_accounts(app: Flask) -> None:
    admin = signed_in(app, "admin")
    made = admin.post("/staff/accounts", email="New@Example.org", role="viewer", works_for="team")
    code = re.search(r'id="one-time-code">([^<]+)<', made.text)
    assert code
    person = Person(app, "new@example.org")
    person.start(code[1])
    path = f"/staff/accounts/{account_id(app, person)}"

    admin.post(path, do="change", role="triage", works_for="team", facilities="")
    assert person.client.get("/staff/queue").location == "/staff/sign-in"
    reset = admin.post(path, do="reset", certain="y")
    assert person.give_password().status_code == 400
    code = re.search(r'id="one-time-code">([^<]+)<', reset.text)
    assert code
    person.start(code[1])
    assert person.client.get("/staff/queue").status_code == 200
    admin.post(path, do="disable", certain="y")
    assert person.client.get("/staff/queue").location == "/staff/sign-in"
    assert person.give_password().status_code == 400


def test_what_cannot_be_is_refused(app: Flask) -> None:
    admin = signed_in(app, "admin")
    for form in (
        {"email": "no address", "role": "viewer"},
        {"email": admin.email, "role": "viewer"},
        {"email": "a@example.org", "role": "king"},
        {"email": "a@example.org", "role": "viewer", "facilities": "x", "works_for": "programs"},
        {"email": "a@example.org", "role": "viewer", "facilities": "7", "works_for": "programs"},
        {
            "email": "a@example.org",
            "role": "viewer",
            "facilities": "99999999999",
            "works_for": "programs",
        },
    ):
        form.setdefault("works_for", "team")
        assert admin.post("/staff/accounts", **form).status_code == 400
    own = f"/staff/accounts/{account_id(app, admin)}"
    assert admin.post(own, do="disable", certain="y").status_code == 400
    assert admin.post(own, do="change", role="manager", works_for="team").status_code == 400
    assert admin.post(own, do="dance").status_code == 400


def test_the_log_is_paged_and_tells_what_one_account_did(app: Flask, inquiry_id: str) -> None:
    triage, manager = signed_in(app, "triage"), signed_in(app, "manager")
    for _ in range(51):
        triage.post(f"/staff/inquiries/{inquiry_id}")
    first = manager.client.get(f"/staff/audit?who={account_id(app, triage)}").text
    assert first.count("<strong>Opened</strong>") == 50
    assert "<strong>Signed in</strong>" not in first
    older = re.search(r'href="(/staff/audit\?before=[^"]+)"', first)
    assert older
    second = manager.client.get(older[1].replace("&amp;", "&")).text
    assert second.count("<strong>Opened</strong>") == 1
    assert "<strong>Signed in</strong>" in second


def test_a_programs_own_staff_open_what_is_meant_for_it_and_not_the_log(app: Flask) -> None:
    with app.app_context():
        facility = add_facility(db.session)
        submit(db.session, facility_id=facility, consent_share=True)
        inquiry_id = db.session.scalars(sa.select(Inquiry.id)).one()
    person = signed_in(app, "manager", facilities=[facility])
    assert "Robin" in person.post(f"/staff/inquiries/{inquiry_id}").text
    assert person.client.get("/staff/audit").status_code == 403


def test_a_view_is_kept_by_what_it_shows_and_forgotten(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "triage")
    shown = "overdue=y&sort=newest&status=accepted&page=2&colour=red"
    page = person.client.get(f"/staff/queue?{shown}").text
    found = re.search(r'name="view" value="([^"]+)"', page)
    assert found
    view = found[1].replace("&amp;", "&")
    assert view == "status=accepted&sort=newest&overdue=y"
    kept = person.post("/staff/queue/views", view=view, do="save")
    assert kept.location == f"/staff/queue?{view}"
    name = "Being looked at · Overdue · Newest first"
    link = f'<a href="/staff/queue?{found[1]}" >{name}</a>'
    assert link in person.client.get("/staff/queue").text
    assert f"Forget this view: {name}" in person.client.get(kept.location).text
    assert name not in signed_in(app, "manager").client.get("/staff/queue").text
    person.post("/staff/queue/views", view=view, do="save")
    person.post("/staff/queue/views", view=view, do="forget")
    assert name not in person.client.get("/staff/queue").text


def test_no_word_comes_into_a_view(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "triage")
    person.post("/staff/queue/views", view="status=Robin&age=Robin&sort=Robin&note=Robin")
    assert "Robin" not in person.client.get("/staff/queue").text


def test_a_dozen_views_are_enough(app: Flask, inquiry_id: str) -> None:
    person = signed_in(app, "triage")
    views = [f"status={status}&age={age}" for status in STATUSES for age in ("1", "3")][:13]
    answers = [person.post("/staff/queue/views", view=view) for view in views]
    assert [each.status_code for each in answers] == [*[303] * 12, 409]
    assert "Forget one of them first" in answers[-1].text


def test_a_manager_writes_out_without_names_and_with_them_for_a_reason(
    app: Flask, inquiry_id: str
) -> None:
    manager = signed_in(app, "manager")
    nameless = manager.post("/staff/export")
    assert nameless.mimetype == "text/csv"
    assert "inquiries-without-names.csv" in nameless.headers["Content-Disposition"]
    assert "42 CFR part 2" in nameless.text
    assert "requested" in nameless.text
    assert "Robin" not in nameless.text
    refused = manager.post("/staff/export", names="y", reason=" ", recipient="the county")
    assert refused.status_code == 400
    assert 'value="the county"' in refused.text
    assert "Robin" not in refused.text
    refused = manager.post("/staff/export", names="y", reason="A review", recipient="the county")
    assert refused.status_code == 400
    assert "Nobody agreed" in refused.text
    named = manager.post(
        "/staff/export", names="y", reason="A review", recipient="the county", basis="Order 12"
    )
    assert "Robin" in named.text
    assert "42 CFR part 2" in named.text
    assert named.headers["Cache-Control"] == "no-store"
    with app.app_context():
        events = list(db.session.scalars(sa.select(AuditEvent.event).order_by(AuditEvent.seq)))
        given = db.session.scalars(sa.select(Disclosure)).one()
    assert events[-3:] == [
        "inquiries.exported_without_names",
        "inquiries.exported_to_others",
        "inquiry.read",
    ]
    assert (given.recipient, given.reason) == ("the county", "A review; legal basis: Order 12")


def test_a_facilitys_manager_writes_out_what_is_theirs_alone(app: Flask, inquiry_id: str) -> None:
    with app.app_context():
        facility = add_facility(db.session)
    manager = signed_in(app, "manager", facilities=[facility], name="theirs")
    assert "Robin" not in manager.post("/staff/export", names="y", reason="A review").text


def test_an_inquiry_that_cannot_be_unsealed_keeps_all_from_being_written_out(
    app: Flask, inquiry_id: str
) -> None:
    with app.app_context():
        submit(db.session, submission_token="token-of-one-form-0002")
        db.session.execute(
            sa.update(Inquiry).where(Inquiry.id == inquiry_id).values(sealed=b"x" * 600)
        )
        db.session.commit()
    answer = signed_in(app, "manager").post("/staff/export", names="y", reason="A review")
    assert answer.status_code == 503
    assert "nothing was written" in answer.text
    assert "Robin" not in answer.text
