"""The search against brute force, and the same answer whatever the number of threads."""

import os

import numpy as np
import pytest

from assets.rules.refit import statistic_of
from assets.rules.search.interval_kernel import likelihood_ratio
from assets.rules.search.selectors import SearchColumn
from assets.rules.search.subgroup_search import SubgroupSearch

BATCHES = 150


def number(name: str, values: np.ndarray) -> SearchColumn:
    return SearchColumn(name, name, 3, None, values)


def columns(rng: np.random.Generator) -> tuple[SearchColumn, ...]:
    missing = rng.normal(size=BATCHES)
    missing[rng.random(BATCHES) < 0.2] = np.nan
    return (
        number("rounded", rng.integers(0, 12, BATCHES).astype(float)),
        number("fine", rng.normal(size=BATCHES)),
        number("missing", missing),
        SearchColumn(
            "press", "press", 3, ("A", "B", "C"), rng.integers(0, 3, BATCHES).astype(float)
        ),
    )


def best_interval(values: np.ndarray, label: np.ndarray, expected: np.ndarray) -> float:
    cuts = np.unique(values[np.isfinite(values)])
    best = 0.0
    for i, low in enumerate(cuts):
        for high in cuts[i:]:
            inside = (values >= low) & (values <= high)
            if label[inside].sum() >= 4:
                best = max(best, statistic_of(inside, label, expected))
    return best


@pytest.mark.parametrize(("seed", "rate", "share"), [(1, 0.15, 1.0), (2, 0.15, 1.0), (3, 0.4, 0.9)])
def test_single_columns_are_searched_at_full_resolution(
    seed: int, rate: float, share: float
) -> None:
    """Exact while a column has at most 32 failing values, by tangents above."""
    rng = np.random.default_rng(seed)
    table = columns(rng)
    label = (rng.random(BATCHES) < rate).astype(float)
    expected = np.where(np.arange(BATCHES) < 75, label[:75].mean(), label[75:].mean())
    for column in table[:3]:
        search = SubgroupSearch((column,), expected, depth=1, parents=0)
        found = search.best(label)[0]
        wanted = best_interval(column.values, label, expected)
        best = found[0].statistic if found else 0.0
        assert share * wanted - 1e-9 <= best <= wanted + 1e-9
        if found:
            covers = found[0].rule.covers
            assert statistic_of(covers, label, expected) == pytest.approx(found[0].statistic)


def test_a_pair_without_a_trace_in_either_column_alone_is_found_by_its_statistic() -> None:
    rng = np.random.default_rng(3)
    table = columns(rng)
    inside = (table[1].values > 0.2) & (table[3].values == 1)
    label = (rng.random(BATCHES) < np.where(inside, 0.7, 0.03)).astype(float)
    search = SubgroupSearch(table, np.full(BATCHES, label.mean()), parents=0)
    best = search.best(label)[1][0].rule
    assert best.features == ("fine", "press")
    assert statistic_of(best.covers, label, np.full(BATCHES, label.mean())) >= statistic_of(
        inside, label, np.full(BATCHES, label.mean())
    )


def test_the_null_does_not_depend_on_the_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(5)
    table, label = columns(rng), (rng.random(BATCHES) < 0.15).astype(float)
    labels = np.array([rng.permutation(label) for _ in range(60)], dtype=np.int64)
    search = SubgroupSearch(table, np.full(BATCHES, label.mean()))
    several = search.null(labels)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert np.array_equal(search.null(labels), several)
    # A draw is searched like the records: the records' own labels give the records' statistic.
    own = search.null(label[None].astype(np.int64))[0]
    best = [rules[0].statistic if rules else 0.0 for rules in search.best(label)]
    assert own.tolist() == pytest.approx(best)


def test_a_derived_column_is_proposed_and_counted() -> None:
    rng = np.random.default_rng(1)
    values = rng.lognormal(sigma=0.3, size=(6, 400))
    ratio = values[1] / values[4]
    label = (rng.random(400) < np.where(ratio > np.quantile(ratio, 0.9), 0.6, 0.02)).astype(float)
    table = tuple(number(f"x{i}", row) for i, row in enumerate(values))
    search = SubgroupSearch(table, np.full(400, label.mean()), depth=1)
    best = search.best(label)[0][0].rule.conditions[0]
    assert best.column.feature == "x1 / x4"
    assert best.column.parts == ("x1", "x4")
    assert search.derived_budget == 3 * 6 * 5 // 2
    assert search.candidates == 6 * 400 * 401 // 2 + search.derived_budget


def test_the_statistic_is_kulldorffs() -> None:
    # 8 of 20 failures where 4 were expected: 8 log(8/4) + 12 log(12/16)
    expected = 8 * np.log(2) + 12 * np.log(0.75)
    assert likelihood_ratio.py_func(8.0, 4.0, 20.0) == pytest.approx(expected)
    assert likelihood_ratio.py_func(3.0, 4.0, 20.0) == 0.0
    assert likelihood_ratio.py_func(20.0, 4.0, 20.0) == pytest.approx(20 * np.log(5))


def test_draws_below_a_rule_need_not_be_told_apart() -> None:
    """What passes the screen is what passed without one: no maximum above the bar moves."""
    rng = np.random.default_rng(7)
    many = tuple(number(f"x{i}", rng.normal(size=BATCHES).round(1)) for i in range(40))
    label = (rng.random(BATCHES) < 0.2).astype(float)
    labels = np.array([rng.permutation(label) for _ in range(60)], dtype=np.int64)
    search = SubgroupSearch(many, np.full(BATCHES, label.mean()), depth=1, beam=1, parents=0)
    every = search.null(labels)[:, 0]
    above = float(np.median(every))
    told_apart = search.null(labels, above=above)[:, 0]
    assert np.array_equal(told_apart, np.where(every > above, every, 0.0))
    expected = np.full(BATCHES, label.mean())
    own = max(best_interval(c.values, labels[0].astype(float), expected) for c in many)
    assert every[0] == pytest.approx(own)


def test_what_stood_in_memory_before_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column whose failing values are too few for any rule once led outside the arrays."""
    rng = np.random.default_rng(5)
    table = (*columns(rng), number("rarely known", np.where(np.arange(BATCHES) < 3, 1.0, np.nan)))
    label = (np.arange(BATCHES) % 15 < 1).astype(float)
    expected = np.full(BATCHES, label.mean())

    def answers() -> tuple[object, list[list[float]]]:
        search = SubgroupSearch(table, expected)
        draws = np.array(
            [rng_draw.permutation(label) for rng_draw in map(np.random.default_rng, range(5))]
        )
        return search.best(label), search.null(draws.astype(np.int64)).tolist()

    def littered(shape: int | tuple[int, ...], dtype: type = float) -> np.ndarray:
        kind = np.dtype(dtype)
        largest = np.iinfo(kind.name).max if kind.kind in "iu" else 1e15
        return np.full(shape, largest, dtype=kind)

    clean = answers()
    monkeypatch.setattr(np, "empty", littered)
    assert str(answers()) == str(clean)


def test_a_category_may_have_more_levels_than_there_are_batches() -> None:
    """The batches of one rule, with levels of all batches: it once wrote outside the arrays."""
    levels = tuple(f"L{i:04d}" for i in range(3_000))
    lots = SearchColumn("lot", "lot", 3, levels, np.arange(24, dtype=float) // 6 + 2_990)
    label = (np.arange(24) < 6).astype(float)
    search = SubgroupSearch((lots,), np.full(24, 0.25), depth=1, beam=1, parents=0)
    assert search.best(label)[0][0].rule.conditions[0].level == "L2990"
    assert search.null(label[None].astype(np.int64))[0, 0] == pytest.approx(6 * np.log(4))
