"""The exhaustive search against pysubgroup: the same selectors, quality and answer."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.studies.exhaustive_search import ExhaustiveSearch


def small_table() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({f"x{i}": rng.normal(size=300) for i in range(3)})
    frame["press"] = rng.choice(["A", "B", "C"], size=300)
    inside = (frame["x0"] > 0) & (frame["press"] == "B")
    frame["failed"] = rng.random(300) < np.where(inside, 0.5, 0.05)
    return frame


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exponent", [0.5, 1.0])
def test_the_top_20_are_those_of_pysubgroup(exponent: float) -> None:
    ps = pytest.importorskip("pysubgroup")
    frame = small_table()
    space = ps.create_selectors(frame, ignore=["failed"], nbins=4)
    task = ps.SubgroupDiscoveryTask(
        frame,
        ps.BinaryTarget("failed", True),
        space,
        result_set_size=20,
        depth=2,
        qf=ps.StandardQF(exponent),
    )
    theirs = ps.SimpleDFS().execute(task).results
    covers = np.array([selector.covers(frame) for selector in space])
    own = ExhaustiveSearch(covers, 2, exponent).best(frame["failed"].to_numpy().astype(float))
    assert [one.quality for one in own] == pytest.approx([row[0] for row in theirs])
    # Combinations of equal quality may swap places; the sets above the last quality are the same.
    last = own[-1].quality + 1e-12
    assert {
        frozenset(str(space[s]) for s in one.selectors) for one in own if one.quality > last
    } == {frozenset(str(s) for s in row[1].selectors) for row in theirs if row[0] > last}


def test_the_null_searches_every_draw_the_same_way() -> None:
    frame = small_table()
    label = frame["failed"].to_numpy().astype(float)
    covers = np.array([frame["press"] == level for level in "ABC"] + [frame["x0"] > 0])
    rng = np.random.default_rng(1)
    draws = np.array([label] + [rng.permutation(label) for _ in range(5)], dtype=np.int64)
    search = ExhaustiveSearch(covers)
    null = search.null(draws)
    assert null.tolist() == pytest.approx(
        [search.best(draw.astype(float), 1)[0].quality for draw in draws]
    )
    assert search.combinations == 4 + 6 + 4
