"""The application factory: configuration, extensions, blueprints and error handlers."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.middleware.proxy_fix import ProxyFix

from config import PRIVATE_FOLDER, Settings, parse_keys
from finder import api, cli, web
from finder.db import engine_options, prepare_engine, utc_now
from finder.extensions import Services, babel, compress, csrf, db, limiter
from finder.geocoding import Gazetteer
from finder.geocoding.online import GeocoderChain
from finder.security.keys import KeyRing
from finder.security.throttle import client_bucket

ROOT = Path(__file__).parent.parent


def wire(settings: Settings | None = None, *, with_commands: bool = True) -> Flask:
    """Return the application; see ``finder.create_app``."""
    settings = settings or Settings.from_environment()
    settings.data_dir.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    app = Flask(
        "finder",
        instance_path=str(settings.data_dir),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.from_mapping(_flask_config(settings))
    app.json.sort_keys = False  # type: ignore[attr-defined]  # DefaultJSONProvider
    gazetteer = functools.cache(lambda: Gazetteer(settings.gazetteer_path))
    app.extensions["finder"] = Services(
        settings=settings,
        gazetteer=gazetteer,
        places=functools.cache(lambda: _geocoder_chain(settings, gazetteer())),
        key_ring=functools.cache(lambda: KeyRing(settings.sealing_keys or _kept_keys(settings))),
        clock=utc_now,
        client_bucket=lambda: client_bucket(
            request.remote_addr or "",
            secret=settings.secret_key.encode(),
            day=utc_now().date(),
        ),
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # as Flask says
    for extension in (babel, compress, csrf, db, limiter):
        extension.init_app(app)
    # Flask-SQLAlchemy-Lite starts an event loop after every request to close async sessions. There
    # are none, and it would cost a third of the time of a plain page.
    app.teardown_appcontext_funcs[:] = [
        each for each in app.teardown_appcontext_funcs if not inspect.iscoroutinefunction(each)
    ]
    with app.app_context():
        prepare_engine(db.engine)
    for room in (api, web, *([cli] if with_commands else [])):
        room.init_app(app)
    app.register_error_handler(HTTPException, _error)
    app.register_error_handler(Exception, _unexpected)
    return app


def _geocoder_chain(settings: Settings, gazetteer: Gazetteer) -> GeocoderChain:
    return GeocoderChain(
        gazetteer,
        settings.geocoders,
        cache_path=settings.geocoder_cache_path,
        secret=settings.secret_key.encode(),
        user_agent=f"{settings.site_name} (Finder)",
        options=settings.geocoder_options,
        clock=utc_now,
    )


def _kept_keys(settings: Settings) -> tuple[tuple[str, bytes], ...]:
    """Return the development keys that were made after the settings were read (first start)."""
    path = settings.keys_path
    return parse_keys(path.read_text("ascii")) if path.exists() else ()


def _error(error: HTTPException) -> Response:
    return api.problem(error) if request.path.startswith("/api/") else web.error_page(error)


def _unexpected(error: Exception) -> Response:
    if current_app.testing or current_app.debug:
        raise error
    # The path alone: queries, bodies and IP addresses are never logged.
    current_app.logger.error("error at %s", request.path, exc_info=error)
    return _error(InternalServerError())


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_ENGINES": {"default": engine_options(settings.database_url)},
        "ALEMBIC": {"script_location": str(ROOT / "finder" / "migrations")},
        # Eight times the size of a form with the longest message.
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "MAX_FORM_PARTS": 100,
        # The __Host- prefix keeps other hosts of the domain from setting it.
        "SESSION_COOKIE_NAME": "__Host-finder" if settings.is_production else "finder",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.is_production,
        "WTF_CSRF_TIME_LIMIT": 12 * 60 * 60,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "COMPRESS_MIMETYPES": [
            "text/html",
            "text/css",
            "text/javascript",
            "image/svg+xml",
            "application/json",
            "application/problem+json",
        ],
        "RATELIMIT_STORAGE_URI": settings.limit_storage,
        "RATELIMIT_HEADERS_ENABLED": False,
        "API_TITLE": settings.site_name,
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/api/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
    }
