"""``python -m finder [COMMAND]``, called by ./run: bootstraps the data folder, runs a command."""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import FlaskGroup

from finder import create_app
from finder.cli.support.bootstrap import prepare
from finder.errors import FinderError


def main() -> None:
    """Run the command of the arguments, ``serve`` by default."""
    arguments = sys.argv[1:] or ["serve"]
    group = FlaskGroup(
        create_app=_prepared_app,
        add_default_commands=False,
        add_version_option=False,
        load_dotenv=False,
        set_debug_flag=False,
        help="Finder's commands. Without one, ./run serves.",
    )
    group.main(args=arguments, prog_name="./run")


def _prepared_app() -> Flask:
    try:
        app = create_app()
        prepare(app)
    except FinderError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(1) from None
    return app


if __name__ == "__main__":
    main()
