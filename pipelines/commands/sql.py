"""``lotwise sql``: query the published warehouse, read-only."""

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from data_contracts.untrusted.inert_text import visible
from pipelines.commands.options import HomeOption
from pipelines.terminal.console import is_for_eyes


class OutputFormat(StrEnum):
    """How a result is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def command(
    query: Annotated[str, typer.Argument(help="One SQL query.")],
    home: HomeOption = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to print the rows.")
    ] = OutputFormat.TABLE,
) -> None:
    """Query the published warehouse; it is never locked and never half written."""
    import polars as pl

    from pipelines.site.asked import home_of
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    with open_published(Home(home_of(home))) as published:
        frame = published.answer(query)
    if output_format is OutputFormat.CSV:
        text = frame.write_csv()
        # not by echo, which would take escape sequences out of what was delivered
        sys.stdout.write(visible(text) if is_for_eyes() else text)
    elif output_format is OutputFormat.JSON:
        typer.echo(json.dumps(frame.to_dicts(), default=str, indent=2))
    else:
        with pl.Config(
            tbl_rows=200, tbl_cols=40, fmt_str_lengths=80, tbl_hide_dataframe_shape=True
        ):
            typer.echo(visible(str(frame)))
            typer.echo(f"{frame.height} rows")
