"""What is said on the terminal, in which no text from a record can act.

A file name or a batch id may hold escape sequences, direction marks and markup. Here belong the
console every command prints on and the wording of errors nobody foresaw; what is said belongs to
the commands.
"""

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.segment import Segment

from data_contracts.inert_text import told, visible

SYSTEM_ERRORS = (OSError, MemoryError, RecursionError, UnicodeError)


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


def spoken_by_system(error: OSError | MemoryError | RecursionError | UnicodeError) -> str:
    """Return what the machine refused, as one sentence that says what to do next."""
    if isinstance(error, MemoryError):
        return (
            "There is not enough memory for this input. Nothing was published; give smaller files, "
            "or more memory."
        )
    if isinstance(error, RecursionError):
        return "The input is nested too deep. Nothing was published; write it flatter."
    if isinstance(error, UnicodeError):
        return f"A text cannot be read or written ({error}). Deliver it in UTF-8."
    place = error.filename2 or error.filename or "A file"
    reason = error.strerror or str(error)
    return (
        f"{place}: {reason}. Check that the path is right, leads to a file or folder as it should, "
        "and may be read and written; then run the command again."
    )


def is_for_eyes() -> bool:
    """Tell whether standard output is a terminal and not a file or another program."""
    return sys.stdout.isatty()
