"""Settings: generous in development, strict in production, clear where they are wrong."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from config import CrisisLine, Operator, Settings, new_key, parse_keys
from finder.db import create_engine
from finder.errors import SettingError

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"
KEY = "k1:" + base64.b64encode(bytes(range(32))).decode()


def read(tmp_path: Path, **environ: str) -> Settings:
    return Settings.from_environment({"FINDER_DATA_DIR": str(tmp_path), **environ})


def test_development_needs_no_setting_and_makes_its_own_secret(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.host, settings.port, settings.site_name) == ("127.0.0.1", 8000, "Finder")
    assert settings.database_url == f"sqlite:///{tmp_path / 'finder.sqlite'}"
    assert not settings.is_production
    secret = tmp_path / "secret_key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert read(tmp_path).secret_key == settings.secret_key == secret.read_text()
    assert len(settings.secret_key) >= 32


def test_without_a_data_folder_it_is_instance_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("FINDER_DATA_DIR", "FINDER_ENV"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings.from_environment()
    assert settings.data_dir == tmp_path / "instance"
    assert settings.gazetteer_path == tmp_path / "instance" / "gazetteer.sqlite"


def test_production_runs_with_strong_secrets(tmp_path: Path) -> None:
    settings = read(tmp_path, FINDER_ENV="production", FINDER_SECRET_KEY=SECRET, FINDER_KEYS=KEY)
    assert settings.is_production
    assert settings.sealing_keys == (("k1", bytes(range(32))),)
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"FINDER_KEYS": KEY}, "FINDER_SECRET_KEY is missing"),
        ({"FINDER_KEYS": KEY, "FINDER_SECRET_KEY": "short"}, "FINDER_SECRET_KEY is weak"),
        ({"FINDER_KEYS": KEY, "FINDER_SECRET_KEY": "a" * 40}, "FINDER_SECRET_KEY is weak"),
        ({"FINDER_SECRET_KEY": SECRET}, "FINDER_KEYS is missing"),
        ({"FINDER_SECRET_KEY": SECRET, "FINDER_KEYS": " "}, "FINDER_KEYS is missing"),
        ({"FINDER_SECRET_KEY": SECRET, "FINDER_KEYS": "k1:c2hvcnQ="}, "FINDER_KEYS must read"),
    ],
)
def test_production_refuses_a_missing_or_weak_secret_by_name(
    tmp_path: Path, environ: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingError, match=named):
        read(tmp_path, FINDER_ENV="production", **environ)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"FINDER_ENV": "prod"}, "FINDER_ENV"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "http"}, "PORT"),
        ({"FINDER_WORKERS": "-1"}, "FINDER_WORKERS"),
        ({"FINDER_DATABASE_URL": "nonsense"}, "FINDER_DATABASE_URL"),
        ({"FINDER_DATABASE_URL": "mysql://x/y"}, "FINDER_DATABASE_URL"),
        ({"FINDER_GEOCODERS": "nominatim"}, "FINDER_GEOCODERS"),
        ({"FINDER_CRISIS_LINES": "988"}, "FINDER_CRISIS_LINES"),
        ({"FINDER_SECRET_KEY": "weak"}, "FINDER_SECRET_KEY"),
        ({"FINDER_TREATS": "mental-health"}, "FINDER_TREATS"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingError, match=named):
        read(tmp_path, **environ)


def test_an_operator_can_have_mental_health_programs_found_as_well(tmp_path: Path) -> None:
    assert read(tmp_path).treats == "substance-use"
    assert read(tmp_path, FINDER_TREATS="all").treats == "all"


def test_an_operator_can_give_their_own_help_lines(tmp_path: Path) -> None:
    settings = read(tmp_path, FINDER_CRISIS_LINES="Line|211|Help nearby; Other|988|Crisis;")
    assert settings.crisis_lines == (
        CrisisLine("Line", "211", "Help nearby"),
        CrisisLine("Other", "988", "Crisis"),
    )


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="FINDER_DATA_DIR"):
        read(tmp_path / "file" / "folder")


def test_the_keys_file_of_development_is_read(tmp_path: Path) -> None:
    first, second = new_key(), new_key()
    (tmp_path / "keys").write_text(f"{first[1]}\n{second[1]}\n")
    assert [key_id for key_id, _ in read(tmp_path).sealing_keys] == [first[0], second[0]]


@pytest.mark.parametrize(
    "text",
    ["k1", "k1:!!!", "1:" + KEY[3:], f"{KEY},{KEY}", "k1:" + base64.b64encode(bytes(32)).decode()],
)
def test_a_malformed_or_weak_key_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="FINDER_KEYS"):
        parse_keys(text)


@pytest.mark.parametrize(
    ("of_one", "in_all"),
    [
        ("", "600 per hour"),
        ("100000/minute", "2000000/minute"),
        ("5 per 2 minutes;30 per hour", "100 per 2 minutes;600 per hour"),
    ],
)
def test_all_together_may_send_more_than_one_network(
    tmp_path: Path, of_one: str, in_all: str
) -> None:
    assert read(tmp_path, FINDER_INQUIRY_LIMIT=of_one).inquiry_limit_in_all == in_all
    given = read(tmp_path, FINDER_INQUIRY_LIMIT=of_one, FINDER_INQUIRY_LIMIT_IN_ALL="9 per day")
    assert given.inquiry_limit_in_all == "9 per day"


def test_the_form_asks_for_five_seconds_at_most(tmp_path: Path) -> None:
    assert read(tmp_path).form_seconds == 3
    assert read(tmp_path, FINDER_FORM_SECONDS="0").form_seconds == 0
    with pytest.raises(SettingError, match="FINDER_FORM_SECONDS"):
        read(tmp_path, FINDER_FORM_SECONDS="6")


MAIL = {
    "FINDER_SMTP_URL": "smtps://finder:hidden@mail.example.org",
    "FINDER_NOTIFY_FROM": "finder@example.org",
    "FINDER_NOTIFY_TO": "team@example.org, lead@example.org",
}
WEBHOOK = {"FINDER_WEBHOOK_URL": "https://example.org/hook", "FINDER_WEBHOOK_SECRET": SECRET}


def test_nobody_is_notified_unless_it_is_set_up(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.smtp_url, settings.notify_to, settings.webhook_url) == ("", (), "")
    settings = read(tmp_path, **MAIL, **WEBHOOK)
    assert settings.notify_to == ("team@example.org", "lead@example.org")
    assert settings.webhook_url == "https://example.org/hook"
    assert "hidden" not in repr(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"FINDER_SMTP_URL": "https://hidden@example.org"}, "FINDER_SMTP_URL"),
        ({"FINDER_SMTP_URL": "smtp://:25"}, "FINDER_SMTP_URL"),
        ({"FINDER_SMTP_URL": "smtp://example.org:hidden"}, "FINDER_SMTP_URL"),
        ({"FINDER_NOTIFY_FROM": ""}, "FINDER_NOTIFY_FROM"),
        ({"FINDER_NOTIFY_TO": ""}, "FINDER_NOTIFY_TO"),
        ({"FINDER_NOTIFY_TO": "team"}, "FINDER_NOTIFY_TO"),
        ({"FINDER_WEBHOOK_URL": "ftp://example.org"}, "FINDER_WEBHOOK_URL"),
        ({"FINDER_WEBHOOK_SECRET": "short"}, "FINDER_WEBHOOK_SECRET"),
    ],
)
def test_a_notification_that_could_not_leave_is_refused_at_the_start(
    tmp_path: Path, changes: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingError, match=named) as refused:
        read(tmp_path, **{**MAIL, **WEBHOOK, **changes})
    assert "hidden" not in str(refused.value)


def test_production_calls_no_address_in_the_clear(tmp_path: Path) -> None:
    production = {"FINDER_ENV": "production", "FINDER_SECRET_KEY": SECRET, "FINDER_KEYS": KEY}
    in_the_clear = {**WEBHOOK, "FINDER_WEBHOOK_URL": "http://example.org/hook"}
    assert read(tmp_path, **in_the_clear).webhook_url == "http://example.org/hook"
    with pytest.raises(SettingError, match="https"):
        read(tmp_path, **production, **in_the_clear)


def test_backups_may_have_a_key_of_their_own() -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    settings = Settings.from_environment({"FINDER_BACKUP_KEY": f"b1:{key}"})
    assert settings.backup_keys == (("b1", bytes(range(32))),)
    with pytest.raises(SettingError, match="FINDER_BACKUP_KEY must read"):
        Settings.from_environment({"FINDER_BACKUP_KEY": "b1:short"})
    with pytest.raises(SettingError, match="both name b1"):
        Settings.from_environment({"FINDER_BACKUP_KEY": f"b1:{key}", "FINDER_KEYS": f"b1:{key}"})


def test_who_runs_the_site_is_optional_and_checked(tmp_path: Path) -> None:
    assert read(tmp_path).operator == Operator()
    named = read(
        tmp_path,
        FINDER_OPERATOR_NAME=" Bend Helps ",
        FINDER_OPERATOR_PHONE="+49 30 901820",
        FINDER_ANSWER_WITHIN="one working day",
    )
    assert named.operator == Operator("Bend Helps", "+49 30 901820", "one working day")
    for name, wrong in (
        ("FINDER_OPERATOR_NAME", "two\nlines"),
        ("FINDER_OPERATOR_NAME", "x" * 101),
        ("FINDER_OPERATOR_PHONE", "call us"),
        ("FINDER_OPERATOR_PHONE", "12"),
        ("FINDER_ANSWER_WITHIN", "a\tday"),
    ):
        with pytest.raises(SettingError, match=name):
            read(tmp_path, **{name: wrong})


def test_the_sites_address_is_checked(tmp_path: Path) -> None:
    assert read(tmp_path).site_url == ""
    given = read(tmp_path, FINDER_SITE_URL="https://finder.example/")
    assert given.site_url == "https://finder.example"
    for wrong in ("finder.example", "https://", "https://finder.example/ now"):
        with pytest.raises(SettingError, match="FINDER_SITE_URL"):
            read(tmp_path, FINDER_SITE_URL=wrong)


def test_a_data_folder_and_its_database_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    settings = read(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE one (id INTEGER)")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    engine.dispose()
    assert modes["finder.sqlite"] == modes["finder.sqlite-wal"] == 0o600
