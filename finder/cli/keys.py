"""``keys``: show, add and rotate the keys that seal inquiries."""

from __future__ import annotations

import os

import click
from flask.cli import AppGroup

from config import new_key
from finder.cli.support.actors import command_actor
from finder.cli.support.error_messages import errors_as_messages
from finder.cli.support.plurals import pluralize
from finder.cli.support.progress import progress_display
from finder.extensions import db, services
from finder.intake.keeping import rotate_keys, sealed_rows_by_key, sealed_rows_exist
from finder.security.keys import KeyMissing, add_development_key, ensure_development_keys

keys = AppGroup("keys", help="The keys that seal what people write.")


@keys.command()
def status() -> None:
    """Count the sealed rows a key; exit 1 where a key is missing. Never shows a key."""
    with errors_as_messages():
        rows = sealed_rows_by_key(db.session)
    present = _present()
    for place, key_id in enumerate(present):
        use = "seals and opens" if place == 0 else "opens"
        click.echo(f"{key_id}: {pluralize(rows.pop(key_id, 0), 'row')}, {use}")
    for key_id, number in rows.items():
        click.echo(f"{key_id}: {pluralize(number, 'row')}, MISSING")
    if rows:
        raise click.ClickException(
            "What the missing keys sealed cannot be read. Put them back: add their id:base64 to"
            " FINDER_KEYS, or restore the keys file in the data folder."
        )
    if not present:
        raise click.ClickException("There is no key. Make one: ./run keys add")


@keys.command()
@click.option("--print", "print_only", is_flag=True, help="Only print a fresh key; store nothing.")
def add(*, print_only: bool) -> None:
    """Add a fresh key that seals from now on; the others go on opening.

    In development it goes to the front of the keys file. In production, or where FINDER_KEYS is
    set, it is printed for you to put there.
    """
    settings = services().settings
    if print_only or settings.is_production or os.environ.get("FINDER_KEYS"):
        _, entry = new_key()
        click.echo(entry)
        click.echo(
            "Put it first in FINDER_KEYS, before the keys that are there and a comma, and start"
            " again. Keep a copy in a safe place: without its key, nothing sealed can be read.",
            err=True,
        )
        return
    path = settings.keys_path
    with errors_as_messages():
        if path.exists():
            key_id = add_development_key(path)
        else:
            made = ensure_development_keys(path, sealed_rows_exist=sealed_rows_exist(db.session))
            key_id = made[0][0]
    click.echo(f"The key {key_id} is the first in {path}. Start again to seal with it.")


@keys.command()
def rotate() -> None:
    """Seal everything again under the first key, while people go on reading and writing.

    Start the application again with the new key first: a worker that does not have it cannot read
    what was sealed with it. It can be broken off at any time; run it again to go on.
    """
    app = services()
    with errors_as_messages(), progress_display() as progress:
        done = rotate_keys(
            db.session, app.key_ring(), actor=command_actor(), clock=app.clock, progress=progress
        )
    click.echo(
        f"{pluralize(done.resealed, 'row was', 'rows were')} sealed again under {done.key_id}."
    )
    for name in done.broken:
        click.echo(f"does not open, and was left as it is: {name}", err=True)
    if done.broken:
        raise click.ClickException(
            "Some rows were changed outside of Finder. Bring them back from a backup; keep the"
            " earlier keys."
        )
    if done.left:
        raise click.ClickException(
            f"{pluralize(done.left, 'row was', 'rows were')} written under an earlier key"
            " meanwhile. Start every worker again with the new key first in FINDER_KEYS, and run"
            " this again."
        )
    click.echo("Keys that keys status shows with 0 rows can be taken away.")


def _present() -> tuple[str, ...]:
    try:
        return services().key_ring().ids
    except KeyMissing:
        return ()
