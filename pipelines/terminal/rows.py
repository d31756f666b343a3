"""Rows of a query on the terminal, as wide as it is: long text goes on in the next line, uncut.

Here belongs how rows are laid out; what they hold is made harmless before it is measured.
"""

from datetime import datetime

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from data_contracts.untrusted.inert_text import visible
from pipelines.terminal.console import terminal

MOST_ROWS = 200
# A column narrower than this, or than its name, is harder to read than a row written as a list.
LEAST_WIDTH = 12


def print_rows(frame: pl.DataFrame) -> None:
    """Print the rows of a query: a table where its columns fit, else each row as a list.

    Args:
        frame: The rows; more than 200 are not printed but counted.
    """
    console = terminal()
    texts = [[_text(value) for value in row] for row in frame.head(MOST_ROWS).iter_rows()]
    names = [visible(name) for name in frame.columns]
    if _fits(console, names, texts):
        console.print(_table(frame, names, texts))
    else:
        for number, row in enumerate(texts, start=1):
            console.print(f"row {number}", style="bold", markup=False, highlight=False)
            console.print(_list(names, row))
    shown = "" if frame.height <= MOST_ROWS else f", of which {MOST_ROWS} are shown"
    console.print(f"{frame.height} rows{shown}", markup=False, highlight=False)


def _fits(console: Console, names: list[str], texts: list[list[str]]) -> bool:
    longest = [max((len(row[i]) for row in texts), default=0) for i in range(len(names))]
    least = [
        max(len(name), min(LEAST_WIDTH, length))
        for name, length in zip(names, longest, strict=True)
    ]
    return sum(least) + 3 * len(names) + 1 <= console.width


def _table(frame: pl.DataFrame, names: list[str], texts: list[list[str]]) -> Table:
    table = Table(box=box.SQUARE, show_lines=any(len(text) > 80 for row in texts for text in row))
    for name, kind in zip(names, frame.dtypes, strict=True):
        table.add_column(
            _plain(name),
            justify="right" if kind.is_numeric() else "left",
            overflow="fold",
            min_width=len(name),
        )
    for row in texts:
        table.add_row(*map(_plain, row))
    return table


def _list(names: list[str], row: list[str]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in zip(names, row, strict=True):
        table.add_row(_plain(name), _plain(text))
    return table


def _plain(text: str) -> Text:
    """A text in which brackets are brackets, not markup."""
    return Text(text)


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="auto")
    return visible(str(value))
