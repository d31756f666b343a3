"""24 months night by night on both virtual plants: does the score book say what was said?

Each night the models kept then score what had passed a gate, the product's own functions seal what
they say of batches whose result was to come, and every six months the models are fitted again. A
plain count beside it, a dictionary of what was said first, must agree with the book and with
``history.live_performance`` in every figure; no entry may change once it is sealed. A row a
version: calibration and alarm budget with their intervals. Plants already in the CSV are not
replayed again.

    python benchmarks/score_book_replay.py                            # both plants, 24 months
    python benchmarks/score_book_replay.py --months 2 --batches 240   # a look
"""

import argparse
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from assets.failure_models.dataset.study_inputs import StudySettings
from assets.history.live_performance import live_performance
from assets.history.score_book import new_entries
from assets.history.score_chain import SCORE_BOOK, breaks
from benchmarks.studies.record import RESULTS, StudyRecord
from benchmarks.studies.replayed_nights import (
    Fitted,
    eventful_nights,
    fitted_at,
    outcomes_at,
    scored_at,
)
from benchmarks.verdict_study import study_inputs
from data_contracts.tables import table

PLANTS = {"tablets": "tablets", "sterile_vials": "sterile_vials"}  # plant -> its prices
GATES = (2, 3, 4, 5)
REFIT_MONTHS, MONTH = 6, timedelta(days=365.25 / 12)
A_YEAR = 200
COMPARED = ("scored", "alarms", "results", "failures", "detected", "false_alarms")
BY = ("outcome", "gate", "model_version")


@dataclass
class HandCount:
    """What was said first of each batch, kept in a dictionary: no frame, no hash, no join."""

    first: dict[tuple[Any, ...], tuple[float, bool | None]] = field(default_factory=dict)

    def night(self, said: list[dict[str, Any]], known: dict[tuple[str, str], Any]) -> None:
        """Take in a night."""
        for row in said:
            place = (row["outcome"], row["gate"], row["model_version"], row["batch_id"])
            is_open = known.get((row["batch_id"], row["outcome"]), "none") is None
            if is_open and place not in self.first:
                self.first[place] = (row["failure_prob"], row["is_alarm"])

    def counts(self, known: dict[tuple[str, str], Any]) -> dict[tuple[Any, ...], list[Any]]:
        """Per outcome, gate and version the figures in ``COMPARED`` and the failures expected."""
        found: dict[tuple[Any, ...], list[Any]] = {}
        for (outcome, gate, version, batch), (prob, alarm) in sorted(self.first.items()):
            row = found.setdefault((outcome, gate, version), [0, 0, 0, 0, 0, 0, 0.0])
            failed = known[batch, outcome]
            row[0] += 1
            if alarm is None:  # this version raises none
                row[1] = row[4] = row[5] = None
            else:
                row[1] += alarm
            if failed is not None:
                row[2] += 1
                row[3] += failed
                row[6] += prob
            if failed is not None and alarm is not None:
                row[4] += alarm and failed
                row[5] += alarm and not failed
        return found


def results(outcomes: pl.DataFrame) -> dict[tuple[str, str], Any]:
    """Result by batch and outcome, None while it is to come."""
    rows = outcomes.select("batch_id", "outcome", "is_failure").iter_rows()
    return {(batch, outcome): failed for batch, outcome, failed in rows}


def replay(plant: str, seed: int, months: int, batches: int) -> list[dict[str, Any]]:
    """Replay a plant's last months night by night; a row per version."""
    from assets.virtual_plant.declaration.plant_file import load_plant
    from assets.virtual_plant.fast_path.prepared_plant import batch_features
    from data_contracts.assumptions import load_built_in

    made = batch_features(load_plant(plant), seed=seed, batches=batches, years=batches / A_YEAR)
    inputs, prices = study_inputs(made, GATES), load_built_in(PLANTS[plant])
    settings = StudySettings(
        seed=seed, permutations=999, resamples=200, refits=2, threads=1, with_contrast=False
    )
    last: datetime = made.batch_gates["gate_at"].max()  # type: ignore[assignment]
    first = last - months * MONTH
    book, counted, nights, changed = table(SCORE_BOOK), HandCount(), 0, 0
    fitted: Fitted | None = None
    refit_at, refits = first, list[datetime]()
    for night in eventful_nights(inputs, first, last):
        if fitted is None or night >= refit_at:
            fitted = fitted_at(inputs, night, settings, prices)
            refits.append(night)
            refit_at += REFIT_MONTHS * MONTH
        now = outcomes_at(made.outcomes, night)
        said = scored_at(inputs, fitted, night)
        run = {"run_id": f"night-{nights}", "as_of": night, "is_look_back": False}
        added = new_entries(book, said, now, fitted.alarm_prices, run, night)
        after = pl.concat([book, added])
        changed += not after.head(book.height).equals(book)
        book, nights = after, nights + 1
        counted.night(said.to_dicts(), results(now))
    at_end = outcomes_at(made.outcomes, last)
    live = live_performance(book, at_end, made.batches)
    by_hand = counted.counts(results(at_end))
    whole = {
        "nights": nights,
        "refits": len(refits),
        "entries": book.height,
        "said_otherwise": book.filter(pl.col("revision") > 1).height,
        "sealed_entries_changed": changed,
        "broken_seals": len(breaks(book)),
        "is_count_equal": is_equal(live, by_hand),
        "batches_in_book": book["batch_id"].n_unique(),
    }
    return [whole | row for row in live.to_dicts()]


def is_equal(live: pl.DataFrame, by_hand: dict[tuple[Any, ...], list[Any]]) -> bool:
    """Whether every count of the table is that of the plain count."""
    found = {
        tuple(row[name] for name in BY): (
            [row[name] for name in COMPARED],
            round(row["expected_failures"], 9),
        )
        for row in live.to_dicts()
    }
    return found == {key: (row[:6], round(row[6], 9)) for key, row in by_hand.items()}


def main() -> None:
    """Replay the plants that are missing from the CSV, then tell what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", nargs="+", default=list(PLANTS), choices=sorted(PLANTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--batches", type=int, default=900)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the rows")
    asked = parser.parse_args()
    record = StudyRecord("score_book_replay", ("plant", "seed", "months"), asked.results)
    keys = [(plant, asked.seed, asked.months) for plant in asked.plants]
    for plant, seed, months in record.missing(keys):
        head = {"plant": plant, "seed": seed, "months": months}
        for row in replay(plant, seed, months, asked.batches):
            record.append(head | row)
        print(f"{plant} {seed}", flush=True)
    print(told(record.rows()))


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """What was found by plant; versions that raised no alarm have empty cells."""
    low, high = (pl.col(f"observed_to_expected_{end}").cast(pl.Float64) for end in ("low", "high"))
    has_budget = pl.col("is_budget_kept").cast(pl.String)
    return rows.group_by("plant", "seed", maintain_order=True).agg(
        pl.col("nights", "refits", "entries", "sealed_entries_changed", "broken_seals").first(),
        pl.col("is_count_equal").first(),
        rows=pl.len(),
        raising_alarms=has_budget.is_not_null().sum(),
        budget_kept=(has_budget == "true").sum(),
        calibrated=((low <= 1) & (high >= 1)).sum(),
        told_by=low.is_not_null().sum(),
    )


if __name__ == "__main__":
    main()
