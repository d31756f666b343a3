"""``lotwise sql``: query the published warehouse, read-only."""

import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from data_contracts.errors import UsageError
from data_contracts.untrusted.inert_text import visible
from pipelines.commands.options import HomeOption
from pipelines.terminal.console import is_for_eyes, say

if TYPE_CHECKING:
    import polars as pl


class OutputFormat(StrEnum):
    """How a result is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def command(
    query: Annotated[str | None, typer.Argument(help="One SQL query.")] = None,
    home: HomeOption = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to print the rows.")
    ] = OutputFormat.TABLE,
    examples: Annotated[
        bool, typer.Option("--examples", help="List worked questions, each with its number.")
    ] = False,
    example: Annotated[
        int | None, typer.Option("--example", help="Print a worked question's SQL and its answer.")
    ] = None,
) -> None:
    """Query the published warehouse; it is never locked and never half written."""
    from pipelines.site.asked import home_of
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    if (query is not None) + examples + (example is not None) != 1:
        raise UsageError("Give one query, or --examples, or --example NUMBER.")
    if examples:
        _list_examples()
        return
    asked = query if query is not None else _example(example, output_format)
    with open_published(Home(home_of(home))) as published:
        frame = published.answer(asked)
    _print(frame, output_format)


def _list_examples() -> None:
    from assets.marts.worked_questions import worked_questions

    for question in worked_questions():
        say(f"{question.number:>2}  {question.text}")


def _example(number: int | None, output_format: OutputFormat) -> str:
    """Return a worked question's SQL, and show it where a person reads the answer.

    Raises:
        UsageError: There is no question of that number.
    """
    from assets.marts.worked_questions import worked_questions

    known = {question.number: question for question in worked_questions()}
    if number not in known:
        raise UsageError(
            f"There is no worked question {number}: they are numbered 1 to {max(known)}. "
            "'lotwise sql --examples' lists them."
        )
    if output_format is OutputFormat.TABLE:
        say(known[number].sql)
    return known[number].sql


def _print(frame: "pl.DataFrame", output_format: OutputFormat) -> None:
    if output_format is OutputFormat.CSV:
        text = frame.write_csv()
        # not by echo, which would take escape sequences out of what was delivered
        sys.stdout.write(visible(text) if is_for_eyes() else text)
    elif output_format is OutputFormat.JSON:
        typer.echo(json.dumps(frame.to_dicts(), default=str, indent=2))
    else:
        from pipelines.terminal.rows import print_rows

        print_rows(frame)
