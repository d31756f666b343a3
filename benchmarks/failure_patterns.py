"""Speed of searches for rules: beside pysubgroup's fastest algorithm, and at full size.

The same selectors, the same quality, the same run: every algorithm of pysubgroup that is exhaustive
is timed beside a compiled exhaustive search, whose 20 best subgroups must be the same; then 1,000
draws of its null. ``--large`` times the product's own search on 10,000 batches x 300
features, of which the earlier half is searched, to depth 3 with 1,000 draws. Seconds are processor
seconds, so that other work on the machine does not count; an algorithm that is not done by its
limit is stopped and said to be slower.

    python benchmarks/failure_patterns.py
    python benchmarks/failure_patterns.py --large --draws 1000
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import pandas as pd

from assets.rules.search.selectors import SearchColumn
from assets.rules.search.subgroup_search import SubgroupSearch
from benchmarks.studies.exhaustive_search import ExhaustiveSearch

BATCHES, NUMBERS, CATEGORIES, BINS, TOP = 2_000, 8, 4, 5, 20


def table(batches: int, numbers: int, categories: int, seed: int = 1) -> pd.DataFrame:
    """Numbers, categories and failures that follow a rule of three conditions."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({f"x{i}": rng.normal(size=batches) for i in range(numbers)})
    for i in range(categories):
        frame[f"c{i}"] = [f"L{code}" for code in rng.integers(0, 4, size=batches)]
    inside = (frame["x1"] > 0.3) & (frame["x2"] < 0.2) & (frame["c0"] == "L1")
    frame["failed"] = rng.random(batches) < np.where(inside, 0.45, 0.03)
    return frame


def side_by_side(frame: pd.DataFrame, exponent: float, depth: int, limit_s: float) -> None:
    """Time pysubgroup's exhaustive algorithms and ours on one task, and compare answers."""
    import pysubgroup as ps

    target = ps.BinaryTarget("failed", True)
    space = ps.create_selectors(frame, ignore=["failed"], nbins=BINS)
    covers = np.array([selector.covers(frame) for selector in space])
    label = frame["failed"].to_numpy().astype(float)
    warmed = ExhaustiveSearch(covers[:4], depth, exponent)
    warmed.best(label)
    warmed.null(label[None].astype(np.uint8))
    search = ExhaustiveSearch(covers, depth, exponent)
    own, seconds = timed(lambda: search.best(label, TOP))
    print(f"{len(space)} selectors, depth {depth}, a = {exponent}: {search.combinations} subgroups")
    print(f"  compiled              {seconds:8.3f} s", flush=True)
    for name in ("Apriori", "SimpleDFS", "DFS", "GpGrowth", "BestFirstSearch"):
        task = ps.SubgroupDiscoveryTask(
            frame, target, space, result_set_size=TOP, depth=depth, qf=ps.StandardQF(exponent)
        )
        algorithm = ps.DFS(ps.BitSetRepresentation) if name == "DFS" else getattr(ps, name)()
        answer = within(limit_s, partial(algorithm.execute, task))
        if answer is None:
            print(f"  pysubgroup {name:15}not done in {limit_s:.0f} s", flush=True)
            continue
        qualities, theirs = answer
        same = np.allclose(qualities, [one.quality for one in own])
        print(
            f"  pysubgroup {name:15}{theirs:8.3f} s  {theirs / seconds:6.0f} x  same top {same}",
            flush=True,
        )
    rng = np.random.default_rng(2)
    draws = np.array([rng.permutation(label) for _ in range(1_000)], dtype=np.int64)
    _, null = timed(lambda: search.null(draws))
    print(f"  1,000 draws of the null {null:.2f} s")


def large(batches: int, features: int, draws: int, beam: int) -> None:
    """Time the product's own search on the earlier half of a large table."""
    frame = table(batches // 2, features - 20, 20)
    label = frame.pop("failed").to_numpy().astype(float)
    columns = tuple(_column(str(name), frame[name]) for name in frame)
    search = SubgroupSearch(columns, np.full(label.size, label.mean()), beam=beam)
    search.best(label)
    rng = np.random.default_rng(3)
    labels = np.array([rng.permutation(label) for _ in range(draws)], dtype=np.int64)
    started, cpu = time.perf_counter(), time.process_time()
    search.best(label)
    search.null(labels)
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(
        f"{batches} batches x {features} features (earlier half {label.size}, "
        f"{int(label.sum())} failures), beam {beam}, {draws} draws: {wall:.0f} s, "
        f"{cpu:.0f} s of processor time"
    )


def _column(name: str, values: pd.Series) -> SearchColumn:
    if values.dtype.kind == "f":
        return SearchColumn(name, name, 1, None, values.to_numpy())
    levels = tuple(sorted(values.unique()))
    return SearchColumn(name, name, 1, levels, values.map(levels.index).to_numpy().astype(float))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """An answer and the processor seconds it took."""
    started = time.process_time()
    return work(), time.process_time() - started


def within(limit_s: float, work: Callable[[], Any]) -> tuple[list[float], float] | None:
    """Qualities found and processor seconds; None where the limit of real time came first."""

    def run(out: Connection) -> None:
        found, seconds = timed(work)
        out.send(([row[0] for row in found.results], seconds))

    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=run, args=(theirs,))
    process.start()
    answer = ours.recv() if ours.poll(limit_s) else None
    process.terminate()
    process.join()
    return answer


def main() -> None:
    """Print the timings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="time the full-size search instead")
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--beam", type=int, default=20)
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--limit-s", type=float, default=120.0, help="for each other algorithm")
    asked = parser.parse_args()
    if asked.large:
        large(10_000, 300, asked.draws, asked.beam)
        return
    frame = table(BATCHES, NUMBERS, CATEGORIES)
    for exponent in (0.5, 1.0):
        side_by_side(frame, exponent, asked.depth, asked.limit_s)


if __name__ == "__main__":
    main()
