"""``lotwise simulate``: write a virtual plant's exports, and its truth beside them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from data_contracts.untrusted.limits import (
    LARGEST_SEED,
    MOST_RERUNS,
    MOST_SIMULATED_BATCHES,
    MOST_SIMULATED_YEARS,
)
from pipelines.terminal.console import terminal


def command(
    out: Annotated[Path, typer.Option("--out", help="Folder for the exports.")],
    batches: Annotated[
        int,
        typer.Option("--batches", min=1, max=MOST_SIMULATED_BATCHES, help="Number of batches."),
    ] = 1000,
    years: Annotated[
        float,
        typer.Option("--years", min=0.1, max=MOST_SIMULATED_YEARS, help="Years of production."),
    ] = 5.0,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=LARGEST_SEED, help="Same seed, same bytes.")
    ] = 1,
    plant: Annotated[
        str, typer.Option("--plant", help="Built-in plant (tablets, sterile_vials) or a YAML path.")
    ] = "tablets",
    null: Annotated[
        bool, typer.Option("--null", help="Cut every path into failures; keep all marginals.")
    ] = False,
    do: Annotated[
        str | None,
        typer.Option("--do", help='Hold a variable in a window, as in "x in [2.0, 2.6]".'),
    ] = None,
    reruns: Annotated[
        int,
        typer.Option(
            "--reruns", min=1, max=MOST_RERUNS, help="Re-runs behind each expected true effect."
        ),
    ] = 20,
    interval_s: Annotated[
        int | None,
        typer.Option("--interval-s", help="Seconds between readings, 1 to 600; 10 by default."),
    ] = None,
    failure_rate: Annotated[
        float | None,
        typer.Option("--failure-rate", help="Share of batches that fail; about 0.03 by default."),
    ] = None,
) -> None:
    """Write a virtual plant's exports to OUT and its truth to OUT-truth."""
    from assets.virtual_plant.simulate import simulate

    console = terminal()
    with console.status("simulating the plant"):
        done = simulate(
            out,
            batches=batches,
            years=years,
            seed=seed,
            plant=plant,
            is_null=null,
            do=do,
            reruns=reruns,
            interval_s=interval_s,
            failure_rate=failure_rate,
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
    if done.do:
        text = _effect_text(done.do, years)
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def _effect_text(done: dict[str, Any], years: float) -> str:
    """Two lines: the change on these batches, and the one to expect."""
    realised, expected = done["realised"], done["expected"]
    error = expected["standard_error"]
    spread = "" if error is None else f" (Monte Carlo standard error {error:.2f})"
    return (
        f"Holding {done['policy']} changes failures on these batches by {realised['change']:+d}, "
        f"from {realised['failures_before']} to {realised['failures_after']}.\n"
        f"Expected over {expected['reruns']} re-runs of {years:g} years: "
        f"{expected['change']:+.2f}{spread}, {expected['change_per_year']:+.2f} a year."
    )
