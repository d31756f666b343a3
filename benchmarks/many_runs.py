"""Run after run in one home: does history add up, and does the disk stay under what is kept?

    nice -n 2 python benchmarks/many_runs.py --runs 50

A table from elsewhere grows by a dozen batches a run; every fifth delivery corrects records of old
batches, every tenth run has other prices, every sixth is a refit and the rest are nights. After
each run the parts of the headline's move must add up to the difference of what two runs have said,
every earlier run's claims must stand as they were, and the home's size is kept. Rows go to
``benchmarks/results/many_runs.csv``.
"""

import argparse
import shutil
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import polars as pl
import yaml
from rich.console import Console

from benchmarks.foreign_plants.kinds import foreign_table
from benchmarks.foreign_plants.sources import write_source
from benchmarks.studies.record import StudyRecord
from data_contracts.assumptions import BUILT_IN_DIR
from pipelines.runner import run_job
from pipelines.site.run_request import RunRequest
from warehouse.paths import Home
from warehouse.published_copy.published import open_published
from warehouse.published_copy.retention import Retention

KIND, SEED = "linear", 40985734
KEPT = Retention(reports=12, warehouses=2, runs=10)
GROWS_BY, CORRECTS, CORRECTIONS, PRICES, REFITS = 12, 5, 3, 10, 6
_MOVES = """
SELECT m.measure, sum(m.move) AS split,
  any_value(a.p50) - any_value(b.p50) AS whole, any_value(a.p50) AS now
FROM history.headline_moves AS m
JOIN history.savings AS a ON a.run_number = m.run_number AND a.measure = m.measure
JOIN history.savings AS b ON b.run_number = m.compared_with AND b.measure = m.measure
WHERE m.run_number = {number} AND a.scenario = 'base' AND a.lever = 'all' AND b.scenario = 'base'
  AND b.lever = 'all' AND a.basis <> 'refused' AND b.basis <> 'refused'
GROUP BY ALL
"""
_PARTS = """
SELECT part FROM history.headline_moves
WHERE run_number = {number} AND abs(move) > 1e-9 GROUP BY part ORDER BY min(position)
"""


def deliveries(folder: Path, runs: int) -> Iterator[int]:
    """Deliver the table again and again; yields the number of each delivery once it lies there."""
    write_source(foreign_table(KIND, SEED), folder)
    whole = pl.read_csv(folder / "batches.csv", infer_schema=False)
    measured = yaml.safe_load((folder / "profile.yaml").read_text())["tables"]["parameters"]
    column = next(iter(measured["unpivot"]))
    start = whole.height - GROWS_BY * (runs - 1)
    for number in range(1, runs + 1):
        now = whole.head(start + GROWS_BY * (number - 1))
        if number > 1 and number % CORRECTS == 0:
            row = pl.int_range(pl.len())
            other = (pl.col(column).cast(pl.Float64) * 1.01).cast(pl.String)
            corrected = pl.when(row.is_between(number, number + CORRECTIONS - 1))
            whole = whole.with_columns(corrected.then(other).otherwise(column).alias(column))
            now = whole.head(now.height)
        now.write_csv(folder / "batches.csv")
        yield number


def prices(folder: Path, number: int) -> Path:
    """Write the site's prices as they are at a run; every tenth run material is dearer."""
    text = (BUILT_IN_DIR / "tablets.yaml").read_text(encoding="utf-8")
    cost = 200_000 + 5_000 * (number // PRICES)
    file = folder / "prices.yaml"
    file.write_text(text.replace("base: 200000\n", f"base: {cost}\n", 1), encoding="utf-8")
    return file


def observed(home: Home, number: int, before: dict[int, str]) -> dict[str, Any]:
    """Return what the record keeps of one run; ``before`` gains the digest of its claims."""
    with open_published(home) as copy:
        moves = copy.query(_MOVES.format(number=number)).to_dicts()
        parts = copy.query(_PARTS.format(number=number))["part"].to_list()
        claims = copy.query("FROM history.claims ORDER BY ALL")
    digests = {
        int(key[0]): sha256(frame.write_csv().encode()).hexdigest()
        for key, frame in claims.partition_by("run_number", as_dict=True).items()
    }
    changed = [key for key, digest in before.items() if digests.get(key) != digest]
    before.update(digests)
    worst = max((abs(m["split"] - m["whole"]) / max(1.0, abs(m["now"])) for m in moves), default=0)
    sizes = {each.name: _megabytes(each) for each in sorted(home.root.iterdir()) if each.is_dir()}
    return {
        "run": number,
        "measures": len(moves),
        "furthest_off": worst,
        "parts": " ".join(parts),
        "runs_changed_afterwards": len(changed),
        "reports_kept": sum(1 for each in home.reports_dir.parent.iterdir()) - 1,
        "warehouses_kept": len(list(home.releases_dir.rglob("*.duckdb"))),
        **{f"{name}_mb": sizes.get(name, 0.0) for name in ("work", "releases", "dagster")},
        "home_mb": round(_megabytes(home.root), 1),
    }


def _megabytes(folder: Path) -> float:
    files = (each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    return round(sum(each.stat().st_blocks * 512 for each in files) / 1e6, 1)


def main() -> None:
    """Run, look, keep a row; a study that is stopped begins anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--record", default="many_runs")
    asked = parser.parse_args()
    folder = Path(mkdtemp(prefix="lotwise-many-"))
    record = StudyRecord(asked.record, key=("run",))
    record.file.unlink(missing_ok=True)
    home, before = Home(folder / "home"), dict[int, str]()
    source = RunRequest(home.root, str(folder / "data" / "profile.yaml"), folder / "data")
    try:
        for number in deliveries(folder / "data", asked.runs):
            request = replace(
                source, assumptions=prices(folder, number), is_quick=True, retention=KEPT
            )
            job = "main" if number % REFITS == 1 else "nightly"
            run_job(job, request, Console(quiet=True))
            row = observed(home, number, before)
            record.append({"job": job, **row})
            print(row, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
