"""``doctor``: run the health checks and print their findings."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from finder.cli.support.health_checks import CHECKS, Level, run_check


@click.command()
@with_appcontext
def doctor() -> None:
    """Look at keys, database, folders and settings; exit 1 where something fails.

    No line shows a secret.
    """
    failed = 0
    for check in CHECKS:
        for finding in run_check(check):
            click.echo(f"{finding.level:<4} {finding.what}")
            if finding.do:
                click.echo(f"     → {finding.do}")
            failed += finding.level is Level.FAIL
    if failed:
        raise click.ClickException(f"{failed} checks failed; each line says what to do.")
