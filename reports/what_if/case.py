"""What the page holds of a run: inputs with their ranges, draws, and how these are summed up."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.savings.live_case.case_figures import CASH
from assets.savings.uncertainty.draws import percentiles
from data_contracts.codes.money import LiveTopic, PriceOrigin
from reports.pages.facts import Facts

TOPICS = {
    LiveTopic.PRICE: "Prices and costs",
    LiveTopic.QUANTITY: "What a failure takes",
    LiveTopic.RATE: "Rates",
    LiveTopic.TIME: "Start and ramp",
    LiveTopic.EFFECT: "What levers do",
}
SHOWN_FIRST = 8  # inputs that stand open, those the money follows most
_STEPS_SQL = "SELECT * FROM economics.live_steps ORDER BY step"
_INPUTS_SQL = "SELECT * FROM economics.live_inputs ORDER BY rank"
_DRAWS_SQL = "SELECT * FROM economics.live_draws ORDER BY input, draw"


@dataclass(frozen=True)
class Case:
    """A run's case as the page holds it.

    Attributes:
        steps: ``economics.live_steps``.
        inputs: Rows of ``economics.live_inputs``, those first that the money follows most.
        draws: Input -> its draws, of inputs that are uncertain.
    """

    steps: pl.DataFrame
    inputs: list[dict[str, Any]]
    draws: dict[str, Any]

    @classmethod
    def read(cls, facts: Facts) -> "Case | None":
        """Read the case of a run; None where no lever is priced."""
        inputs = facts.rows(_INPUTS_SQL)
        draws = facts.frame(_DRAWS_SQL)
        if not inputs or draws.is_empty():
            return None
        by_name = draws.partition_by("input", as_dict=True, maintain_order=True)
        return cls(
            facts.frame(_STEPS_SQL),
            inputs,
            {str(name): frame["value"].to_numpy() for (name,), frame in by_name.items()},
        )

    @property
    def count(self) -> int:
        """Number of draws."""
        return len(next(iter(self.draws.values())))

    @property
    def movable(self) -> list[dict[str, Any]]:
        """The inputs a reader may move: uncertain, with a range."""
        return [
            row | {"is_measured": row["origin"] == PriceOrigin.RECORDS}
            for row in self.inputs
            if row["is_uncertain"] and row["low"] < row["high"]
        ]

    @property
    def groups(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Movable inputs by heading: first those that matter most, then the rest by topic."""
        rows = self.movable
        first, rest = rows[:SHOWN_FIRST], rows[SHOWN_FIRST:]
        by_topic = [
            (title, [row for row in rest if row["topic"] == topic])
            for topic, title in TOPICS.items()
        ]
        return [("What moves the money most", first), *(each for each in by_topic if each[1])]

    @property
    def packed_draws(self) -> str:
        """The draws as Base64 of little-endian doubles, input after input in sorted order."""
        together = np.concatenate([self.draws[name] for name in sorted(self.draws)])
        return base64.b64encode(together.astype("<f8").tobytes()).decode("ascii")

    def embedded(self) -> dict[str, Any]:
        """Return what the script reads beside the draws, as JSON values."""
        months = sorted(
            int(name.removeprefix(CASH))
            for name in self.steps["name"].drop_nulls()
            if name.startswith(CASH)
        )
        places = percentiles(np.arange(self.count, dtype=float))  # of P10, P50, P90 among sorted
        return {
            "count": self.count,
            "drawn": sorted(self.draws),
            "certain": {
                row["input"]: row["base"] for row in self.inputs if not row["is_uncertain"]
            },
            "movable": {
                row["input"]: {key: row[key] for key in ("low", "base", "high", "title", "unit")}
                | {"isStated": not row["is_measured"]}
                for row in self.movable
            },
            "places": [int(place or 0) for place in places],
            "cash": [{"month": month, "figure": f"{CASH}{month}"} for month in months],
        }
