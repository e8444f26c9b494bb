from __future__ import annotations

import sqlalchemy as sa

from tests.drills.rotation import drill


def test_no_read_fails_and_nothing_is_lost_while_keys_rotate(engine: sa.Engine) -> None:
    done = drill(engine, inquiries=450)
    assert done.failures == []
    assert (done.lost, done.left) == (0, 0)
    assert done.rows >= 450
    assert done.reads > 0
    assert done.writes > 0
