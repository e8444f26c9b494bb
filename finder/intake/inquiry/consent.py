"""What a person agrees to when they send an inquiry: versioned texts, kept by version and hash.

The texts carry the elements of 42 CFR 2.31(a): who discloses, what, to whom, why, the right to
take it back and how, and when it ends. The person's name, the signature (a tick for each text) and
the date are kept with the inquiry. The full text is what is agreed to, and what version and hash
stand for; pages fold it behind one sentence that sums it up and belongs to the same version. A text
or a sentence that changes gets a new version; old versions are in the project's history. The
operator's counsel approves the wording.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from finder.intake.models import Inquiry
from finder.translatable import N_


class ConsentKind(enum.StrEnum):
    """What is agreed to."""

    COLLECT = "collect"
    """that the operator's own team keeps and reads the inquiry"""
    SHARE = "share"
    """that the team passes it on to one facility, which the text names"""


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A text as it stands before a person who may agree to it."""

    kind: ConsentKind
    version: str
    template: str
    """the full text, for translation; ``%(facility)s`` stands for the facility's name"""
    sentence_template: str
    """sums the full text up, in the same form"""
    facility_name: str | None

    def shown(self, translate: Callable[[str], str] = str) -> str:
        """Return the full text with the facility's name, in the language of ``translate``."""
        return self._named(translate(self.template))

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence that sums the text up, as ``shown`` returns the text."""
        return self._named(translate(self.sentence_template))

    def _named(self, text: str) -> str:
        return text.replace("%(facility)s", self.facility_name or "")

    @property
    def sha256(self) -> str:
        """The hash of the full text as it is shown in English, in hex."""
        return hashlib.sha256(self.shown().encode()).hexdigest()


_COLLECT_VERSION = "collect-2"
_COLLECT = N_(
    "The team that runs this site may keep and read what I write in this form, to answer me and"
    " to help me find care. They share it with nobody else unless I agree. I can take this back"
    " at any time: with my reference code and my PIN I delete what I wrote on this site, or I send"
    " the team another inquiry with my reference code, and they erase it. What they did before"
    " cannot be undone. This ends when my inquiry is erased: at the latest 180 days after the last"
    " contact about it, or 90 days after it is closed."
)
_COLLECT_SENTENCE = N_(
    "I agree that the team of this site keeps and reads what I write, to answer me and to help me"
    " find care."
)
_SHARE_VERSION = "share-3"
_SHARE = N_(
    "The team that runs this site may pass on what I write in this form and in later messages, how"
    " to reach me, and the team's messages, notes and calls about my inquiry, to"
    " %(facility)s, so that they can answer me about care. I can take this back at any time: with"
    " my reference code and my PIN on this site, or I send the team another inquiry with my"
    " reference code. Then they pass on nothing more. What was passed on before cannot be undone."
    " This ends when my inquiry is erased: at the latest 180 days after the last contact about it,"
    " or 90 days after it is closed. If I do not agree, only the team that runs this site reads my"
    " inquiry."
)
_SHARE_SENTENCE = N_(
    "I agree that the team of this site may also give %(facility)s what I write, how to reach me,"
    " and its own notes and messages about it, so that they can answer me."
)

_HAND_OVER_VERSION = "hand-over-1"
_HAND_OVER = N_(
    "The team that runs this site may pass on my inquiry, with what I wrote, the messages, their"
    " notes and calls about it, and how to reach me, to %(facility)s, so that they can answer me"
    " about care. If I agreed to share it with another program before, that ends now. I can take"
    " this back at any time: with my reference code and my PIN on this site, or I send the team"
    " another inquiry with my reference code. Then they pass on nothing more. What was passed on"
    " before cannot be undone. This ends when my inquiry is erased: at the latest 180 days after"
    " the last contact about it, or 90 days after it is closed. If I do not agree, nothing"
    " changes."
)
_HAND_OVER_SENTENCE = N_(
    "The team of this site may give %(facility)s my inquiry, how to reach me, and its own notes and"
    " messages about it, in place of any program that I agreed to before."
)


def hand_over_text(facility_name: str) -> ConsentText:
    """Return the present text of passing an inquiry on that was sent before."""
    return ConsentText(
        ConsentKind.SHARE, _HAND_OVER_VERSION, _HAND_OVER, _HAND_OVER_SENTENCE, facility_name
    )


def consent_texts(facility_name: str | None) -> tuple[ConsentText, ...]:
    """Return the present texts: to collect, and where a facility is named, to share with it."""
    collect = ConsentText(ConsentKind.COLLECT, _COLLECT_VERSION, _COLLECT, _COLLECT_SENTENCE, None)
    if facility_name is None:
        return (collect,)
    share = ConsentText(ConsentKind.SHARE, _SHARE_VERSION, _SHARE, _SHARE_SENTENCE, facility_name)
    return (collect, share)


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A consent, as its giver sees it."""

    kind: ConsentKind
    facility_name: str | None
    given_at: dt.datetime
    withdrawn_at: dt.datetime | None


def consents_of(inquiry: Inquiry) -> tuple[GivenConsent, ...]:
    """Return the consents of an inquiry in the order in which they were given."""
    return tuple(
        GivenConsent(ConsentKind(each.kind), each.facility_name, each.given_at, each.withdrawn_at)
        for each in sorted(inquiry.consents, key=lambda each: each.id)
    )
