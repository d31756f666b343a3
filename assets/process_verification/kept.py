"""What a night need not tell again: where it is kept, and what it depends on besides its inputs."""

import platform
import sys
from dataclasses import astuple
from functools import cache
from hashlib import sha256
from pathlib import Path

import numba
import numpy as np
import polars as pl
import scipy

import assets.statistics
from assets.statistics.array_types import FloatArray
from assets.statistics.charts.sequential.onset import Onset, onset
from warehouse.kept_results import KeptResults
from warehouse.store import Warehouse

NOTHING_KEPT = KeptResults()


def kept_results(warehouse: Warehouse) -> KeptResults:
    """Return what earlier runs told of one source's charts.

    Args:
        warehouse: Of the source; results lie beside it, and no other source's are ever asked for.
    """
    folder = warehouse.home.kept_dir(warehouse.source_key, "process_verification")
    return KeptResults(folder / "results.json", code_version())


def kept_onset(kept: KeptResults, values: FloatArray, known: int) -> Onset | None:
    """Return when a change began, as ``onset`` tells it, or as it was told before.

    Args:
        kept: What was told before.
        values: In order up to the signal and with it.
        known: Points of the baseline.
    """

    def told() -> list[object] | None:
        found = onset(values, known)
        return None if found is None else list(astuple(found))

    found = kept.of("onset", values, known, make=told)
    return None if found is None else Onset(*found)


@cache
def code_version() -> str:
    """Hash the code that results come from, and the versions of what it stands on.

    Every module of this topic and of the statistics counts: what one of them uses of another is
    nowhere written down.
    """
    digest = sha256()
    for room in (Path(__file__).parent, Path(assets.statistics.__file__).parent):
        for file in sorted(room.rglob("*.py")):
            digest.update(str(file.relative_to(room)).encode() + b"\0" + file.read_bytes())
    for version in (numba, np, pl, scipy):
        digest.update(f"\0{version.__name__} {version.__version__}".encode())
    digest.update(f"\0{sys.version} {platform.machine()}".encode())
    return digest.hexdigest()
