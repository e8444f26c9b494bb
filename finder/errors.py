"""The exceptions that Finder raises on purpose.

Each carries a message made for the person who reads it (a visitor, or an operator at the
command line): what is wrong and what to do. Nothing here knows of HTTP, forms or databases.
"""

from __future__ import annotations


class FinderError(Exception):
    """Something that a person can act on; ``str(error)`` tells them what to do."""


class SettingError(FinderError):
    """A setting is missing, weak or malformed; the message names it."""


class SchemaOutdated(FinderError):
    """The database's schema is not the one that this version of Finder works with."""
