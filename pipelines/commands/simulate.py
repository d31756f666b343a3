"""``lotwise simulate``: write a virtual plant's exports, and its truth beside them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def command(
    out: Annotated[Path, typer.Option("--out", help="Folder for the exports.")],
    batches: Annotated[int, typer.Option("--batches", min=1, help="Number of batches.")] = 1000,
    years: Annotated[float, typer.Option("--years", min=0.1, help="Years of production.")] = 5.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same bytes.")] = 1,
    plant: Annotated[
        Path | None, typer.Option("--plant", help="A plant file (YAML) in place of the built-in.")
    ] = None,
    null: Annotated[
        bool, typer.Option("--null", help="Cut every path into failures; keep all marginals.")
    ] = False,
    do: Annotated[
        str | None,
        typer.Option("--do", help='Hold a variable in a window, as in "x in [2.0, 2.6]".'),
    ] = None,
) -> None:
    """Write a virtual plant's exports to OUT and its truth to OUT-truth."""
    from assets.sources.virtual_plant.simulate import simulate

    console = Console()
    with console.status("simulating the plant"):
        done = simulate(
            out, batches=batches, years=years, seed=seed, plant=plant, is_null=null, do=do
        )
    best = "not defined" if done.oracle_auc is None else f"{done.oracle_auc:.2f}"
    told = "kept as it was" if done.is_reused else "written"
    console.print(
        f"{done.batches:,} batches ({done.failures} failed, {done.pending} not yet dispositioned) "
        f"and {done.readings:,} sensor readings {told}.\n"
        f"Exports: {done.out.resolve()}\nTruth:   {done.truth.resolve()} (never read by a run)\n"
        f"Best possible AUC before the laboratory: {best}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
