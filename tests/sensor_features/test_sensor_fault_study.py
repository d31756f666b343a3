"""The record of what faulty readings do to features, and how they are made."""

import numpy as np
import polars as pl
import pytest

from benchmarks.sensor_fault_study import KINDS, NAME, SHARE, features, left_out, spoiled
from benchmarks.studies.record import RESULTS, StudyRecord

PROVEN = (40.0, 60.0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_twentieth_of_a_series_is_spoilt(kind: str) -> None:
    rng = np.random.default_rng(1)
    clean = np.round(rng.normal(50, 1, 800), 2)
    dirty, is_faulty = spoiled(clean, kind, PROVEN, rng)
    assert not (dirty != clean)[~is_faulty].any()
    assert 0.9 * SHARE <= (dirty != clean).mean() <= SHARE
    ranges = np.tile([45.0, 55.0, *PROVEN], (2, 1))
    whole, left = features([clean, dirty], ranges)[:, -1]
    assert whole == 0.0
    assert (left > 0.03) == (kind != "drift"), "a drift is not told from the process"
    found = left_out(dirty, ranges[0])
    assert found.mean() == pytest.approx(left)
    # a window of four readings where rattling begins and where it ends, one before a frozen run
    assert (found & ~is_faulty).sum() <= {"rattling": 8, "stuck": 1}.get(kind, 0)


def test_leaving_out_brings_features_nearer_to_the_clean_plants_on_record() -> None:
    rows = StudyRecord(NAME, ("seed", "tag", "kind"), RESULTS).rows()
    share = {
        kind: (found / count, known / count, without / count)
        for kind, count, found, known, without in rows.group_by("kind")
        .agg(pl.col("features", "close", "close_marked_bad", "close_without").sum())
        .iter_rows()
    }
    assert set(share) == set(KINDS)
    for kind, (found, _, without) in share.items():
        assert found > without or kind == "drift", kind
    for kind in ("stuck", "full scale"):
        assert share[kind][0] > share[kind][1] - 0.02, "as good as knowing which are faulty"
    assert rows["clean_share"].mean() < 0.001
