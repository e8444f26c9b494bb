"""What holds for the whole project, whatever is added to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
_STIGMA = re.compile(
    r"\b(addicts?|addicted (individual|person|people)|junk(ie|y)s?|crackheads?"
    r"|(drug|alcohol|substance|cocaine)[- ]abuse(rs?)?|abusers?|alcoholics?|drunks?|drug users?"
    r"|drug habit|(dirty|clean) (urines?|tests?)|(get|got|stay|been|stays) clean|clean and sober"
    r"|(opioid |opiate )?(substitution|replacement) therapy|non-?complian(t|ce)"
    r"|failed (treatment|rehab)|rock bottom|commit(ted)? suicide)\b",
    re.IGNORECASE,
)
_CLAIMS = re.compile(
    r"\b(the best|top[- ]rated|guarantee[ds]?|cures?|cured|success rates?|miracle|proven to work"
    r"|HIPAA[- ]compliant|risk[- ]free|last resort)\b|#1\b|\b100 ?%",
    re.IGNORECASE,
)
_NAMES = re.compile(r"Substance Abuse and Mental Health Services Administration")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_templates_are_worded_with_care(path: Path) -> None:
    text = _NAMES.sub("", path.read_text("utf-8"))
    assert not _STIGMA.search(text)
    assert not _CLAIMS.search(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_every_word_of_a_template_can_be_translated(path: Path) -> None:
    text = path.read_text("utf-8")
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", text)
    text = re.sub(r"&[a-z]+;", " ", text)
    assert not re.search(r"[A-Za-z]{2}", text), re.findall(r"[A-Za-z]{2,}", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_templates_hold_no_style_and_no_script_of_their_own(path: Path) -> None:
    text = path.read_text("utf-8")
    # A block of data for search engines is never run.
    text = text.replace(
        '<script type="application/ld+json">{{ structured_data | tojson }}</script>', ""
    )
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text)


@pytest.mark.parametrize(
    "path",
    [*TEMPLATES, *sorted((ROOT / "static").rglob("*"))],
    ids=relative,
)
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(src|srcset|action|url\()\s*=?\s*[\"']?(https?:)?//", text)
    assert not re.search(r"<link[^>]*href=[\"'](https?:)?//", text)


def test_no_test_waits_for_a_time_to_pass() -> None:
    pacing = {"crash.py", "load.py", "rotation.py", "serving.py"}  # between tries, or on purpose
    for path in (ROOT / "tests").rglob("*.py"):
        text = path.read_text("utf-8")
        assert "wait_for" + "_timeout(" not in text, path
        assert path.name in pacing or not re.search(r"\bsleep\(", text), path


def test_the_locked_requirements_have_hashes_and_name_no_place_to_fetch_from() -> None:
    for name in ("requirements.txt", "requirements-test.txt"):
        text = (ROOT / name).read_text("utf-8")
        packages = [line for line in text.splitlines() if re.match(r"[a-zA-Z0-9]", line)]
        assert packages
        assert all("==" in line for line in packages)
        assert text.count("--hash=sha256:") >= len(packages)
        assert not re.search(r"https?://|--index|--find-links|--extra", text)
