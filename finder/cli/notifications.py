"""``notifications``: deliver the outbox by mail and webhook."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from config import Settings
from finder.cli.support.error_messages import errors_as_messages
from finder.cli.support.plurals import pluralize
from finder.extensions import db, services
from finder.intake.notifying import (
    Channel,
    MailRoute,
    Route,
    WebhookRoute,
    deliver,
    notify_overdue,
    outbox_counts,
)

notifications = AppGroup("notifications", help="What is told to the team; never what is written.")


@notifications.command()
@click.option("--digest", is_flag=True, help="Tell, too, whether inquiries wait for too long.")
def send(*, digest: bool) -> None:
    """Send the notifications that are due; exit 1 where one was given up or failed.

    Run it every minute, and once a day with --digest.

    A notification says that something waits, and never what or whose.
    """
    routes = _routes(services().settings)
    if not routes:
        raise click.ClickException(
            "Nothing is set up to notify anybody. Set FINDER_SMTP_URL, FINDER_NOTIFY_FROM and"
            " FINDER_NOTIFY_TO, or FINDER_WEBHOOK_URL and FINDER_WEBHOOK_SECRET."
        )
    with errors_as_messages():
        if digest:
            notify_overdue(db.session, clock=services().clock)
        done = deliver(db.session, routes, clock=services().clock)
        counts = outbox_counts(db.session)
    click.echo(
        f"{done.sent} sent, {pluralize(counts.waiting, 'waits', 'wait')},"
        f" {pluralize(counts.dead, 'was', 'were')} given up."
    )
    if done.failed or done.dead:
        raise click.ClickException(
            f"{done.failed + done.dead} could not be sent. Look at the settings and at the"
            " servers that they name; what waits is tried again at the next runs."
        )


def _routes(settings: Settings) -> dict[Channel, Route]:
    routes: dict[Channel, Route] = {}
    if settings.smtp_url:
        routes[Channel.MAIL] = MailRoute(
            settings.smtp_url,
            settings.notify_from,
            settings.notify_to,
            site_name=settings.site_name,
            site_url=settings.site_url,
        )
    if settings.webhook_url:
        routes[Channel.WEBHOOK] = WebhookRoute(settings.webhook_url, settings.webhook_secret)
    return routes
