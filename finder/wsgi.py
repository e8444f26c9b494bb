"""The WSGI entry point: ``granian --interface wsgi finder.wsgi:app``."""

from __future__ import annotations

from finder import create_app
from finder.schema import require_current_schema

app = create_app(with_commands=False)
require_current_schema(app)
