"""Turns a client's address into a rate-limit bucket that does not identify it.

The bucket is a keyed hash of the network prefix; the key changes daily. Knows no request.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress

_IPV4_PREFIX = 24
_IPV6_PREFIX = 48
_UNKNOWN = "unknown"


def client_bucket(address: str, *, secret: bytes, day: dt.date) -> str:
    """Return the name of the bucket that an address is counted in on a day (32 hex digits).

    It stands for a whole neighbourhood (/24 of IPv4, /48 of IPv6), changes every day, and leads
    back to no address without the secret. Whatever is not an address shares one bucket.
    """
    salt = hmac.digest(secret, b"finder throttle " + day.isoformat().encode(), hashlib.sha256)
    return hmac.digest(salt, _network_of(address).encode(), hashlib.sha256).hex()[:32]


def _network_of(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.strip().partition("%")[0])
    except ValueError:
        return _UNKNOWN
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = _IPV4_PREFIX if parsed.version == 4 else _IPV6_PREFIX
    return str(ipaddress.ip_network((parsed, prefix), strict=False))
