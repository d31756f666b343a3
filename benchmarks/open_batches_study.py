"""Open batches flagged: at most the budget where nothing causes failures, in time where it does.

Twenty tablet plants without causes and twenty with: the models are fitted on what was known after
600 batches, the 200 after them are scored as nights would score them and flagged as
``mart.open_batches`` flags them, at the last gate with a process signal. Without causes at most the
alarm budget may be flagged over all. With causes a failing batch counts as flagged in time if its
first alarm came at a gate at which less than twice the cost had been sunk into it that was sunk at
the stage where its failure mode begins (``economics.value_by_gate``). Wanted: the median failing
batch, that is at least half of them. Plants already in the CSV are not made again.

Where no gate has a signal nothing can be flagged, so beside it stands what would be if every gate
had one: as priced, and by the budget alone. To tell why failing batches were not flagged, it is
counted what the budget alone and the price alone would have caught. And nobody can know more than
the true probability of failure, given every cause as it was: of as many batches as were flagged,
and of a twentieth of all, those it would have chosen are counted, and how many it would need for
half of the failing ones.

    python benchmarks/open_batches_study.py                         # 20 of each
    python benchmarks/open_batches_study.py --plants 1 --batches 300 --fitted 200
"""

import argparse
from dataclasses import replace
from math import ceil, floor
from pathlib import Path
from typing import Any, Literal

import polars as pl

from assets.failure_models.dataset.study_inputs import StudySettings
from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.failure_cost import manufacturing_cost_usd
from benchmarks.studies.record import RESULTS, StudyRecord
from benchmarks.studies.replayed_nights import Fitted, fitted_at, scored_at
from benchmarks.verdict_study import study_inputs
from data_contracts.assumption_schema.lever_kinds import raising_alarms
from data_contracts.assumptions import Assumptions
from data_contracts.codes.records import Verdict

GATES = (1, 2, 3, 4, 5)
KINDS: tuple[Literal["null", "none"], ...] = ("null", "none")  # what is cut
HEADLINE, A_YEAR, BUDGET = "failure", 200, 0.05
STAMP = ("commit", "date")


def sunk_cost_usd(assumptions: Assumptions) -> dict[int, float]:
    """Avoidable cost sunk into a batch by gate, assumptions at base, USD."""
    base = corner(assumptions, "base")
    (lever, *_) = raising_alarms(assumptions.levers)
    spent = float(manufacturing_cost_usd(assumptions, base))
    share = lever.uses["sunk_cost_share"]
    return {
        gate: spent * float(base(assumptions.name_at_gate(share, gate))) for gate in range(1, 8)
    }


def plant_row(cut: Literal["null", "none"], seed: int, batches: int, fitted: int) -> dict[str, Any]:
    """Make a plant, fit its models, score what came after, and count."""
    from assets.virtual_plant.fast_path.prepared_plant import batch_features
    from data_contracts.assumptions import load_built_in
    from data_contracts.profile import load_profile

    made = batch_features(seed=seed, batches=batches, years=batches / A_YEAR, cut=cut)
    inputs = study_inputs(made, GATES)
    headline = pl.col("outcome") == HEADLINE
    inputs = study_of(inputs, headline)
    at = made.batches.sort("production_order")["started_at"][fitted]
    settings = StudySettings(
        seed=seed, permutations=999, resamples=200, refits=2, threads=1, with_contrast=False
    )
    prices = load_built_in("tablets")
    models = fitted_at(inputs, at, settings, prices)
    last = max(made.batch_gates["gate_at"].max(), at)
    late = made.batches.filter(pl.col("production_order") > fitted)["batch_id"]

    def said_by(**changed: Any) -> pl.DataFrame:
        """What is a finding on the morning page, of the batches the models had not seen."""
        said = scored_at(inputs, replace(models, **changed), last)
        of_late = said.filter(pl.col("batch_id").is_in(late.implode()))
        return of_late.filter(pl.col("verdict") == Verdict.PROCESS_SIGNAL)

    findings = said_by()
    failed = failing_batches(made.outcomes, late)
    any_gate = flagged_at_any_gate(findings)
    origins = load_profile("virtual_plant").failure_modes
    return {
        "cut": cut,
        "seed": seed,
        "batches": late.len(),
        "signals": findings["gate"].n_unique(),
        "flagged": flagged_at_last_gate(findings),
        "flagged_at_any_gate": len(any_gate),
        "failing": len(failed),
        "caught": len(any_gate & failed),
        "in_time": _in_time(made.outcomes, failed, findings, sunk_cost_usd(prices), origins),
        **_what_binds(said_by, models, failed),
        **_at_best(made.truth["oracle_failure_prob"], late, failed, len(any_gate)),
    }


def flagged_at_last_gate(findings: pl.DataFrame) -> int:
    """Batches ``mart.open_batches`` would show as flagged: at the last gate that is a finding."""
    return int(findings.sort("gate").group_by("batch_id").last()["is_alarm"].sum())


def flagged_at_any_gate(findings: pl.DataFrame) -> set[str]:
    """Batches that raised an alarm at any gate."""
    return set(findings.filter("is_alarm")["batch_id"])


def failing_batches(outcomes: pl.DataFrame, late: pl.Series) -> set[str]:
    """Batches after the fit that fail."""
    headline = pl.col("is_failure") & (pl.col("outcome") == HEADLINE)
    return set(outcomes.filter(headline)["batch_id"]) & set(late)


def _what_binds(said_by: Any, models: Fitted, failed: set[str]) -> dict[str, int]:
    """What the budget alone and the price alone would flag, and what if every gate had a signal."""
    priced = models.alarm_prices
    freely, unbounded = (
        priced.with_columns(pl.lit(value).alias(name))
        for name, value in (("least_prob", 0.0), ("alarm_budget", 1.0))
    )
    every = models.boosters.with_columns(verdict=pl.lit(Verdict.PROCESS_SIGNAL))
    by_price = flagged_at_any_gate(said_by(alarm_prices=unbounded))
    return {
        "flagged_if_signal": flagged_at_last_gate(said_by(boosters=every)),
        "in_budget_if_signal": flagged_at_last_gate(said_by(boosters=every, alarm_prices=freely)),
        "caught_by_budget": len(flagged_at_any_gate(said_by(alarm_prices=freely)) & failed),
        "flagged_by_price": len(by_price),
        "caught_by_price": len(by_price & failed),
    }


def _at_best(
    true_prob: dict[str, float], late: pl.Series, failed: set[str], flagged: int
) -> dict[str, int]:
    """Failing batches found by whoever knows the true risk of every batch."""
    riskiest = sorted(late, key=lambda batch: -true_prob[batch])
    found = [batch in failed for batch in riskiest]
    places = [place for place, is_failing in enumerate(found, start=1) if is_failing]
    return {
        "oracle_caught": sum(found[:flagged]),
        "oracle_in_budget": sum(found[: floor(BUDGET * late.len())]),
        "oracle_flags_for_half": places[ceil(len(places) / 2) - 1] if places else 0,
    }


def study_of(inputs: Any, headline: pl.Expr) -> Any:
    """The same inputs for the headline outcome alone: the others are its modes."""
    names = ("outcomes", "outcome_definitions", "outcome_margins", "acceptance_criteria")
    return replace(inputs, **{name: getattr(inputs, name).filter(headline) for name in names})


def _in_time(
    outcomes: pl.DataFrame,
    failing: set[str],
    findings: pl.DataFrame,
    sunk: dict[int, float],
    origins: Any,
) -> int:
    """How many failing batches were flagged before the cost had doubled."""
    first = dict(
        findings.filter("is_alarm").group_by("batch_id").agg(pl.col("gate").min()).iter_rows()
    )
    modes = outcomes.filter(pl.col("is_failure") & (pl.col("outcome") != HEADLINE))
    began: dict[str, int] = {}
    for batch, mode in modes.select("batch_id", "outcome").iter_rows():
        began[batch] = min(began.get(batch, 7), int(origins.get(mode, 7)))
    return sum(
        batch in first and sunk[first[batch]] < 2 * sunk[began.get(batch, 7)] for batch in failing
    )


def main() -> None:
    """Make the plants that are missing from the CSV, then count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--batches", type=int, default=800)
    parser.add_argument("--fitted", type=int, default=600, help="batches before the models")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the rows")
    asked = parser.parse_args()
    record = StudyRecord("open_batches_study", ("cut", "seed"), asked.results)
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    for cut, seed in record.missing([(cut, seed) for seed in seeds for cut in KINDS]):
        record.append(plant_row(cut, seed, asked.batches, asked.fitted))
        print(f"{cut} {seed}", flush=True)
    rows = record.rows().filter(pl.col("seed").is_in(list(seeds)))
    counts = [name for name in rows.columns if name not in ("cut", "seed", "signals", *STAMP)]
    found = (
        rows.group_by("cut", maintain_order=True)
        .agg(pl.len().alias("plants"), (pl.col("signals") > 0).sum(), pl.col(counts).sum())
        .with_columns(
            flagged_share=pl.col("flagged") / pl.col("batches"),
            if_signal_share=pl.col("flagged_if_signal") / pl.col("batches"),
            in_budget_share=pl.col("in_budget_if_signal") / pl.col("batches"),
            in_time_share=pl.col("in_time") / pl.col("failing"),
            oracle_share=pl.col("oracle_caught") / pl.col("failing"),
            oracle_budget_share=pl.col("oracle_in_budget") / pl.col("failing"),
            half_needs_share=pl.col("oracle_flags_for_half") / pl.col("batches"),
        )
    )
    with pl.Config(tbl_rows=-1):
        print(found.transpose(include_header=True, column_names="cut"))


if __name__ == "__main__":
    main()
