"""What is said on the terminal, in which no text from a record can act.

A file name or a batch id may hold escape sequences, direction marks and markup.
"""

import sys
from collections.abc import Iterable
from typing import Any

import typer
from rich.console import Console, ConsoleOptions
from rich.segment import Segment

from data_contracts.untrusted.inert_text import told, visible


class InertConsole(Console):
    """A console that shows control characters, direction marks and the like as their codes."""

    def render(self, renderable: Any, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does, the text of every segment made harmless."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def terminal(*, is_stderr: bool = False) -> Console:
    """Return the console a command prints on."""
    return InertConsole(stderr=is_stderr, emoji=False)


def print_error(message: str) -> None:
    """Print one error on standard error, harmless and no longer than a person reads."""
    console = InertConsole(stderr=True, soft_wrap=True, emoji=False)
    console.print(f"Error: {told(message)}", markup=False, highlight=False)


def say(text: str, *, is_stderr: bool = False) -> None:
    """Print a line as it stands, unwrapped, made harmless: paths and names are texts of records."""
    typer.echo(visible(text), err=is_stderr)


def is_for_eyes() -> bool:
    """Tell whether standard output is a terminal and not a file or another program."""
    return sys.stdout.isatty()
