"""What runs the migrations: an extension of commands and tests, which servers do without."""

from __future__ import annotations

from flask_alembic import Alembic

from finder.db import Model

alembic = Alembic(metadatas=Model.metadata)
