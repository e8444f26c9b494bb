"""``serve``: run the application in granian, a WSGI server."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from http import HTTPStatus

import click
from flask.cli import with_appcontext
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from config import Settings
from finder.extensions import services

_READY_WITHIN_SECONDS = 60
_THREADS = 3
"""a worker, so that a request that waits for the database's lock blocks no other"""
_STOP_SECONDS = 8
"""for open requests when it is stopped; then what holds a worker up is cut off (Docker waits 10)"""


@click.command()
@with_appcontext
def serve() -> None:
    """Serve the pages and the API until it is stopped."""
    settings = services().settings
    _require_free_port(settings)
    threading.Thread(target=_announce, args=(settings,), daemon=True).start()
    Granian(
        "finder.wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=_THREADS,
        workers_kill_timeout=_STOP_SECONDS,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,  # a log of requests would say who searched for what
    ).serve()


def _require_free_port(settings: Settings) -> None:
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        raise click.ClickException(
            f"Cannot serve on {settings.host}:{settings.port} ({error.strerror}):"
            " set HOST and PORT to an address that is free."
        ) from None


def _announce(settings: Settings) -> None:
    """Say that it serves, once it does.

    By plain HTTP: this thread runs while workers are forked, and what TLS locks in OpenSSL at that
    moment stays locked in them for ever. ``urllib`` makes a TLS context for any address.
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - asks, binds nothing
    base = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, settings.port, timeout=5)
        with (
            contextlib.closing(connection),
            contextlib.suppress(http.client.HTTPException, OSError),
        ):
            connection.request("GET", "/health")
            if connection.getresponse().status == HTTPStatus.OK:
                click.echo(f"Ready: {base}")
                return
        time.sleep(0.05)
