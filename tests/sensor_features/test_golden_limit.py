"""The golden distance that a good batch keeps, from distances written down by hand."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from assets.sensor_features.golden_limit import golden_limits

START = datetime(2025, 1, 2)  # noqa: DTZ001 - instants are UTC without a zone


def tables(distances: list[float], products: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Batches made a day apart in January, all released; the last one in March is asked about."""
    names = [f"B{i:02}" for i in range(len(distances))]
    made = [START + timedelta(days=i) for i in range(len(distances) - 1)]
    made.append(START + timedelta(days=60))
    months = [date(2025, 1, 1)] * (len(distances) - 1) + [date(2025, 3, 1)]
    features = pl.DataFrame(
        {"batch_id": names, "month": months, "known_at": made, "golden_distance": distances}
    )
    batches = pl.DataFrame(
        {"batch_id": names, "product": products, "disposition": ["released"] * len(names),
         "dispositioned_at": made}
    )  # fmt: skip
    return features, batches


def test_the_limit_lies_beyond_every_good_batch_before() -> None:
    features, batches = tables([1.0, 1.2, 0.9, 1.1, 1.0, 0.8, 1.3, 1.0, 0.9, 9.0], ["A"] * 10)
    limit = golden_limits(features, batches, ["B09"])["B09"]
    assert 1.3 < limit < 9.0


def test_another_product_that_runs_further_off_widens_it() -> None:
    quiet, loud = [1.0, 1.2, 0.9, 1.1, 1.0, 0.8, 1.3, 1.0], [3.0, 3.5, 4.0, 3.2] * 2
    features, batches = tables([*quiet, *loud, 9.0], ["A"] * 8 + ["B"] * 8 + ["A"])
    both = golden_limits(features, batches, ["B16"])["B16"]
    alone = golden_limits(*tables([*quiet, 9.0], ["A"] * 9), ["B08"])["B08"]
    assert both > 4.0 > alone


@pytest.mark.parametrize("known", [0, 7])
def test_of_few_good_batches_there_is_none(known: int) -> None:
    features, batches = tables([1.0 + i / 10 for i in range(known)] + [9.0], ["A"] * (known + 1))
    assert golden_limits(features, batches, [f"B{known:02}"]) == {}


def test_what_is_known_in_the_same_month_or_later_does_not_count() -> None:
    features, batches = tables([1.0, 1.2, 0.9, 1.1, 1.0, 0.8, 1.3, 1.0, 0.9], ["A"] * 9)
    assert golden_limits(features, batches, ["B05"]) == {}
