"""Layout of the bitmap index: which bit of a facility's mask is which answer.

Bit n of a mask is bit ``n % 8`` of byte ``n // 8`` (little-endian). Every option has a *yes* bit;
one that codes can deny has a *no* bit as well; with neither set, the answer is not stated. Then
come one bit for every group of `EXCLUSIVE_GROUPS`, ten bits for the number of the state, and one
that tells whether the facility's own place is known; last one bit for each kind of treatment that
the facility says it offers. The layout follows from `FILTERS`: a stored mask is valid only under
the same `BitmapLayout.fingerprint`.

A facility has three masks, one for each `Treats` that a search may ask for (`masks_of`). They
differ in whose answers they hold, and agree in all else.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from finder.facilities.vocabulary import (
    ADULT_AGES,
    ADULT_EVIDENCE,
    EXCLUSIVE_GROUPS,
    FILTERS,
    KINDS,
    SERVICE_WORDS,
    YOUTH_PROGRAMS,
    Facet,
    Kind,
    ServiceWords,
    Treats,
    codes_answering,
    codes_limiting,
    exclusive_to,
    fingerprint_of,
)

_STATE_BITS = 10


def state_number(state: str) -> int:
    """Return a number from 1 to 676 for a state of two capital letters, 0 for anything else."""
    if len(state) != 2 or not (state.isascii() and state.isupper()):
        return 0
    first, second = (ord(letter) - ord("A") for letter in state)
    return 1 + 26 * first + second


class BitmapLayout:
    """The positions of all bits of a mask, for one set of filters; immutable."""

    def __init__(self, filters: Sequence[Facet]) -> None:
        """Assign bits to every option of `filters` in order, then to every exclusive group."""
        self._yes: dict[tuple[str, str], int] = {}
        self._no: dict[tuple[str, str], int] = {}
        of_code: defaultdict[str, int] = defaultdict(int)
        position = 0
        for facet in filters:
            for option in facet.options:
                key = (facet.name, option.value)
                self._yes[key] = position
                for code in option.codes:
                    of_code[code] |= 1 << position
                position += 1
                if not option.denied_by:
                    continue
                self._no[key] = position
                for code in option.denied_by:
                    of_code[code] |= 1 << position
                position += 1
        self._exclusive = {group: position + n for n, group in enumerate(EXCLUSIVE_GROUPS)}
        position += len(EXCLUSIVE_GROUPS)
        self._state: int = position
        position += _STATE_BITS
        self.exact_bit: int = position
        """Position of the bit of those whose coordinates are their own, not those of an area."""
        position += 1
        self._treats = {kind: position + n for n, kind in enumerate(KINDS)}
        position += len(KINDS)

        self._of_code = dict(of_code)
        self._contested = [(1 << self._yes[key], ~(1 << no)) for key, no in self._no.items()]
        self.width: int = (position + 7) // 8
        """Bytes in every mask."""
        rules = (
            f"{fingerprint_of(tuple(filters))} {EXCLUSIVE_GROUPS}"
            f" {sorted(ADULT_EVIDENCE)} {sorted(YOUTH_PROGRAMS)} {sorted(ADULT_AGES)} {_STATE_BITS}"
            f" {KINDS}"
        )
        self.fingerprint: str = hashlib.sha256(rules.encode()).hexdigest()
        """SHA-256 in hex of all that determines a mask; masks of another must be rebuilt."""

    def masks_of(
        self, codes: Mapping[Kind, Collection[str]], *, state: str = "", is_exact: bool = False
    ) -> dict[Treats, bytes]:
        """Return a facility's mask for each kind that a search may ask for.

        Where it treats no such thing, the answers are those of the other kind: a search leaves it
        out by its bit (`treats_bit`), and counts whether it would fit all else.

        :param codes: the codes of each kind in which the facility is listed.
        """
        answering = {asked: codes_answering(codes, asked) for asked in Treats}
        treated = [kind for kind in KINDS if answering[Treats(kind.value)] is not None]
        known: dict[tuple[frozenset[str], frozenset[str]], bytes] = {}
        masks = {}
        for asked, said in answering.items():
            limits = codes_limiting(codes, asked)
            held = limits if said is None else said
            if (held, limits) not in known:  # the three are mostly the same
                known[held, limits] = self.mask_of(
                    held, state=state, is_exact=is_exact, treats=treated, limits=limits
                )
            masks[asked] = known[held, limits]
        return masks

    def mask_of(
        self,
        codes: Collection[str],
        *,
        state: str = "",
        is_exact: bool = False,
        treats: Collection[Kind] = (),
        limits: Collection[str] | None = None,
    ) -> bytes:
        """Return the mask of some codes, `width` bytes; codes that no filter uses are ignored.

        :param limits: the codes that tell whom it takes, where they are others.
        """
        held = frozenset(codes)
        mask = 0
        for code in held:
            mask |= self._of_code.get(code, 0)
        for yes, all_but_no in self._contested:
            if mask & yes:
                mask &= all_but_no
        for group in exclusive_to(held if limits is None else limits):
            mask |= 1 << self._exclusive[group]
        mask |= state_number(state) << self._state
        mask |= is_exact << self.exact_bit
        for kind in treats:
            mask |= 1 << self._treats[kind]
        return mask.to_bytes(self.width, "little")

    def bit(self, facet: str, value: str) -> int:
        """Return the position of an option's yes bit; `KeyError` where there is no such option."""
        return self._yes[facet, value]

    def no_bit(self, facet: str, value: str) -> int | None:
        """Return the position of an option's no bit, or None where nothing can deny it."""
        return self._no.get((facet, value))

    def state_bits(self, state: str) -> dict[int, bool]:
        """Return the positions of the bits of a state's number, and whether each is set."""
        number = state_number(state)
        return {self._state + n: bool(number >> n & 1) for n in range(_STATE_BITS)}

    def exclusive_bit(self, group: str) -> int:
        """Return the position of an exclusive group's bit; `KeyError` where there is none."""
        return self._exclusive[group]

    def treats_bit(self, kind: Kind) -> int:
        """Return the position of the bit of those who say that they treat a kind."""
        return self._treats[kind]


LAYOUT = BitmapLayout(FILTERS)


class ServiceLayout:
    """The bits of a second mask, one for each service that is found by a word; immutable.

    No other search reads it, so it stands apart from the answers to filters.
    """

    def __init__(self, services: Sequence[ServiceWords]) -> None:
        """Assign bits to services in order."""
        self._of_code: defaultdict[str, int] = defaultdict(int)
        for position, each in enumerate(services):
            for code in each.codes:
                self._of_code[code] |= 1 << position
        self.width: int = (len(services) + 7) // 8
        """Bytes in every mask."""
        rows = repr([each.codes for each in services])
        self.fingerprint: str = hashlib.sha256(rows.encode()).hexdigest()
        """SHA-256 in hex of all that determines a mask."""

    def mask_of(self, codes: Collection[str]) -> bytes:
        """Return a facility's mask, `width` bytes."""
        mask = 0
        for code in codes:
            if code in self._of_code:
                mask |= self._of_code[code]
        return mask.to_bytes(self.width, "little")


SERVICE_LAYOUT = ServiceLayout(SERVICE_WORDS)
