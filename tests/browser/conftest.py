"""A real server, and a real Chromium to visit it with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.drills.serving import free_port

ROOT = Path(__file__).parents[2]
_PATIENCE = 90_000
"""ms: a busy machine is slow, and that is no fault"""
expect.set_options(timeout=_PATIENCE)
_COLUMNS = (
    "name,program_name,street,city,state,postal_code,phone,website,lat,lon,services,listed_as_of"
)
_PLACE = "Bend,OR,97701"
PROGRAMS = "\n".join(
    (
        _COLUMNS,
        f"Deschutes House,Women's Program,1 First St,{_PLACE},(541) 322-7500,https://example.org/"
        ",44.06,-121.31,SA RES RL BU MU MOA FEM ADLT SHG MD,2026-01-15",
        f"Pilot Butte Clinic,,2 Second St,{_PLACE},(541) 322-7501,,44.07,-121.29"
        ",SA OP OIT BU CBT TELE FEM MALE MD PI SS SP,2026-01-15",
        f"Old Mill Center,,3 Third St,{_PLACE},(541) 322-7502,,44.04,-121.32"
        ",SA OP NMOA TWFA FEM MALE SF,2025-05-01",
    )
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium that speaks to nobody but the server."""
    executable = os.environ.get("FINDER_TEST_BROWSER")
    if not executable:
        pytest.fail("FINDER_TEST_BROWSER names no browser: run the tests with ./test")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        new_context = browser.new_context

        def patient_context(**options: Any) -> BrowserContext:
            context = new_context(**options)
            context.set_default_timeout(_PATIENCE)
            return context

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(browser, "new_context", patient_context)
            yield browser
        browser.close()


def run_finder(
    data_dir: Path, *arguments: str, port: int = 8000, workers: int = 2
) -> subprocess.Popen[str]:
    """Start ./run's own command with a data folder of its own."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("FINDER_")},
        "FINDER_DATA_DIR": str(data_dir),
        "FINDER_FORM_SECONDS": "0",
        "FINDER_WORKERS": str(workers),
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "finder", *arguments],
        env=environment,
        cwd=data_dir,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def serving(folder: Path, *, workers: int = 2) -> Iterator[str]:
    """Serve a data folder; gives the address."""
    port = free_port()
    server = run_finder(folder, port=port, workers=workers)
    assert server.stdout is not None
    said = ""
    for line in server.stdout:
        said += line
        if line.startswith("Ready: "):
            break
    else:
        pytest.fail(f"the server did not start:\n{said}")
    try:
        yield line.removeprefix("Ready: ").strip()
    finally:
        server.terminate()
        server.communicate(timeout=120)
    assert server.returncode is not None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, prepared_folder: Path) -> Iterator[str]:
    """The address of a server with three programs in Bend, Oregon."""
    folder = tmp_path_factory.mktemp("browser") / "server"
    shutil.copytree(prepared_folder, folder, symlinks=True)
    programs = folder / "programs.csv"
    programs.write_text(PROGRAMS, "utf-8")
    importing = run_finder(folder, "facilities", "import", str(programs))
    output, _ = importing.communicate(timeout=120)
    assert importing.returncode == 0, output
    with serving(folder) as address:
        yield address


@pytest.fixture
def folder(prepared_folder: Path, tmp_path: Path) -> Path:
    """A data folder of a walk's own."""
    return Path(shutil.copytree(prepared_folder, tmp_path / "data", symlinks=True))


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def page(request: pytest.FixtureRequest, chromium: Browser, server: str) -> Iterator[Page]:
    """A tab of a phone's width; it fails the test if a request leaves the server."""
    context = chromium.new_context(
        java_script_enabled=request.param,
        viewport={"width": 390, "height": 844},
        base_url=server,
    )
    page = context.new_page()
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda r: None if r.url.startswith((server, "data:")) else elsewhere.append(r.url),
    )
    yield page
    context.close()
    assert elsewhere == []


def go_on(page: Page) -> None:
    """Go to the form's next step; without JavaScript it has none, and all of it is there."""
    page.wait_for_load_state()  # the steps are made by a script that may come late
    button = page.get_by_role("button", name="Next")
    if button.count():
        button.click()


def is_drawn(image: Locator) -> None:
    """A picture has come, and is large enough to be read by a camera."""
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") > 100
