"""Who runs a command, as the audit log names them."""

from __future__ import annotations

import getpass
import os


def actor() -> str:
    """Return ``command:`` and the account's name, or its number where it has no name."""
    try:
        return f"command:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's account may have a number alone
        return f"command:{os.getuid()}"
