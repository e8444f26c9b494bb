"""The headers of every response, errors and files included.

No page may load anything from another origin, run a script that is not a file of ours, be framed,
or be kept by a cache where it holds what somebody wrote.
"""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.wrappers import Response as BaseResponse

from finder.extensions import services

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    # The CSRF check over HTTPS needs the referrer; nobody else gets one.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_YEAR = 365 * 24 * 60 * 60


def init_app(app: Flask) -> None:
    """Have the headers put on every response."""
    app.after_request(_add_headers)


def forget_pages(response: Response | BaseResponse) -> None:
    """Have the browser forget the pages that it showed, those it would go back to included.

    Of all that it could be told to clear this is the cache alone. Its storage holds the list of
    programs that somebody keeps on this device, who may want it just then; its cookies are also
    those of other tabs and of staff, and the session that ends is ended on the server.
    """
    response.headers["Clear-Site-Data"] = '"cache"'


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if services().settings.is_production:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}; includeSubDomains"
    if request.endpoint == "static":
        # Their addresses carry their content's hash: see formatting.static_url.
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    elif "Cache-Control" not in response.headers:
        # A search tells of the person who made it: a shared phone must not keep the page.
        response.headers["Cache-Control"] = "no-store"
    return response
