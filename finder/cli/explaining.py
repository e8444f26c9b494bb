"""Turns what goes wrong in a command into one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa

from finder.errors import FinderError


@contextmanager
def explained() -> Iterator[None]:
    """Turn what goes wrong into a message for whoever runs the command."""
    try:
        yield
    except FinderError as error:
        raise click.ClickException(str(error)) from None
    except sa.exc.DBAPIError as error:
        raise click.ClickException(
            f"The database cannot be used now ({error.orig}); nothing was changed. Try again."
        ) from None
    except BrokenPipeError:
        raise  # whoever reads the output has enough of it, as head does: click ends in silence
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from None
