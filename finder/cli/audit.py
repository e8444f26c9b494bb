"""``audit``: verify the hash chain of the audit log, and list its events."""

from __future__ import annotations

import datetime as dt

import click
from flask.cli import AppGroup

from finder.cli.support.actors import resolve_actor
from finder.cli.support.error_messages import errors_as_messages
from finder.cli.support.plurals import pluralize
from finder.extensions import db
from finder.security.audit import EVENTS, AuditFilter, events, verify

audit = AppGroup("audit", help="The log of who did what, without a word of any inquiry.")

_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@audit.command("verify")
def verify_command() -> None:
    """Read the whole chain; exit 1 where an event was changed, taken out or put elsewhere.

    Keep the number of events and the head's hash elsewhere from time to time, and compare.
    """
    with errors_as_messages():
        verdict = verify(db.session)
    click.echo(f"{pluralize(verdict.count, 'event')}, head {verdict.head_hash}")
    if verdict.problem is not None:
        raise click.ClickException(
            f"The audit log is not as it was written. {verdict.problem} Compare it with a backup,"
            " and find out who could write to the database."
        )
    click.echo("The audit log is whole.")


@audit.command("list")
@click.option("--since", type=click.DateTime(_TIMES), help="From this time on (UTC).")
@click.option("--until", type=click.DateTime(_TIMES), help="Before this time (UTC).")
@click.option(
    "--actor",
    help="Who did it: an account's e-mail address or id, command:NAME for who runs commands,"
    " author or public.",
)
@click.option(
    "--event",
    "names",
    type=click.Choice(sorted(EVENTS)),
    multiple=True,
    help="What was done; give it again for one event more.",
)
@click.option("--subject", help="What it was done to: the id of an inquiry.")
def list_command(
    since: dt.datetime | None,
    until: dt.datetime | None,
    actor: str | None,
    names: tuple[str, ...],
    subject: str | None,
) -> None:
    """List events, oldest first, one a line with tabs between.

    Whose inquiries did an account read on two days in March, in the browser or by an export?

    \b
        ./run audit list --actor ann@example.org --event inquiry.opened_by_staff
            --event inquiry.read --since 2026-03-01 --until 2026-03-03
    """  # noqa: D301 - click reads the character
    with errors_as_messages():
        wanted = AuditFilter(
            since=since.replace(tzinfo=dt.UTC) if since else None,
            until=until.replace(tzinfo=dt.UTC) if until else None,
            actor=None if actor is None else resolve_actor(actor),
            events=frozenset(names),
            subject=subject,
        )
        for each in events(db.session, wanted):
            details = " ".join(f"{name}={value}" for name, value in sorted(each.details.items()))
            click.echo(
                f"{each.seq}\t{each.at:%Y-%m-%dT%H:%M:%SZ}\t{each.event}\t{each.actor}"
                f"\t{each.subject}\t{details}"
            )
