"""``backup``: create, verify and restore an encrypted backup."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from finder.backup import create_backup, restore_backup, verify_backup
from finder.cli.support.actors import command_actor
from finder.cli.support.error_messages import errors_as_messages
from finder.cli.support.plurals import pluralize
from finder.extensions import db, services
from finder.intake.keeping import update_tombstone_file
from finder.security.keys import KeyMissing, KeyRing

backup = AppGroup("backup", help="All that the database holds, in one encrypted file.")

_PATH = click.argument("path", type=click.Path(dir_okay=False, path_type=Path))


@backup.command()
@_PATH
def create(path: Path) -> None:
    """Write a new encrypted file PATH while the application goes on."""
    app = services()
    with errors_as_messages():
        made = create_backup(db.session, path, _rings()[0], actor=command_actor(), clock=app.clock)
        update_tombstone_file(db.session, app.settings.tombstones_path)
    click.echo(
        f"{pluralize(made.rows, 'row was', 'rows were')} written to {path} under the key"
        f" {made.key_id}. Audit log: {pluralize(made.audit_count, 'event')}, head"
        f" {made.audit_hash}."
    )
    click.echo("Keep the keys apart from it, and look whether it is good: ./run backup verify")


@backup.command()
@_PATH
def verify(path: Path) -> None:
    """Decrypt PATH, and check its rows, its audit log and every seal; exit 1 where one is bad."""
    with errors_as_messages():
        found = verify_backup(path, _rings(), services().key_ring())
    click.echo(f"made at {found.made_at:%Y-%m-%d %H:%M:%S} UTC, schema {found.revision}")
    for name, number in found.counts.items():
        click.echo(f"{name}: {pluralize(number, 'row')}")
    click.echo(f"audit log: {pluralize(found.audit.count, 'event')}, head {found.audit.head_hash}")
    click.echo(f"sealed rows that open: {found.seals.opened}")
    problems = [*([found.audit.problem] if found.audit.problem else [])]
    problems += [f"{name} does not open." for name in found.seals.broken]
    problems += [
        f"{pluralize(number, 'row waits', 'rows wait')} for the key {key_id}, which is missing."
        for key_id, number in found.seals.missing.items()
    ]
    if found.dangling:
        pointing = pluralize(found.dangling, "row points", "rows point")
        problems.append(f"{pointing} to others that are not there.")
    for problem in problems:
        click.echo(problem, err=True)
    if not found.sound:
        raise click.ClickException("The backup is not good; keep another one.")
    click.echo("The backup is good.")


@backup.command()
@_PATH
@click.option("--replace", is_flag=True, help="Put it in the place of what the database holds.")
def restore(path: Path, *, replace: bool) -> None:
    """Bring PATH back, without what was erased since; all of it or nothing."""
    app = services()
    with errors_as_messages():
        done = restore_backup(
            db.session,
            path,
            _rings(),
            tombstones_path=app.settings.tombstones_path,
            replace=replace,
            actor=command_actor(),
            clock=app.clock,
        )
        update_tombstone_file(db.session, app.settings.tombstones_path)
    click.echo(
        f"Restored from {done.made_at:%Y-%m-%d %H:%M:%S} UTC: {pluralize(done.rows, 'row')}, and"
        f" among them {pluralize(done.inquiries, 'inquiry', 'inquiries')}. Erased since, and erased"
        f" again: {done.erased_again}. Consents to share that were taken back since, and are so"
        f" again: {done.withdrawn_again}."
    )
    if done.kept_log:
        click.echo("The audit log and the ledger of disclosures go on from what they were.")
    click.echo("Start the application again, and run: ./run doctor")
    missing = [
        key_id for key_id in done.key_ids if not any(key_id in ring for ring in _sealing_ring())
    ]
    if missing:
        raise click.ClickException(
            f"The keys {', '.join(missing)} are missing; what they sealed cannot be read. Add them"
            " to FINDER_KEYS."
        )


def _rings() -> list[KeyRing]:
    """Return the rings that may open a backup: that for backups, then the sealing ring."""
    keys = services().settings.backup_keys
    rings = [KeyRing(keys)] if keys else []
    try:
        return [*rings, services().key_ring()]
    except KeyMissing:
        if not rings:
            raise
        return rings


def _sealing_ring() -> list[KeyRing]:
    try:
        return [services().key_ring()]
    except KeyMissing:
        return []
