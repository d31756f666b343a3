"""A record of six hundred batches with any columns, in the tables questions are asked of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import polars as pl
import pytest

from assets.leak_questions.questions import Answers, leak_questions
from assets.leak_questions.withheld import withheld_features
from data_contracts.tables import table

BATCHES, SHARE_FAILED = 600, 0.05
Column = np.ndarray | Sequence[str | None]


@dataclass(frozen=True)
class Records:
    """Tables by their names in the warehouse."""

    gate_values: pl.DataFrame
    dictionary: pl.DataFrame
    batch_gates: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame
    outcome_margins: pl.DataFrame
    refused_features: pl.DataFrame

    def asked(self, answers: Answers = MappingProxyType({})) -> pl.DataFrame:
        """``evidence.leak_questions``."""
        return leak_questions(**vars(self), answers=answers)

    def likeness(self) -> dict[str, str]:
        """Per feature asked about, what is odd about it."""
        return dict(self.asked().select("feature", "likeness").rows())

    def withheld(self, answers: Answers = MappingProxyType({})) -> list[tuple[str, str]]:
        """Outcomes and features of ``evidence.withheld_features``."""
        found = withheld_features(self.refused_features, self.asked(answers), self.dictionary)
        return found.rows()

    def with_outcome(self, outcome: str, failed: np.ndarray) -> "Records":
        """One more outcome, without a margin."""
        own = self.outcomes.with_columns(outcome=pl.lit(outcome), is_failure=pl.Series(failed))
        defined = self.outcome_definitions.with_columns(
            outcome=pl.lit(outcome), title=pl.lit(outcome)
        )
        return replace(
            self,
            outcomes=pl.concat([self.outcomes, own]),
            outcome_definitions=pl.concat([self.outcome_definitions, defined]),
        )


def margin_of(rng: np.random.Generator) -> np.ndarray:
    """A margin of which one batch in twenty lies below 0, spread 1."""
    margin = rng.normal(size=BATCHES)
    return margin - np.quantile(margin, SHARE_FAILED)


def records_of(
    margin: np.ndarray,
    columns: Mapping[str, Column],
    *,
    with_margins: bool = True,
    product: np.ndarray | None = None,
) -> Records:
    """Columns ``<quantity>`` or ``<quantity>.<statistic>``, known at gate 2; failed below 0."""
    batches = margin.size
    ids = [f"B{i:04d}" for i in range(batches)]
    codes = np.zeros(batches, dtype=int) if product is None else product

    def cells(name: str, column: Column) -> pl.DataFrame:
        is_number = isinstance(column, np.ndarray)
        own = {
            "batch_id": ids,
            "feature": f"parameter.{name}",
            "gate": 2,
            "value": pl.Series(column if is_number else [None] * batches, dtype=pl.Float64),
            "level": pl.Series([None] * batches if is_number else column, dtype=pl.String),
        }
        return pl.DataFrame(own)

    defined = {
        "outcome": ["failure"],
        "title": ["rejected batches"],
        "is_proxy": [False],
        "first_known_stage": [6],
        "last_gate_before": [5],
    }
    return Records(
        gate_values=pl.concat([cells(*one) for one in columns.items()]),
        dictionary=pl.DataFrame(
            {
                "feature": [f"parameter.{name}" for name in columns],
                "title": [name.replace("_", " ").capitalize() for name in columns],
                "quantity": [name.split(".")[0] for name in columns],
                "available_at_gate": 2,
                "data_type": [
                    "numeric" if isinstance(column, np.ndarray) else "categorical"
                    for column in columns.values()
                ],
                "is_product_identity": False,
            }
        ),
        batch_gates=pl.concat(
            pl.DataFrame(
                {
                    "batch_id": ids,
                    "gate": gate,
                    "gate_at": None,
                    "production_order": range(batches),
                    "product": [f"P{code}" for code in codes],
                    "strength": "5MG",
                    "cluster_id": ids,
                }
            )
            for gate in range(1, 6)
        ),
        outcomes=pl.DataFrame(
            {"batch_id": ids, "outcome": "failure", "is_failure": margin < 0, "known_at": None}
        ),
        outcome_definitions=pl.DataFrame(defined),
        outcome_margins=pl.DataFrame(
            {
                "batch_id": ids,
                "outcome": "failure",
                "quantity": "dissolution_min_pct",
                "margin": margin,
                "is_censored": False,
            }
        ).head(batches if with_margins else 0),
        refused_features=table("evidence.refused_features"),
    )


def refused(outcome: str, feature: str) -> pl.DataFrame:
    """``evidence.refused_features`` of one feature."""
    why = {"rule": "defines_outcome", "reason": "It decides whether the batch fails."}
    origin = {"source_table": "core.parameters", "source_column": feature}
    return table(
        "evidence.refused_features", [{"outcome": outcome, "feature": feature, **origin, **why}]
    )


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.fixture
def margin(rng: np.random.Generator) -> np.ndarray:
    return margin_of(rng)


@pytest.fixture(scope="session")
def records() -> Callable[..., Records]:
    """Makes records; see :func:`records_of`."""
    return records_of
