"""Online geocoders in a chain with the offline one: named in FINDER_GEOCODERS, off by default.

The only part of geocoding that makes requests. Knows nothing of facilities or pages.
"""

from __future__ import annotations

from finder.geocoding.online.census import Census
from finder.geocoding.online.chain import GeocoderChain
from finder.geocoding.online.providers import (
    ProviderRow,
    chain_names,
    check_options,
    described,
    online_names,
    options_from,
)

__all__ = [
    "Census",
    "GeocoderChain",
    "ProviderRow",
    "chain_names",
    "check_options",
    "described",
    "online_names",
    "options_from",
]
