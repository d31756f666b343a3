"""What is compiled at installation is what runs use; otherwise the first run compiles it again."""

from typing import Any

import numpy as np

from assets.rules.search import entry as search_entry
from assets.rules.search.selectors import SearchColumn
from assets.rules.search.subgroup_search import SubgroupSearch
from pipelines.kernels import compile_kernels


def test_a_run_compiles_no_second_rule_search() -> None:
    compile_kernels()
    compiled: Any = search_entry._entry(search_entry._sources_digest())
    assert len(compiled.signatures) == 1
    rng = np.random.default_rng(1)
    levels = rng.integers(0, 3, 60).astype(float)
    columns = (
        *(SearchColumn(f"c{k}", f"c{k}", 2, None, rng.normal(size=60)) for k in range(3)),
        SearchColumn("press", "press", 4, ("A", "B", "C"), levels),
    )
    label = (rng.random(60) < 0.2).astype(float)
    search = SubgroupSearch(columns, np.full(60, label.mean()))
    assert len(search.best(label)) == 3
    draws = np.array([rng.permutation(label) for _ in range(4)]).astype(np.int64)
    assert search.null(draws).shape == (4, 3)
    assert len(compiled.signatures) == 1
