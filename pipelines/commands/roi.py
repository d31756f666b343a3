"""``lotwise roi``: the cost model alone, marked as arithmetic on assumptions, not evidence."""

import json
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import AssumptionsOption, JsonOption, SetOption
from pipelines.terminal.console import say


def command(
    preset: Annotated[
        str | None,
        typer.Option("--preset", help="Built-in set: sterile_injectable, real_time_release, ..."),
    ] = None,
    assumptions: AssumptionsOption = None,
    settings: SetOption = None,
    xlsx: Annotated[
        Path | None,
        typer.Option("--xlsx", help="Write the model as a workbook of live formulas."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Multiply out a set of cost assumptions; without options, the sterile injectable preset."""
    from assets.savings.arithmetic.roi import roi
    from assets.savings.arithmetic.roi_lines import roi_lines
    from data_contracts.assumptions import DEFAULT_PRESET, load_assumptions, with_overrides

    chosen = preset if preset or assumptions else DEFAULT_PRESET
    read = with_overrides(load_assumptions(assumptions, chosen), settings or [])
    result = roi(read)
    if xlsx is not None:
        from reports.workbook.book import write_workbook

        write_workbook(xlsx, read, notes=result.notes)
        say(f"Workbook: {xlsx}", is_stderr=True)
    typer.echo(json.dumps(result.to_json(), indent=2) if as_json else "\n".join(roi_lines(result)))
