"""One plant beside the real tabletting records."""

from pathlib import Path

import polars as pl
import pytest

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.production.batches import Settings, make_batches
from benchmarks.studies.product_records import ProductRecords, plant_records, real_records
from benchmarks.virtual_plant_realism import (
    FEWEST_INSIDE,
    STATISTICS,
    comparison,
    missed,
    statistics,
)

DATA = Path(__file__).parents[3] / "shared" / "data" / "tabletting"


@pytest.fixture(scope="module")
def plant(tablets: Plant) -> ProductRecords:
    return plant_records(make_batches(tablets, Settings(seed=1)))


def test_every_product_has_every_statistic(plant: ProductRecords) -> None:
    found = statistics(plant)
    assert found.height == 5
    columns = [name for names in STATISTICS.values() for name in names]
    assert found.select(columns).null_count().sum_horizontal().item() == 0


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the real tabletting records are not at {DATA}")
def test_the_plant_is_among_the_real_products(plant: ProductRecords) -> None:
    real = real_records(DATA)
    assert real.batches.height == 1005
    compared = comparison(statistics(real), statistics(plant))
    assert len(STATISTICS) == 15
    assert 15 - len(missed(compared)) >= FEWEST_INSIDE
    assert compared.filter(pl.col("column") == "force_kn lag1")["products"].item() == 4
