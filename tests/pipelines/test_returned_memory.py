"""What a step is done with goes back to the system, and what a study made does not outlive it."""

import subprocess
import sys

import pytest

HELD = """
import numpy as np
from pipelines.process.returned_memory import give_back, share_one_heap


def resident_mb():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096 / 1e6


share_one_heap()
before = resident_mb()
arrays = [np.ones(12_000) for _ in range(2_000)]
kept = arrays[::50]  # here and there, as what outlives a step lies
grown = resident_mb()
del arrays
held = resident_mb()
give_back()
print(grown - before, held - before, resident_mb() - before)
"""

IMPORTED = """
import gc
import weakref

import numpy as np

from assets.failure_models.contrasts.explanations import import_shap


class Matrix:
    pass


def study():
    matrix = Matrix()
    import_shap()
    return weakref.ref(matrix)


left = study()
gc.collect()
print(left() is None)
"""


def _last_line(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1].split()


@pytest.mark.skipif(sys.platform != "linux", reason="measured by what Linux tells of a process")
def test_a_heap_full_of_holes_is_given_back() -> None:
    grown, held, left = map(float, _last_line(HELD))
    assert grown > 150
    assert held > 150  # the C library alone keeps it
    assert left < 30


@pytest.mark.slow
def test_what_imports_shap_does_not_stay_in_memory() -> None:
    # shap keeps the errors of packages it does not find, and these the frames they came through.
    assert _last_line(IMPORTED) == ["True"]
