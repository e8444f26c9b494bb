"""Progress display of long commands: a bar on a terminal, a line every 5,000 items elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

LINE_EVERY = 5_000


@contextmanager
def progress_display(*, terminal: bool | None = None) -> Iterator[Callable[[str, int], None]]:
    """Yield a callback that takes what is counted and the number so far; writes to standard error.

    :param terminal: whether to show bars; by default, whether standard error is a terminal.
    """
    if sys.stderr.isatty() if terminal is None else terminal:
        with _bars() as report:
            yield report
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[Callable[[str, int], None]]:
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:>7,.0f} {task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, int] = {}

        def report(what: str, number: int) -> None:
            if what not in tasks:
                for earlier in tasks.values():
                    _finish(bars, earlier)
                # The total is unknown until the file has been read.
                tasks[what] = bars.add_task(what, total=None)
            bars.update(bars.task_ids[tasks[what]], completed=number)

        yield report
        for task in tasks.values():
            _finish(bars, task)


def _finish(bars: Progress, task: int) -> None:
    bars.update(bars.task_ids[task], total=bars.tasks[task].completed or 1)


def _lines() -> Callable[[str, int], None]:
    shown: dict[str, int] = {}

    def report(what: str, number: int) -> None:
        if number // LINE_EVERY > shown.get(what, 0):
            shown[what] = number // LINE_EVERY
            click.echo(f"{number} {what}", err=True)

    return report
