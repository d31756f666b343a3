"""What is compiled at installation is what runs use; otherwise the first run compiles it again."""

import os
import subprocess
import sys
from pathlib import Path
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


FEATURES = """
import hashlib, numpy as np
from assets.sensor_features.kernel.series import series_features
rng = np.random.default_rng(0)
lengths = rng.integers(50, 500, 60)
offsets = np.concatenate([[0], np.cumsum(lengths)])
times = np.concatenate([np.arange(n) for n in lengths]) * 10_000_000
none = (np.full((60, 4), np.nan), np.full((60, 2), np.nan))
found = series_features(times, 5 + rng.normal(size=offsets[-1]), offsets, *none)
print(hashlib.sha256(found.tobytes()).hexdigest())
"""


def test_the_process_that_compiles_computes_what_every_later_one_does(tmp_path: Path) -> None:
    def digest() -> str:
        done = subprocess.run(
            [sys.executable, "-c", FEATURES],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    compiling, later = digest(), digest()
    assert compiling == later
