"""``staff``: manage staff accounts by one-time codes; no command takes a password."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from finder.cli.support.actors import command_actor
from finder.cli.support.error_messages import errors_as_messages
from finder.extensions import db, services
from finder.intake.permissions import Role
from finder.staff import (
    account_with_email,
    create_account,
    disable_account,
    enable_account,
    list_accounts,
    reset_account,
)

staff = AppGroup("staff", help="Accounts of the staff.")


@staff.command()
@click.argument("email")
@click.option("--role", type=click.Choice([each.value for each in Role]), required=True)
@click.option("--facility", "facilities", type=int, multiple=True, help="Works for this one alone.")
def create(email: str, role: str, facilities: tuple[int, ...]) -> None:
    """Make an account, and print the one-time code that its owner starts with."""
    with errors_as_messages():
        code = create_account(
            db.session,
            email,
            role=role,
            facility_ids=facilities,
            by=command_actor(),
            clock=services().clock,
        )
    _print_code(code)


@staff.command()
@click.argument("email")
def disable(email: str) -> None:
    """Let nobody sign in with an account any more, and end its sessions."""
    with errors_as_messages():
        account = account_with_email(db.session, email)
        disable_account(db.session, account.id, by=command_actor(), clock=services().clock)
    click.echo(f"{account.email} is disabled, and signed out everywhere.")


@staff.command()
@click.argument("email")
def enable(email: str) -> None:
    """Open a disabled account again, and print a one-time code: nothing old is good any more."""
    with errors_as_messages():
        account = account_with_email(db.session, email)
        code = enable_account(db.session, account.id, by=command_actor(), clock=services().clock)
    _print_code(code)


@staff.command()
@click.argument("email")
def reset(email: str) -> None:
    """Forget password and second factor, end all sessions, and print a new one-time code."""
    with errors_as_messages():
        account = account_with_email(db.session, email)
        code = reset_account(db.session, account.id, by=command_actor(), clock=services().clock)
    _print_code(code)


@staff.command("list")
def list_command() -> None:
    """List the accounts, one a line with tabs between; nothing of it is secret.

    The last column is the id that the audit log calls an account by.
    """
    with errors_as_messages():
        accounts = list_accounts(db.session)
    for each in accounts:
        facilities = ",".join(str(number) for number in sorted(each.facility_ids))
        factor = "second factor set up" if each.is_set_up else "no second factor yet"
        seen = f"{each.last_sign_in:%Y-%m-%dT%H:%M:%SZ}" if each.last_sign_in else "never"
        click.echo(
            "\t".join(
                (
                    each.email,
                    each.role,
                    f"facilities {facilities}" if facilities else "own team",
                    "disabled" if each.is_disabled else "open",
                    factor,
                    f"last sign-in {seen}",
                    each.id,
                )
            )
        )


def _print_code(code: str) -> None:
    click.echo(code)
    click.echo(
        "Give this one-time code to its owner, over a way that nobody else reads. It is good for"
        " 48 hours, at /staff/start.",
        err=True,
    )
