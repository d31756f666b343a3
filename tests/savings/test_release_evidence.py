"""Early release: batches in the order of manufacture, and the risk of a wrong one bounded."""

import polars as pl
import pytest

from assets.savings.arithmetic.lever_kinds.ruling import RefusedLever
from assets.savings.levers.release_evidence import (
    TOO_FEW_SCORED,
    ReleaseEvidence,
    release_evidence,
)
from data_contracts.codes.money import LeverRefusal


def _scored(scores: list[float], failed: list[bool]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Scores in order of manufacture; batch numbers run the other way."""
    count = len(scores)
    ids = [f"B{count - i:04d}" for i in range(count)]
    predictions = pl.DataFrame(
        {
            "batch_id": ids,
            "outcome": "failure",
            "gate": 5,
            "model": "ridge",
            "validation": "rolling_origin",
            "fold": [1 + i // 100 for i in range(count)],
            "failure_prob": scores,
            "is_failure": failed,
        }
    ).sort("fold", "batch_id")  # as a table keyed by batch holds them
    return predictions, pl.DataFrame({"batch_id": ids, "production_order": range(count)})


def test_release_follows_the_order_of_manufacture():
    """A rising score is never in the lower half of the hundred before it; a falling one always."""
    rising = [i / 1000 for i in range(300)]
    falling = list(reversed(rising))
    none_failed = [False] * 300
    said = release_evidence(*_scored(rising, none_failed), "failure", 5, "ridge", 0.05)
    assert said == TOO_FEW_SCORED
    found = release_evidence(*_scored(falling, none_failed), "failure", 5, "ridge", 0.05)
    # 200 eligible, deflated by 1.3: 1 - 0.05^(1 / 153.8) = 1.93%
    assert isinstance(found, ReleaseEvidence)
    assert (found.eligible, found.batches, found.wrong) == (200, 200, 0)
    assert found.bound == pytest.approx(0.0193, abs=1e-4)


def test_release_is_refused_beyond_its_limit():
    falling = [1 - i / 1000 for i in range(300)]
    failed = [i in (150, 250) for i in range(300)]
    said = release_evidence(*_scored(falling, failed), "failure", 5, "ridge", 0.01)
    assert isinstance(said, RefusedLever)
    assert said.code == LeverRefusal.WRONG_RELEASE_RISK
    assert "2 of them failed" in said.sentence
    assert said.sentence.endswith("The limit is 1.00%.")
