"""``lotwise roi``: the cost model alone, marked as arithmetic on assumptions, not evidence."""

import json
from typing import Annotated

import typer

from pipelines.commands.options import AssumptionsOption, JsonOption


def command(
    preset: Annotated[
        str | None,
        typer.Option("--preset", help="Built-in set: sterile_injectable, real_time_release, ..."),
    ] = None,
    assumptions: AssumptionsOption = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="name=value or name=low,base,high; may be repeated."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Multiply out a set of cost assumptions; without options, the sterile injectable preset."""
    from assets.savings.roi import roi, roi_lines
    from data_contracts.assumptions import DEFAULT_PRESET, load_assumptions, with_overrides

    chosen = preset if preset or assumptions else DEFAULT_PRESET
    result = roi(with_overrides(load_assumptions(assumptions, chosen), settings or []))
    typer.echo(json.dumps(result.to_json(), indent=2) if as_json else "\n".join(roi_lines(result)))
