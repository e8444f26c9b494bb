from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.intake.inquiry import check_submission
from finder.intake.inquiry.submission import LONGEST
from tests.intake.making import submission


def test_a_name_one_way_to_be_reached_and_consent_are_enough() -> None:
    given = submission(best_times="", looking_for="", message="")
    assert check_submission(given) == {}


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u2060", "\n\t"])
def test_a_name_is_needed_but_any_will_do(name: str) -> None:
    assert list(check_submission(submission(contact_name=name))) == ["contact_name"]
    assert check_submission(submission(contact_name="R.")) == {}
    assert check_submission(submission(contact_name="🙂")) == {}


@pytest.mark.parametrize("method", ["call", "text"])
@pytest.mark.parametrize(
    "phone",
    [
        "541-555-0123",
        "(541) 322-7500",
        "+1 541 322 7500",
        "5413227500 ext. 12",
        "1-800-662-4357",
        "+44 20 7946 0018",
        "(555) 555-0100",
    ],
)
def test_phone_numbers_are_taken_as_people_write_them(method: str, phone: str) -> None:
    assert check_submission(submission(contact_method=method, phone=phone)) == {}


@pytest.mark.parametrize("method", ["call", "text"])
@pytest.mark.parametrize(
    "phone", ["", "911", "322-7500", "123-456-7890", "000-000-0000", "+44 1", "call me", "+99 123"]
)
def test_a_phone_number_is_needed_for_a_call_or_a_text(method: str, phone: str) -> None:
    errors = check_submission(submission(contact_method=method, phone=phone))
    assert list(errors) == ["phone"]
    assert "area code" in errors["phone"]


@pytest.mark.parametrize("email", ["robin@example.org", " robin@example.org ", "róbin@example.com"])
def test_email_addresses_are_taken(email: str) -> None:
    assert check_submission(submission(contact_method="email", phone="", email=email)) == {}


@pytest.mark.parametrize("email", ["", "robin", "robin@", "robin@localhost", "a@b@c.org"])
def test_an_email_address_is_needed_for_email(email: str) -> None:
    given = submission(contact_method="email", phone="", email=email)
    assert list(check_submission(given)) == ["email"]


def test_what_is_not_needed_need_not_be_right() -> None:
    given = submission(contact_method="email", phone="later", email="robin@example.org")
    assert check_submission(given) == {}


@pytest.mark.parametrize("pin", ["1234", "12345678", " 1234 "])
def test_who_wants_no_contact_chooses_a_pin(pin: str) -> None:
    assert check_submission(submission(contact_method="none", phone="", pin=pin)) == {}
    assert list(check_submission(submission(contact_method="none", phone=""))) == ["pin"]


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "١٢٣٤", "12 34", "-123"])
def test_a_pin_that_is_given_is_four_to_eight_digits(pin: str) -> None:
    assert list(check_submission(submission(pin=pin))) == ["pin"]


@pytest.mark.parametrize("field", ["contact_method", "for_whom"])
@pytest.mark.parametrize("answer", ["", "fax", "SELF"])
def test_choices_are_those_of_the_form(field: str, answer: str) -> None:
    assert field in check_submission(submission(**{field: answer}))


def test_nothing_is_kept_without_consent() -> None:
    assert list(check_submission(submission(consent_collect=False))) == ["consent_collect"]


def test_sharing_is_a_choice() -> None:
    assert check_submission(submission(consent_share=False, facility_id=1)) == {}


@pytest.mark.parametrize(("field", "limit"), LONGEST.items())
def test_a_field_takes_what_its_limit_says(field: str, limit: int) -> None:
    def errors(length: int) -> dict[str, str]:
        filled = submission(contact_method="none", pin="1234", **{field: "x" * length})
        return check_submission(filled)

    assert errors(limit) == {}
    assert list(errors(limit + 1)) == [field]
    assert "shorten" in errors(limit + 1)[field]


def test_line_breaks_count_as_one_character() -> None:
    assert check_submission(submission(message="\r\n" * 5_000)) == {}


def test_control_characters_are_taken_out_and_words_stay() -> None:
    given = submission(
        contact_name="Ro\x00bin\n",
        message="I\x07 am\r\nan addict\x1b[0m\t…\ud800 🏳️‍🌈",
        pin=" 1234 ",
    ).cleaned()
    assert given.contact_name == "Robin"
    assert given.message == "I am\nan addict[0m\t… 🏳️‍🌈"
    assert given.pin == "1234"


def test_no_word_of_a_submission_stands_in_its_repr() -> None:
    assert "Robin" not in repr(submission())


@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_is_filled_in_gets_an_answer(name: str, phone: str, email: str, pin: str) -> None:
    for method in ("call", "email", "none"):
        filled = submission(
            contact_name=name, phone=phone, email=email, pin=pin, contact_method=method
        )
        assert set(check_submission(filled)) <= {"contact_name", "phone", "email", "pin"}
        assert filled.cleaned().cleaned() == filled.cleaned()
