"""Exhaustive search over given selectors: the best combinations, and what chance would give.

For tables whose conditions are few enough to try every combination of up to three; the product's
own beam search is for full resolution. The quality is pysubgroup's ``StandardQF``, so that both can
be held against each other.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np

from assets.rules.search.records import Array
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from benchmarks.studies.selector_kernel import best_combinations, cover_sizes, null_best

CHUNK_DRAWS = 50


@dataclass(frozen=True)
class Combination:
    """Selectors that hold together, by position, and their quality."""

    selectors: tuple[int, ...]
    quality: float


@dataclass(frozen=True)
class ExhaustiveSearch:
    """Every combination of some selectors.

    Attributes:
        covers: (selectors, batches) whether a selector covers a batch.
        depth: Most selectors combined, 1 to 3.
        exponent: a in (n / N)^a (p - p0): 1 is weighted relative accuracy, 0.5 the binomial test.
    """

    covers: BoolArray
    depth: int = 3
    exponent: float = 0.5

    @property
    def combinations(self) -> int:
        """Number of combinations searched."""
        return sum(comb(self.covers.shape[0], k) for k in range(1, self.depth + 1))

    @cached_property
    def _sizes(self) -> Array:
        sizes = np.empty(self.combinations, dtype=np.int32)
        cover_sizes(_packed(self.covers), self.depth, sizes)
        return sizes

    @cached_property
    def _worth(self) -> FloatArray:
        batches = self.covers.shape[1]
        count = np.arange(batches + 1, dtype=np.float64)
        worth = (np.maximum(count, 1) / batches) ** self.exponent / np.maximum(count, 1)
        worth[0] = 0.0
        return np.asarray(worth)

    def best(self, label: FloatArray, count: int = 20) -> list[Combination]:
        """The best combinations on the records.

        Args:
            label: Per batch, 1 failed, 0 good.
            count: How many to return.
        """
        top = np.full(count, -np.inf)
        which = np.full((count, 3), -1, dtype=np.int32)
        failing = _packed(self.covers[:, label > 0])
        rate = float(label.mean())
        best_combinations(failing, self.depth, self._sizes, self._worth, rate, top, which)
        return [
            Combination(tuple(int(s) for s in row if s >= 0), float(value))
            for row, value in zip(which, top, strict=True)
            if np.isfinite(value)
        ]

    def null(self, labels: IntArray) -> FloatArray:
        """Best quality of each draw of the null.

        Args:
            labels: (draws, batches) permuted labels, equally many failures in each.

        Returns:
            (draws,), the same whatever the number of threads.
        """
        failing = np.nonzero(labels)[1].reshape(labels.shape[0], -1)
        by_batch = np.ascontiguousarray(self.covers.T)
        best, rate, sizes = np.empty(labels.shape[0]), float(labels[0].mean()), self._sizes

        def run(start: int) -> None:
            part = slice(start, start + CHUNK_DRAWS)
            null_best(by_batch, self.depth, sizes, self._worth, rate, failing[part], best[part])

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(run, range(0, labels.shape[0], CHUNK_DRAWS)))
        return best


def _packed(covers: BoolArray) -> Array:
    """Rows of bits, 64 batches to a word."""
    words = max(1, -(-covers.shape[1] // 64))
    bits = np.zeros((covers.shape[0], words * 64), dtype=np.bool_)
    bits[:, : covers.shape[1]] = covers
    return np.packbits(bits, axis=1, bitorder="little").view(np.uint64)
