"""Real series: tablet coating and a tablet press, from delivered readings to features."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from benchmarks.sensor_fault_study import left_out as left_out_of
from tests.sensor_features.film_coating import TAGS, film_coating

DATA = Path(__file__).parents[3] / "shared" / "data"
COATING = DATA / "film_coating" / "Batch_Film_Coating.xlsx"
PRESS = DATA / "tabletting" / "Process" / "5.csv"
START = datetime(2024, 1, 1)  # noqa: DTZ001
real = pytest.mark.skipif(not DATA.exists(), reason=f"real records are not at {DATA}")


def coated(plant: Any) -> pl.DataFrame:
    """Deliver the coating batches, a day apart on one coater; return the rows as published."""
    rows = film_coating(COATING).with_row_index("row")
    names = rows["BATCH NUMBER"].unique(maintain_order=True).to_list()
    days = pl.DataFrame({"BATCH NUMBER": names, "day": range(len(names))})
    minutes = (pl.col("Time (min)") * 60e6).round().cast(pl.Duration("us"))
    rows = rows.join(days, on="BATCH NUMBER", maintain_order="left").with_columns(
        at=pl.lit(START) + pl.duration(days="day") + minutes
    )
    phases = rows.group_by("BATCH NUMBER", "PHASE", maintain_order=True).agg(
        pl.col("at").min().alias("from"), pl.col("at").max().alias("until")
    )
    plant.batches(*names)
    plant.phases(*((b, 4, "coating", p.lower(), "COT", a, z) for b, p, a, z in phases.rows()))
    plant.tags(*((tag, "COT", 4, "degC" if "TEMP" in tag else "1", *[None] * 3) for tag in TAGS))
    plant.deliver(
        *(
            ("COT", None, tag, at, value, "good")
            for tag in TAGS
            for at, value in rows["at", tag].rows()
        )
    )
    return rows


@real
def test_coating_phases_are_recognised_and_their_readings_are_the_published_ones(
    plant: Any,
) -> None:
    rows = coated(plant)
    found = plant.features()
    assert plant.warehouse.read("evidence.reading_months")["without_phase"].sum() == 0
    assert found["faulty_readings"].sum() == 0
    assert found["readings"].sum() == 6212 * len(TAGS)
    assert found["batch_id"].n_unique() == 17
    assert set(found["phase"]) == {"startup", "heating", "spraying", "drying", "discharging"}
    spraying = found.filter((pl.col("phase") == "spraying") & (pl.col("tag") == "INLET_AIR_TEMP"))
    published = rows.filter(pl.col("PHASE") == "SPRAYING").group_by("BATCH NUMBER").agg(
        pl.col("INLET_AIR_TEMP").mean().alias("mean"), pl.col("INLET_AIR_TEMP").max().alias("max")
    )  # fmt: skip
    both = spraying.join(published, left_on="batch_id", right_on="BATCH NUMBER")
    assert both.height == 17
    assert (both["mean"] - both["mean_right"]).abs().max() < 1e-9
    assert (both["maximum"] - both["max"]).abs().max() == 0
    assert both["degree_minutes"].null_count() == 0
    assert found["gap_fraction"].max() == 0


@real
def test_nothing_of_a_press_is_left_out() -> None:
    """Twenty-nine batches of a press that stands, starts, holds and counts: 183 thousand rows."""
    batch, names = "batch", ("timestamp", "campaign", "batch", "code")
    left_out = {}
    for file in sorted(PRESS.parent.glob("*.csv")):
        rows = pl.read_csv(file, separator=";", infer_schema=False).sort("timestamp")
        tags = [name for name in rows.columns if name not in names]
        numbers = rows.with_columns(
            pl.col(tags).str.strip_chars().replace("", None).cast(pl.Float64)
        )
        for tag in tags:
            series = [
                own[tag].drop_nulls().to_numpy()
                for _, own in numbers.group_by(batch, maintain_order=True)
            ]
            left_out[f"{file.stem} {tag}"] = sum(
                int(left_out_of(x, np.full(4, np.nan)).sum()) for x in series
            )
    assert len(left_out) == 48
    assert not {name: count for name, count in left_out.items() if count}


@real
def test_null_rows_of_a_standing_press_are_gaps(plant: Any) -> None:
    delivered = pl.read_csv(PRESS, separator=";", infer_schema=False).select(
        "batch",
        pl.col("timestamp").str.to_datetime(time_unit="us"),
        pl.col("main_comp").str.strip_chars().replace("", None).cast(pl.Float64),
    )
    batch = delivered.filter(pl.col("batch") == "117").sort("timestamp")
    first, last = batch["timestamp"][0], batch["timestamp"][-1]
    plant.batches("117")
    plant.phases(("117", 4, "compression", "compression", "PRS", first, last))
    plant.tags(("main_comp", "PRS", 4, "kN", *[None] * 3))
    plant.deliver(
        *(("PRS", "117", "main_comp", at, value, "good") for _, at, value in batch.rows())
    )
    row = plant.features().row(0, named=True)
    assert row["readings"] == batch.height - 57
    assert row["faulty_readings"] == 0, "values held while the press stands are the press's"
    unread = timedelta(hours=row["gap_fraction"] * row["duration_h"])
    assert timedelta(seconds=57 * 10) <= unread < timedelta(seconds=57 * 10 + 600)
    assert row["gaps"] >= 1
