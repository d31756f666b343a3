"""Marks of the models themselves: margins against labels, calibration, coverage, confounding.

Every mark is a count or a figure of one plant; the summary pools or pairs them over plants.
"""

from typing import Any

import numpy as np
import polars as pl

from assets.statistics.prediction_quality.discrimination import auc
from benchmarks.studies.driver_marks import TOP_PLACES
from benchmarks.studies.plants import HIDDEN_CAUSE

RUNGS = {
    "auc_margins": "lines_and_trees_on_margins",
    "auc_lines_on_margins": "lines_on_margins",
    "auc_boosted_label": "boosted_trees",
    "auc_logistic": "penalised_logistic",
}
PRESS = "equipment.compression.id"
FEW_FAILURES = 30


def product_oracle_auc(plant: Any) -> float:
    """AUC of each product's own mean risk: the most that knowing the product can foretell."""
    risk = pl.DataFrame(
        {
            "batch_id": list(plant.truth["oracle_failure_prob"]),
            "risk": list(plant.truth["oracle_failure_prob"].values()),
        }
    )
    failed = plant.outcomes.filter(pl.col("outcome") == "failure").drop_nulls("is_failure")
    known = (
        plant.batches.join(risk, on="batch_id")
        .join(failed.select("batch_id", "is_failure"), on="batch_id")
        .with_columns(own=pl.col("risk").mean().over("product", "strength"))
    )
    return auc(known["own"].to_numpy(), known["is_failure"].to_numpy())


def model_marks(tables: dict[str, pl.DataFrame], truth: dict[str, Any]) -> dict[str, Any]:
    """Marks of the outcome ``failure`` at its primary gate.

    Args:
        tables: What ``run_study`` returned.
        truth: The plant's truth.
    """
    primary = tables["model.verdicts"].filter(
        (pl.col("outcome") == "failure") & pl.col("is_primary_gate")
    )
    at_gate = primary.select("outcome", "gate")
    rungs = tables["model.validations"].join(at_gate, on=["outcome", "gate"])
    rungs = rungs.filter(pl.col("validation") == "rolling_origin")
    areas = dict(rungs.select("model", "auc").rows())
    marks: dict[str, Any] = {name: areas.get(model) for name, model in RUNGS.items()}
    zones = tables["model.conformal"].join(at_gate, on=["outcome", "gate"])
    for row in zones.iter_rows(named=True):
        marks[f"batches_{row['result']}"] = row["batches"]
        marks[f"covered_{row['result']}"] = row["covered"]
        marks[f"undecided_{row['result']}"] = row["undecided"]
    confounding = tables["finding.confounding"].join(at_gate, on=["outcome", "gate"])
    press = confounding.filter(pl.col("feature").str.starts_with(PRESS))
    drivers = tables["finding.drivers"].filter(pl.col("is_simpson_flagged"))
    return marks | {
        "press_reverses": "reverses" in press["kind"].to_list()
        or drivers["members"].str.contains(PRESS, literal=True).any(),
        "press_confounders": " ".join(sorted(set(press["confounder"].to_list()))),
        "confounded_features": confounding["feature"].n_unique(),
        "hidden_cause_leads": _leads(tables["finding.drivers"], truth, HIDDEN_CAUSE),
    }


def _leads(drivers: pl.DataFrame, truth: dict[str, Any], variable: str) -> bool | None:
    """Whether a cause's cluster is in the top five of failure or its own mode; None if absent."""
    leading = drivers.filter(pl.col("rank") <= TOP_PLACES)
    for mechanism in truth["mechanisms"]:
        for cause in mechanism["causes"]:
            if cause["variable"] == variable:
                own = leading.filter(pl.col("outcome").is_in(["failure", mechanism["name"]]))
                members = [set(row.split(",")) for row in own["members"]]
                return any(one & set(cause["features"]) for one in members)
    return None


def summary(rows: pl.DataFrame) -> str:
    """Count, pool and pair over plants; what a row does not hold is left out."""
    plants = rows.height
    verdicts = ", ".join(
        f"{v} {n}" for v, n in rows["verdict"].value_counts().sort("verdict").rows()
    )
    lines = [
        f"{plants} plants: {verdicts}",
        f"any process_signal: {rows['any_process_signal'].sum()} of {plants}",
        (
            f"all causes' clusters among the top five of failure: "
            f"{_count(rows, pl.col('mechanisms_leading_failure') >= 3)} of {plants}"
        ),
        (
            f"a decoy's cluster named: "
            f"{_count(rows, pl.col('decoys_named').cast(pl.String) != '')} of {plants}"
        ),
        (
            f"calibration, median over plants: slope {_median(rows, 'calibration_slope')}, "
            f"intercept {_median(rows, 'calibration_intercept')}"
        ),
    ]
    if "auc_margins" in rows.columns:
        lines += [*_margins_against_labels(rows), *_coverage(rows)]
        lines.append(f"press's reversal flagged: {int(rows['press_reverses'].sum())} of {plants}")
        led = rows["hidden_cause_leads"].cast(pl.String).drop_nulls()
        if led.len():
            hits = led.is_in(["true", "True"]).sum()
            lines.append(f"hidden cause's cluster in the top five: {hits} of {led.len()}")
        lines.append(f"product's oracle AUC, median: {_median(rows, 'product_oracle_auc')}")
    return "\n".join(lines)


def _count(rows: pl.DataFrame, condition: pl.Expr) -> int:
    return rows.filter(condition).height


def _median(rows: pl.DataFrame, name: str) -> str:
    middle = rows[name].cast(pl.Float64, strict=False).median()
    return "unknown" if middle is None else f"{middle:.2f}"


def _margins_against_labels(rows: pl.DataFrame) -> list[str]:
    """Paired difference of out-of-time AUC on plants with few failures, t interval."""
    from scipy.stats import t

    few = rows.filter(pl.col("failures") <= FEW_FAILURES)
    lines = []
    for name in ("auc_boosted_label", "auc_logistic"):
        paired = few.drop_nulls(["auc_margins", name])
        gain = (paired["auc_margins"] - paired[name]).to_numpy()
        gain = gain[np.isfinite(gain)]
        if gain.size < 2:
            continue
        reach = float(t.ppf(0.975, gain.size - 1) * gain.std(ddof=1) / np.sqrt(gain.size))
        lines.append(
            f"margins over {name.removeprefix('auc_')} on {gain.size} plants with {FEW_FAILURES} "
            f"failures or fewer: {gain.mean():+.3f} (95% interval {gain.mean() - reach:+.3f} to "
            f"{gain.mean() + reach:+.3f})"
        )
    return lines


def _coverage(rows: pl.DataFrame) -> list[str]:
    lines = []
    for name in ("all", "good", "failed"):
        batches, covered = rows[f"batches_{name}"].sum(), rows[f"covered_{name}"].sum()
        undecided = rows[f"undecided_{name}"].sum()
        if batches:
            lines.append(
                f"prediction sets, {name}: {covered} of {batches} covered "
                f"({100 * covered / batches:.1f}%, nominal 90%), {100 * undecided / batches:.1f}% "
                "undecided"
            )
    return lines
