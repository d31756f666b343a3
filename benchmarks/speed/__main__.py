"""Print the table of speed and keep it; or look whether a figure has fallen.

python -m benchmarks.speed                   # all, rows added to benchmarks/results/speed.csv
python -m benchmarks.speed --only features   # one of those who measure
python -m benchmarks.speed --check           # the quick ones beside what is on record
"""

import argparse
import os
from pathlib import Path

import polars as pl

from benchmarks.speed.figures import Row, kept_rows, machine, table
from benchmarks.speed.history import FALL, comparable, fallen
from benchmarks.speed.providers import BARS, PROVIDERS, Provider
from benchmarks.studies.record import RESULTS, StudyRecord


def measured(asked: list[Provider], record: StudyRecord) -> list[Row]:
    """Measure one after the other, and keep the rows of each as soon as they are there."""
    rows: list[Row] = []
    for provider in asked:
        print(f"measuring {provider.name} ...", flush=True)
        load = os.getloadavg()[0]
        found = provider.rows()
        for row in kept_rows(found, load):
            record.append(row)
        rows += found
    return rows


def check(asked: list[Provider], history: pl.DataFrame) -> tuple[int, list[str]]:
    """Measure and compare; what seems to have fallen is measured once more, to be sure of it.

    Returns:
        How many figures could be compared, and those that have fallen, in words.
    """
    found: list[str] = []
    compared = 0
    where = machine()
    for provider in asked:
        load = os.getloadavg()[0]
        rows = provider.rows()
        print("\n".join(table(rows, {name: BARS[name] for name, _, _ in rows if name in BARS})))
        compared += comparable(rows, BARS, history, where, load)
        once = fallen(rows, BARS, history, where, load)
        if once:
            twice = fallen(provider.rows(), BARS, history, where, os.getloadavg()[0])
            found += [words for name, words in once.items() if name in twice]
    return compared, found


def main() -> None:
    """Measure what is asked for."""
    names = [provider.name for provider in PROVIDERS]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=names, action="append")
    parser.add_argument("--check", action="store_true", help="quick ones, beside earlier rows")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the history is kept")
    asked = parser.parse_args()
    chosen = [p for p in PROVIDERS if p.name in (asked.only or names)]
    record = StudyRecord("speed", key=("machine", "name"), folder=asked.results)
    if not asked.check:
        print("\n".join(table(measured(chosen, record), BARS)))
        return
    if not record.file.is_file():
        raise SystemExit(f"{record.file.name} holds no earlier figures: run `make bench` first.")
    compared, worse = check([p for p in chosen if p.is_quick], record.rows())
    if worse:
        raise SystemExit("\n".join([f"Fallen by more than {FALL:.0%}:", *worse]))
    if not compared:
        raise SystemExit(
            f"Nothing was compared: {record.file.name} holds no figure with a bar of this machine "
            f"({machine()}) at such a load. Run `make bench` here first."
        )
    print(f"None of {compared} figures has fallen by more than {FALL:.0%} at this load.")


if __name__ == "__main__":
    main()
