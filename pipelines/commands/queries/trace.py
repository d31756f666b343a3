"""``lotwise trace``: what went into a batch or lot, what came of it, and what is at risk."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from data_contracts.errors import UsageError
from pipelines.commands.options import HomeOption, JsonOption
from pipelines.terminal.console import say

if TYPE_CHECKING:
    from assets.marts.traced import Traced


def command(
    asked: Annotated[
        str,
        typer.Argument(
            metavar="BATCH|LOT", help="A batch, a lot's number, or material/supplier/lot."
        ),
    ],
    forward: Annotated[bool, typer.Option("--forward", help="Only what came of it.")] = False,
    backward: Annotated[bool, typer.Option("--backward", help="Only what went into it.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Trace a batch or lot through any number of levels, with the money at risk."""
    from assets.marts.traced import traced
    from pipelines.site.asked import home_of
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    if forward and backward:
        raise UsageError("Give --forward or --backward; without either both are shown.")
    with open_published(Home(home_of(home))) as published:
        found = traced(published.query, asked, backward=not forward, forward=not backward)
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=2, default=str))
        return
    _print(found)


def _print(found: "Traced") -> None:
    from pipelines.terminal.rows import print_rows

    say(f"{found.type} {found.node}")
    for title, rows in (("What went into it", found.went_in), ("What came of it", found.came_of)):
        if rows is not None and rows.is_empty():
            say(f"{title}: nothing on record.")
        elif rows is not None:
            say(f"{title}:")
            print_rows(
                rows.drop(name for name in rows.columns if rows[name].null_count() == rows.height)
            )
    for line in risk_lines(found):
        say(line)


def risk_lines(found: "Traced") -> list[str]:
    """Say how many descendants are at risk and what they would cost.

    Args:
        found: What was traced forward.
    """
    lines = []
    for each in found.at_risk:
        if not each.batches:
            cost = ""
        elif each.cost_usd is None:
            cost = "; nothing is priced in this run"
        else:
            cost = (
                f": USD {each.cost_usd:,.0f} if all were lost "
                f"({each.cost_low_usd:,.0f} to {each.cost_high_usd:,.0f})"
            )
        lines.append(f"At risk, {each.standing}: {_batches(each.batches)}{cost}.")
    if found.rejected:
        lines.append(f"Rejected already: {_batches(found.rejected)}.")
    if found.prices_are_own is False and any(each.batches for each in found.at_risk):
        lines.append(
            "Priced with placeholders that came with lotwise: arithmetic, no basis for a decision "
            "until the plant states its own ('lotwise assumptions')."
        )
    return lines


def _batches(count: int) -> str:
    return f"{count} batch" if count == 1 else f"{count} batches"
