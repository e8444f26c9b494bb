"""Finder: find treatment programs nearby, and send an inquiry that is kept safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings


def create_app(settings: Settings | None = None, *, with_commands: bool = True) -> Flask:
    """Return the application; the settings come from the environment unless they are given.

    :param with_commands: whether to register the commands, which a server does not need.
    :raises finder.errors.SettingError: a setting is malformed, missing or weak.
    """
    # Imported here so that importing a domain package does not load Flask and the pages.
    from finder.application import wire

    return wire(settings, with_commands=with_commands)
