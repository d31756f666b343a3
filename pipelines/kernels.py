"""Compiles the compiled kernels for this machine, at installation, so that no run waits for it.

Each is called once on a handful of numbers; what the compiler makes of them is kept beside the
sources and used until a source changes.

    python -m pipelines.kernels
"""

from importlib import import_module

import numpy as np


def compile_kernels() -> None:
    """Compile placing, sensor features, rules, the lasso and charts, or find them compiled."""
    _placing()
    _sensor_features()
    _rule_search()
    _lasso()
    _charts()


def _placing() -> None:
    import_module("warehouse.sensor_readings.placing.placing")  # compiled as it is imported


def _sensor_features() -> None:
    from assets.sensor_features.kernel.series import series_features

    times_us, offsets = np.array([0, 10_000_000]), np.array([0, 2])
    limits, to_celsius = np.full((1, 4), np.nan), np.full((1, 2), np.nan)
    series_features(times_us, np.array([1.0, 2.0]), offsets, limits, to_celsius, threads=1)


def _rule_search() -> None:
    from assets.rules.search.selectors import SearchColumn
    from assets.rules.search.subgroup_search import SubgroupSearch

    columns = (
        SearchColumn("number", "number", 1, None, np.arange(20.0)),
        SearchColumn("level", "level", 1, ("A", "B"), np.arange(20.0) % 2),
    )
    label = (np.arange(20) % 4 == 0).astype(float)
    SubgroupSearch(columns, np.full(20, label.mean())).best(label)


def _lasso() -> None:
    from assets.statistics.lines.lasso_kernel import lasso_path

    lasso_path(np.eye(2), np.ones(2), 2.0, np.array([1.0, 0.5]), 2)


def _charts() -> None:
    from assets.statistics.charts.run_rules import nelson_rules
    from assets.statistics.charts.sequential.ewma_kernel import restarted_path
    from assets.statistics.charts.sequential.rank_kernel import sequential_shares

    few = np.array([2.0, 1.0, 3.0])
    sequential_shares(few, 2)
    restarted_path(few, 0.1, 3.0)
    nelson_rules(few, few)


if __name__ == "__main__":
    compile_kernels()
