"""What was said in any month can be said again: 24 monthly runs, and a look back at each.

    python benchmarks/monthly_replays.py                 # 24 months
    python benchmarks/monthly_replays.py --folder FOLDER # may be stopped, and goes on there
    python benchmarks/monthly_replays.py --months 3 --batches 40 --results FOLDER

A small virtual plant is delivered month by month into one home: late laboratory results, late and
corrected readings, corrections of old records of every kind. Each month is run and its claims kept.
Afterwards ``--as-of`` the instant each month's report names must give every claim of that report
again; tables that hold no claim are compared too and told. Rows are kept in
``benchmarks/results/monthly_replays.csv``.
"""

import argparse
import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.studies.record import RESULTS, StudyRecord
from benchmarks.unbroken import warm_runs

FIRST_MONTHS = 6
PROFILE, DATA = "plant.yaml", "data"
SEED, INTERVAL_S = 7, 120
# What is of the run or of the files as they lie there now, not of what was known. What changed
# since the run before is of two runs, and a look back is compared with none.
OF_THE_RUN = ("raw.", "quarantine.", "evidence.")
SAID = ("claim_id", "statement", "value_text", "value", "unit", "interval_low", "interval_high")


def said(home: Path) -> dict[str, Any]:
    """Return what a published run says: its instant, its claims, and its tables' hashes."""
    from benchmarks.unbroken.comparison import table_hashes
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    with open_published(Home(home)) as published:
        as_of = published.query(
            "SELECT as_of FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1"
        ).item()
        claims = published.query(
            f"SELECT {', '.join(SAID)} FROM evidence.claims WHERE claim_id NOT LIKE 'changed.%' "
            "ORDER BY ALL"
        )
    hashes = table_hashes(home)
    tables = {name: h for name, h in hashes.items() if not name.startswith(OF_THE_RUN)}
    return {"as_of": as_of.isoformat(), "claims": claims.rows(), "tables": tables}


def simulated(folder: Path, batches: int, months: int) -> None:
    """Write the whole export of a small plant."""
    from assets.virtual_plant.simulate import simulate

    simulate(
        folder,
        batches=batches,
        years=(FIRST_MONTHS + months) / 12,
        seed=SEED,
        interval_s=INTERVAL_S,
    )


def ran(request: Any, said_in: Path) -> float:
    """Run the main job in a process of its own; returns the seconds it took."""
    done = warm_runs.ended(
        warm_runs.start(lambda: warm_runs.run(request, "main"), said_in), said_in
    )
    if done.code:
        raise SystemExit(f"A run failed: {done.said}")
    return done.seconds


def differences(then: dict[str, Any], again: dict[str, Any]) -> dict[str, Any]:
    """Compare what was said then with what a look back says."""
    claims = [set(map(repr, map(list, each["claims"]))) for each in (then, again)]
    other = sorted(claims[0] ^ claims[1])
    tables = [name for name in then["tables"] if again["tables"][name] != then["tables"][name]]
    return {
        "claims": len(claims[0]),
        "claims_that_differ": len(claims[0] - claims[1]),
        "tables_that_differ": " ".join(tables),
        "first_difference": " / ".join(other[:2])[:300],
    }


def main() -> None:
    """Deliver and run month by month, then look back at each month."""
    from pipelines.site.run_request import RunRequest

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--batches", type=int, default=110)
    parser.add_argument("--looks", type=int, help="how many months to look back at; all")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the rows")
    parser.add_argument("--folder", type=Path, help="exports and home, kept to go on with")
    asked = parser.parse_args()
    record = StudyRecord("monthly_replays", key=("month",), folder=asked.results)
    warm_runs.warm_up()
    with TemporaryDirectory(prefix="lotwise-replays-") as name:
        folder = asked.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        words, data = folder / "said.txt", folder / DATA
        request = RunRequest(folder / "home", str(folder / PROFILE), data, is_quick=True)
        kept = folder / "months.json"
        months: list[dict[str, Any]] = json.loads(kept.read_text()) if kept.is_file() else []
        for number in range(len(months), asked.months):
            deliver = partial(_delivered, number, folder, asked.batches, asked.months)
            stamp = warm_runs.told(deliver, words)
            seconds = ran(request, words)
            months.append(warm_runs.told(lambda: said(request.home), words) | {"run_s": seconds})
            kept.write_text(json.dumps(months))
            print(f"month {number}: delivered {stamp}, as of {months[-1]['as_of']}", flush=True)
        broken = 0
        missing = warm_runs.told(
            lambda: list(record.missing([(n,) for n in in_turn(len(months))[: asked.looks]])), words
        )
        for (number,) in missing:
            then, began = months[number], time.monotonic()
            ran(replace(request, as_of=then["as_of"]), words)
            again = warm_runs.told(lambda: said(request.home), words)
            found = differences(then, again)
            broken += bool(found["claims_that_differ"])
            row = {"month": number, "as_of": then["as_of"], "batches": _batches(then)}
            row |= found | {"run_s": round(then["run_s"], 1)}
            record.append(row | {"look_back_s": round(time.monotonic() - began, 1)})
            print(number, found, flush=True)
    if broken:
        raise SystemExit(f"{broken} of {len(months)} months cannot be said again.")


def in_turn(months: int) -> list[int]:
    """Order the months so that a study that is stopped has looked back all over them."""
    return [*range(0, months, 4), *range(2, months, 4), *range(1, months, 2)]


def _batches(then: dict[str, Any]) -> float:
    return next((claim[3] for claim in then["claims"] if claim[0] == "scope.batches"), 0)


def write_profile(file: Path, stamp: datetime) -> None:
    """Copy the built-in profile: it comes with the first delivery, not after all of them."""
    from data_contracts.profile import load_profile

    file.write_bytes(load_profile("virtual_plant").file.read_bytes())
    os.utime(file, (stamp.replace(tzinfo=UTC).timestamp(),) * 2)


def _delivered(month: int, folder: Path, batches: int, months: int) -> str:
    from benchmarks.unbroken.month_deliveries import MonthDeliveries

    exports = folder / "exports"
    if not exports.is_dir():
        simulated(exports, batches, months)
    deliveries = MonthDeliveries(exports, FIRST_MONTHS, SEED)
    stamp: datetime = deliveries.deliver(month, folder / DATA)
    if month == 0:
        write_profile(folder / PROFILE, stamp)
    return stamp.isoformat()


if __name__ == "__main__":
    main()
