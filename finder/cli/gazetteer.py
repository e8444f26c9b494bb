"""``gazetteer`` and ``geocode``: build the offline gazetteer, and try the geocoder."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from finder.errors import FinderError
from finder.extensions import services
from finder.geocoding import build_gazetteer

gazetteer = AppGroup("gazetteer", help="The offline place names.")


@gazetteer.command()
def build() -> None:
    """Bake the gazetteer from the place names that come with Finder."""
    path = services().settings.gazetteer_path
    build_gazetteer(path)
    click.echo(f"Built {path} ({path.stat().st_size / 1e6:.1f} MB).")


@click.command()
@click.argument("text")
@with_appcontext
def geocode(text: str) -> None:
    """Show the places that TEXT may mean, best first."""
    try:
        found = services().gazetteer().find_places(text)
    except FinderError as error:
        raise click.ClickException(str(error)) from None
    for place in found.places:
        click.echo(
            f"{place.label}\t{place.kind}\t{place.latitude:.4f}, {place.longitude:.4f}"
            f"\tpopulation {place.population}\tconfidence {place.confidence:.2f}"
        )
    if not found.places:
        meant = f" Did you mean: {'; '.join(found.did_you_mean)}?" if found.did_you_mean else ""
        raise click.ClickException(f"No place in the United States fits.{meant}")
