"""``lotwise export``: published tables as Parquet with contracts, and one file that travels."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import HomeOption
from pipelines.terminal.console import say


def command(
    out: Annotated[
        Path,
        typer.Option("--out", help="Folder to write; an export already there is replaced."),
    ] = Path("lotwise-export"),
    home: HomeOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every table, not the marts alone.")
    ] = False,
    readings: Annotated[
        bool, typer.Option("--readings", help="The sensor readings too; they may be many.")
    ] = False,
) -> None:
    """Write the published tables as Parquet with their contracts, and as one DuckDB file."""
    from pipelines.site.asked import home_of
    from warehouse.paths import Home
    from warehouse.published_copy.export import EXPORT_FILE, export

    done = export(Home(home_of(home)), out, is_whole=everything, has_readings=readings)
    say(
        f"Exported {len(done.tables)} tables, {sum(done.tables.values()):,} rows, of source "
        f"{done.source_profile}."
    )
    say(done.readings_told + ("" if readings else " Add --readings to take them along."))
    say(f"One file: {(out / EXPORT_FILE).resolve()}")
