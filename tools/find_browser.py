"""Print the path of a Chromium for the browser tests; download one where none is installed.

In order: the one that FINDER_TEST_BROWSER names, one that is installed, one that Playwright
downloaded or can download, one from the system's package manager where it may install. Among those
that are installed, one that has no windows at all comes first: it is Chromium's own engine, and
takes a third of the time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
PACKAGES = ("chromium-headless-shell", "chromium")


def named() -> str | None:
    """Return the browser that FINDER_TEST_BROWSER names; None where it is not set."""
    return os.environ.get("FINDER_TEST_BROWSER") or None


def installed() -> str | None:
    """Return a browser on the PATH."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def downloaded() -> str | None:
    """Return Playwright's own Chromium where it was downloaded."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def download() -> str | None:
    """Let Playwright download its Chromium."""
    _run([sys.executable, "-m", "playwright", "install", "chromium"])
    return downloaded()


def from_packages() -> str | None:
    """Install the system's Chromium where we may."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    _run(["apt-get", "update"])
    for package in PACKAGES:
        _run(["apt-get", "install", "--yes", "--no-install-recommends", package])
        if path := installed():
            return path
    return None


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, stdout=sys.stderr, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{command[0]}: {error}", file=sys.stderr)


def main() -> int:
    """Print the browser's path, or say how to get one."""
    ways: tuple[Callable[[], str | None], ...]
    ways = (named, installed, downloaded, download, from_packages)
    for way in ways:
        if path := way():
            print(path)
            return 0
    print(
        "No Chromium was found, downloaded or installed. Install one, or set"
        " FINDER_TEST_BROWSER to its path.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
