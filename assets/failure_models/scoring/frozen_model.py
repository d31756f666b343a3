"""A model kept as it was: everything a later night needs to score and explain a new batch.

A model is text: numbers as JSON, trees as xgboost's own JSON, each with its hash. Nothing is
pickled, so a kept model can be read by anybody and cannot run code.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import polars as pl

from assets.failure_models.estimators import boosted_trees
from assets.statistics.array_types import FloatArray
from data_contracts.errors import LotwiseError

NUMBERS, TREES = "numbers", "trees"
JSON, XGBOOST_JSON = "json", "xgboost_json"
# What a kept model holds: what every model does, and one more set by what it was fitted to.
_ABOUT_COLUMNS = frozenset({"columns", "features", "identity_columns", "scale"})
_ABOUT_BATCHES = frozenset({"products", "quantities", "fitted_on"})
_TRIED = frozenset({"tried_batches", "tried_prob", "tried_failed"})
_OF_EVERY_MODEL = _ABOUT_COLUMNS | _ABOUT_BATCHES | _TRIED | {"feature_means"}
_OF_LABELS = frozenset({"identity_products", "product_fit", "feature_fit"})
_OF_MARGINS = frozenset({"margin_means", "level", "lines", "risk_weight", "correction"})


class AlteredModelError(LotwiseError):
    """A kept model no longer has the hash it was kept with."""


class OutdatedModelError(LotwiseError):
    """A kept model holds other numbers than this version reads."""


@dataclass(frozen=True)
class FrozenModel:
    """One outcome at one gate, ready to score.

    Attributes:
        outcome: What is predicted.
        gate: 1 to 7.
        model: Rung of the ladder.
        version: Version a verdict belongs to.
        verdict: The verdict that version got.
        numbers: Everything but the trees: columns, product means, scales, coefficients, residuals,
            scores of batches by fits without them, and the batches it was fitted on.
        trees: Per quantity its booster; none where trees add nothing to its lines.
    """

    outcome: str
    gate: int
    model: str
    version: str
    verdict: str
    numbers: dict[str, Any]
    trees: dict[str, Any]

    def array(self, name: str) -> FloatArray:
        """An array of the numbers; what was null is NaN."""
        return np.array(self.numbers[name], dtype=float)

    def tree_columns(self, quantity: str) -> list[str]:
        """The names of the columns the trees of a quantity see, in order."""
        lines = self.numbers["lines"][self.numbers["quantities"].index(quantity)]
        return [self.numbers["columns"][position] for position in lines["trees"]["columns"]]

    def rows(self) -> list[dict[str, Any]]:
        """The model in the shape of ``model.boosters``, one row per part."""
        text = json.dumps(self.numbers, sort_keys=True, allow_nan=False)
        parts = [(NUMBERS, JSON, text)]
        parts += [
            (
                f"{TREES}/{quantity}",
                XGBOOST_JSON,
                boosted_trees.as_text(booster, self.tree_columns(quantity)),
            )
            for quantity, booster in sorted(self.trees.items())
        ]
        return [
            {
                "outcome": self.outcome,
                "gate": self.gate,
                "part": part,
                "model": self.model,
                "model_version": self.version,
                "verdict": self.verdict,
                "format": form,
                "content": content,
                "sha256": _hash(content),
            }
            for part, form, content in parts
        ]


def plain(values: FloatArray) -> Any:
    """An array as nested lists that JSON can hold; NaN becomes null."""
    numbers = values.astype(object)
    numbers[~np.isfinite(values)] = None
    return numbers.tolist()


def frozen_models(boosters: pl.DataFrame) -> Iterable[FrozenModel]:
    """Read models back.

    Args:
        boosters: ``model.boosters``.

    Returns:
        The models by outcome and gate.

    Raises:
        AlteredModelError: A part does not have the hash it was kept with.
        OutdatedModelError: A model was kept by a version that held other numbers.
    """
    for part in boosters.iter_rows(named=True):
        if _hash(part["content"]) != part["sha256"]:
            raise AlteredModelError(
                f"The model of {part['outcome']} at gate {part['gate']} (part {part['part']}) in "
                "model.boosters was changed after it was kept. Run `lotwise run` to fit and keep "
                "it again."
            )
    for (outcome, gate), own in sorted(boosters.group_by("outcome", "gate")):
        parts = {row["part"]: row for row in own.iter_rows(named=True)}
        numbers = parts.pop(NUMBERS)
        held = json.loads(numbers["content"])
        if held.keys() not in (_OF_EVERY_MODEL | _OF_LABELS, _OF_EVERY_MODEL | _OF_MARGINS):
            raise OutdatedModelError(
                f"The model of {outcome} at gate {gate} in model.boosters was kept by another "
                "version of lotwise, whose numbers this one does not read. Run `lotwise run` to "
                "fit and keep the models again; nothing published was changed."
            )
        yield FrozenModel(
            str(outcome),
            int(str(gate)),
            numbers["model"],
            numbers["model_version"],
            numbers["verdict"],
            held,
            {
                name.removeprefix(f"{TREES}/"): boosted_trees.from_text(row["content"])
                for name, row in sorted(parts.items())
            },
        )


def _hash(content: str) -> str:
    return sha256(content.encode()).hexdigest()
