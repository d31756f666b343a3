"""Are planted precursors found with their lag, and is nothing found where nothing is planted?

One CSV row per plant and kind, resumable. ``planted``: one event type raises the risk of later
batches, for L hours or after L hours; found means the event on its equipment is a leading finding,
its lag within 20% (the window's end for the first form, the typical lag for the second). ``busy``:
production, events and failures rise together and nothing precedes anything. ``null``: nothing at
all. At a family-wise level of 5%, at most 11 of 100 plants may report any precursor.

    nice -n 10 python benchmarks/precursor_study.py --kind planted --plants 50
"""

import argparse
import time
from typing import Any

from assets.precursors.precursors import precursors
from assets.precursors.search import search_precursors
from benchmarks.studies.precursor_plants import precursor_plant
from benchmarks.studies.record import StudyRecord

KINDS = ("planted", "busy", "null")
LAG_TOLERANCE = 0.20


def study_plant(kind: str, seed: int, batches: int = 2000, draws: int = 1000) -> dict[str, Any]:
    """Make one plant, search it, and mark the answer against its truth."""
    plant = precursor_plant(kind, seed, batches)
    started = time.perf_counter()
    searches = search_precursors(plant.records, draws=draws, seed=seed)
    rows = precursors(searches, seed).sort("rank").rows(named=True)
    seconds = time.perf_counter() - started
    found = [row for row in rows if row["is_leading"]]
    named = [
        row
        for row in found
        if row["event_type"] == plant.event_type and row["scope"] in ("equipment", "line")
    ]
    lag = None
    if named:
        lag = named[0]["lag_until_h" if plant.form == "window" else "lag_h"]
    return {
        "kind": kind,
        "seed": seed,
        "batches": batches,
        "failures": plant.failures,
        "form": plant.form,
        "lag_h": round(plant.lag_h, 1),
        "is_found": bool(named),
        "found_lag_h": None if lag is None else round(lag, 1),
        "is_lag_within_20pct": lag is not None and abs(lag / plant.lag_h - 1) <= LAG_TOLERANCE,
        "others_found": len({row["event_type"] for row in found} - {plant.event_type}),
        "any_found": bool(found),
        "smallest_p": min((row["p_value_family"] for row in rows), default=None),
        "search_s": round(seconds, 2),
    }


def main() -> None:
    """Make the plants that are missing from the CSV, then print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=KINDS, default="planted")
    parser.add_argument("--plants", type=int, default=3, help="seeds first to first+plants-1")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--batches", type=int, default=2000)
    asked = parser.parse_args()
    record = StudyRecord("precursor_study", key=("kind", "seed"))
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    for kind, seed in record.missing([(asked.kind, seed) for seed in seeds]):
        record.append(study_plant(kind, seed, asked.batches))
    rows = record.rows()
    for (kind,), part in rows.group_by("kind", maintain_order=True):
        print(
            f"{kind}: {part.height} plants, any found {part['any_found'].sum()}, planted found "
            f"{part['is_found'].sum()}, lag within 20% {part['is_lag_within_20pct'].sum()}, "
            f"others found {(part['others_found'] > 0).sum()}"
        )


if __name__ == "__main__":
    main()
