"""A small line whose causes are known, in the tables a study reads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np
import polars as pl
import pytest

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.signal.acceptance_criteria import criteria_frame
from assets.leak_questions.questions import Answers, leak_questions
from assets.leak_questions.withheld import withheld_features
from data_contracts.tables import table

GROUPS, PER_GROUP, LOT_SIZE = 12, 2, 5
CAUSE = "parameter.g03_0"
START = datetime.fromisoformat("2021-01-04")


def planted_line(
    seed: int = 1,
    *,
    batches: int = 500,
    effect: float = 0.9,
    product_effect: float = 0.0,
    products: int = 3,
    failure_rate: float = 0.04,
    with_margins: bool = True,
) -> StudyInputs:
    """One outcome of one margin, lowered by the higher values of one parameter.

    Features come in groups of two that say the same; the cause becomes available at gate 4.
    """
    rng = np.random.default_rng(seed)
    lot = np.arange(batches) // LOT_SIZE
    lots = int(lot.max()) + 1
    product = np.repeat(rng.integers(0, products, lots), LOT_SIZE)[:batches]
    groups = rng.normal(size=(batches, GROUPS)) + 0.3 * rng.normal(size=(lots, GROUPS))[lot]
    margin = (
        -effect * groups[:, 3]
        + product_effect * product
        + 0.3 * rng.normal(size=lots)[lot]
        + rng.normal(size=batches)
    )
    margin -= np.quantile(margin, failure_rate)
    columns = {
        f"parameter.g{g:02d}_{k}": groups[:, g] + 0.3 * k * rng.normal(size=batches)
        for g in range(GROUPS)
        for k in range(PER_GROUP)
    }
    ids = [f"B{i:04d}" for i in range(batches)]
    at = [START + timedelta(days=1.8 * i) for i in range(batches)]
    base = pl.DataFrame(
        {
            "batch_id": ids,
            "gate_at": at,
            "production_order": np.arange(1, batches + 1),
            "period": "2021-H1",
            "product": [f"P{p}" for p in product],
            "strength": "5MG",
            "campaign_id": "C1",
            "cluster_id": [f"L{one}" for one in lot],
        }
    )
    wide = pl.DataFrame({"batch_id": ids, **columns})
    numbers = wide.unpivot(index="batch_id", variable_name="feature", value_name="value")
    codes = base.select(
        "batch_id",
        pl.lit("product.code").alias("feature"),
        pl.lit(1, pl.Int64).alias("gate"),
        pl.lit(None, pl.Float64).alias("value"),
        pl.col("product").alias("level"),
    )
    values = pl.concat(
        [
            numbers.select(
                "batch_id",
                "feature",
                gate=pl.when(pl.col("feature").str.contains("g0[3-5]")).then(4).otherwise(2),
                value="value",
                level=pl.lit(None, pl.String),
            ).with_columns(pl.col("gate").cast(pl.Int64)),
            codes.select("batch_id", "feature", "gate", "value", "level"),
        ]
    )
    known = {
        "batch_id": ids,
        "outcome": "failure",
        "is_failure": margin < 0,
        "margin": margin,
        "is_censored": False,
        "known_at": [one + timedelta(days=10) for one in at],
        "status": "known",
    }
    margins = {
        "batch_id": ids,
        "outcome": "failure",
        "quantity": "dissolution_min_pct",
        "margin": margin,
        "is_censored": False,
    }
    names = [*columns, "product.code"]
    return StudyInputs(
        gate_values=values,
        dictionary=dictionary_of(names),
        batch_gates=pl.concat(
            [base.with_columns(gate=pl.lit(gate, pl.Int64)) for gate in range(1, 8)]
        ),
        outcomes=pl.DataFrame(known),
        outcome_definitions=pl.DataFrame(
            {
                "outcome": ["failure"],
                "title": ["rejected batches"],
                "is_proxy": [False],
                "first_known_stage": [6],
                "last_gate_before": [5],
            }
        ),
        outcome_margins=pl.DataFrame(margins).head(batches if with_margins else 0),
        **nothing_found_before(),
        acceptance_criteria=criteria_frame(["failure"], START),
    )


def nothing_found_before() -> dict[str, pl.DataFrame]:
    """What a study is handed where nothing is withheld or asked, and no rule was found."""
    names = (
        "evidence.withheld_features",
        "evidence.leak_questions",
        "finding.rules",
        "finding.rule_effects",
    )
    return {name.split(".")[1]: table(name) for name in names}


def questioned(inputs: StudyInputs, answers: Answers = MappingProxyType({})) -> StudyInputs:
    """The same records, their columns asked about as a run does."""
    refused = table("evidence.refused_features")
    asked = leak_questions(
        inputs.gate_values,
        inputs.dictionary,
        inputs.batch_gates,
        inputs.outcomes,
        inputs.outcome_definitions,
        inputs.outcome_margins,
        refused,
        answers,
    )
    withheld = withheld_features(refused, asked, inputs.dictionary)
    return replace(inputs, leak_questions=asked, withheld_features=withheld)


def dictionary_of(names: list[str]) -> pl.DataFrame:
    """``feature.dictionary`` in the columns a study reads; ``product.*`` is identity."""
    return pl.DataFrame(
        {
            "feature": names,
            "title": [name.split(".")[-1].replace("_", " ") for name in names],
            "stage": [4 if "g03" in name else 2 for name in names],
            "available_at_gate": [4 if "g03" in name else 2 for name in names],
            "unit_operation": "compression",
            "kind": "parameter",
            "quantity": [name.split(".", 1)[1] for name in names],
            "data_type": ["categorical" if "product" in name else "numeric" for name in names],
            "is_product_identity": ["product" in name for name in names],
        }
    )


def at_gates(inputs: StudyInputs, *gates: int) -> StudyInputs:
    """The same line looked at from some gates only."""
    kept = inputs.batch_gates.filter(pl.col("gate").is_in(gates))
    return replace(inputs, batch_gates=kept)


@pytest.fixture(scope="session")
def line() -> Callable[..., StudyInputs]:
    """Makes a line; see :func:`planted_line`."""
    return planted_line


@pytest.fixture(scope="session")
def gates() -> Callable[..., StudyInputs]:
    """Restricts a line to some gates; see :func:`at_gates`."""
    return at_gates


@pytest.fixture(scope="session")
def quick() -> StudySettings:
    """Few draws, one thread, and no random contrast, which no verdict uses."""
    return StudySettings(
        seed=1, permutations=999, resamples=200, refits=5, threads=1, with_contrast=False
    )
