"""Security and cache headers of every response, errors and static files included.

The policy allows no other origin, no inline script or style and no framing; pages are ``no-store``.
"""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.wrappers import Response as BaseResponse

from finder.extensions import services
from finder.security.attempts import TooManyAttempts

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
    """Register the hook that adds the headers."""
    app.after_request(_add_headers)


def forget_pages(response: Response | BaseResponse) -> None:
    """Clear the browser's cache for this site, pages in the back-forward cache included.

    Neither its storage, which holds the saved list of this device, nor its cookies, which other
    tabs and staff use; the session that ends is ended on the server.
    """
    response.headers["Clear-Site-Data"] = '"cache"'


def minutes_to_wait(error: TooManyAttempts) -> int:
    """Return the wait in minutes, rounded up."""
    return max(1, -(-int(error.wait.total_seconds()) // 60))


def add_retry_after(response: Response, error: TooManyAttempts) -> Response:
    """Return a response with the wait as its ``Retry-After``."""
    response.headers["Retry-After"] = str(minutes_to_wait(error) * 60)
    return response


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if services().settings.is_production:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}; includeSubDomains"
    if request.endpoint == "static":
        # Their URLs hold a hash of the content: see formatting.static_url.
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    elif "Cache-Control" not in response.headers:
        # Searches are private, too: a shared phone must not keep the page.
        response.headers["Cache-Control"] = "no-store"
    return response
