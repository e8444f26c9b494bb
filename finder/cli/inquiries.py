"""``inquiries``: count, export, purge and erase inquiries, and list their disclosures."""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask.cli import AppGroup

from finder.cli.support.actors import actor_label, command_actor, emails_by_account_id
from finder.cli.support.error_messages import errors_as_messages
from finder.cli.support.plurals import pluralize
from finder.extensions import db, services
from finder.intake.casework import (
    REDISCLOSURE_NOTICE,
    ReadInquiry,
    export_inquiries,
    export_without_names,
    inquiries_csv,
    inquiry_counts,
    nameless_csv,
)
from finder.intake.keeping import erase_inquiry, purge_inquiries, update_tombstone_file
from finder.intake.sharing import disclosures_of

inquiries = AppGroup("inquiries", help="What people wrote.")


@inquiries.command()
def stats() -> None:
    """Count the inquiries by status."""
    with errors_as_messages():
        counts = inquiry_counts(db.session)
    for status, number in counts.items():
        click.echo(f"{status}: {number}")
    click.echo(f"total: {sum(counts.values())}")


@inquiries.command()
@click.option(
    "--reason",
    help="Unseal all of it, and why; it goes into the audit log. Without it, nothing is unsealed.",
)
@click.option(
    "--to",
    "recipient",
    help="To whom it goes, where that is not you; with --reason. Then only the inquiries are"
    " written whose authors agreed to share them with this name.",
)
@click.option(
    "--legal-basis",
    help="The law that allows it without consent, in words; with --to. Then all are written.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="A new file, readable by its owner alone; without it, the terminal.",
)
def export(
    reason: str | None, recipient: str | None, legal_basis: str | None, output: Path | None
) -> None:
    """Write all inquiries as CSV: without a reason, nothing that tells whose they are.

    With --reason they are unsealed with names and words. The export and every inquiry that is read
    go into the audit log. Where one of them cannot be unsealed, nothing is written.
    """
    if recipient is not None and reason is None:
        raise click.UsageError("--to tells who gets what people wrote: give --reason, too.")
    if legal_basis is not None and recipient is None:
        raise click.UsageError("--legal-basis is for somebody: give --to, too.")
    if output is None:
        click.echo(_table(reason, recipient, legal_basis)[0], nl=False)
        return
    with errors_as_messages():
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with errors_as_messages(), os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            text, number = _table(reason, recipient, legal_basis)
            file.write(text)
    except BaseException:
        output.unlink()
        raise
    written = pluralize(number, "inquiry was", "inquiries were")
    click.echo(f"{written} written to {output}. {REDISCLOSURE_NOTICE}", err=True)


@inquiries.command()
def purge() -> None:
    """Erase the inquiries and reports whose time is up; run it every day."""
    with errors_as_messages():
        purged = purge_inquiries(db.session, actor=command_actor(), clock=services().clock)
        update_tombstone_file(db.session, services().settings.tombstones_path)
    erased = pluralize(purged.erased, "inquiry was", "inquiries were")
    click.echo(f"{erased} erased; {pluralize(purged.remaining, 'is', 'are')} kept on.")
    reports = pluralize(
        purged.reports, "report of a wrong detail was", "reports of wrong details were"
    )
    click.echo(f"{reports} erased.")
    if purged.left:
        raise click.ClickException(
            f"{pluralize(purged.left, 'inquiry', 'inquiries')} could not be erased, and should have"
            " been. Look at the database (./run doctor), and run this again."
        )


@inquiries.command()
@click.argument("code")
def erase(code: str) -> None:
    """Erase the inquiry with the reference code CODE, because its author asks for it."""
    with errors_as_messages():
        erase_inquiry(
            db.session, services().key_ring(), code, actor=command_actor(), clock=services().clock
        )
        update_tombstone_file(db.session, services().settings.tombstones_path)
    click.echo("The inquiry was erased.")


@inquiries.command()
@click.argument("code")
def disclosures(code: str) -> None:
    """List to whom the inquiry with the reference code CODE was shown in the last three years.

    It is there also where the inquiry itself was erased.
    """
    with errors_as_messages():
        given = disclosures_of(db.session, services().key_ring(), code)
        names = emails_by_account_id()
    for each in given:
        basis = f"consent {each.consent_id} ({each.consent_version})" if each.consent_id else "none"
        click.echo(
            f"{each.at:%Y-%m-%dT%H:%M:%SZ}\t{each.kind}\tto {actor_label(each.recipient, names)}"
            f"\tby {actor_label(each.actor, names)}"
            f"\t{each.reason}\tbasis: {basis}"
        )
    click.echo(f"{pluralize(len(given), 'disclosure is', 'disclosures are')} on record.", err=True)


def _table(reason: str | None, recipient: str | None, legal_basis: str | None) -> tuple[str, int]:
    """Return the CSV and the number of its inquiries; unsealed only with a reason."""
    if reason is not None:
        read = _read(reason, recipient, legal_basis)
        return inquiries_csv(read), len(read)
    with errors_as_messages():
        nameless = export_without_names(db.session, actor=command_actor(), clock=services().clock)
    return nameless_csv(nameless), len(nameless)


def _read(reason: str, recipient: str | None, legal_basis: str | None) -> list[ReadInquiry]:
    with errors_as_messages():
        return export_inquiries(
            db.session,
            services().key_ring(),
            actor=command_actor(),
            reason=reason,
            recipient=recipient,
            legal_basis=legal_basis,
            clock=services().clock,
        )
