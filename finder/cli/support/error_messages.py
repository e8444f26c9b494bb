"""Turns exceptions of the domain, the database and files into a command's error message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa

from finder.errors import FinderError


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """Raise ``ClickException`` (exit 1, one line on standard error) for expected errors."""
    try:
        yield
    except FinderError as error:
        raise click.ClickException(str(error)) from None
    except sa.exc.DBAPIError as error:
        raise click.ClickException(
            f"The database cannot be used now ({error.orig}); nothing was changed. Try again."
        ) from None
    except BrokenPipeError:
        raise  # the reader closed the pipe, as head does: click exits silently
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from None
