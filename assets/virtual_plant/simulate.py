"""Writes a virtual plant: its exports into one folder, its truth into another beside it.

A simulation is written into a temporary folder and renamed at the end, so a killed one leaves
nothing that looks whole; the same simulation asked for again is not written twice.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant_file import load_plant, plant_path
from assets.virtual_plant.declaration.policy import parse_policy
from assets.virtual_plant.exports.historian import write_archive
from assets.virtual_plant.exports.record_files import write_records
from assets.virtual_plant.failure_rate import at_failure_rate
from assets.virtual_plant.production.batches import Batches, Settings, make_batches
from assets.virtual_plant.sensors.trajectories import at_interval
from assets.virtual_plant.truth.effects import RERUNS, lever_effects, policy_effect
from assets.virtual_plant.truth.truth_file import truth_of

MARKER = "plant.json"
TRUTH = "truth.json"
# raised when the same settings would give other files
GENERATOR_VERSION = 2

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SimulationSummary:
    """What a simulation wrote, or found written.

    Attributes:
        out: Folder of the exports.
        truth: Folder of the truth.
        batches: Number of batches.
        failures: Failed batches, pending ones included.
        pending: Batches without a disposition.
        readings: Sensor readings.
        oracle_auc: AUC of the best possible prediction; None with fewer than one failure.
        do: What the policy changed, as ``truth.json`` says it; None without a policy.
        is_reused: Whether an identical simulation was already there.
    """

    out: Path
    truth: Path
    batches: int
    failures: int
    pending: int
    readings: int
    oracle_auc: float | None
    do: dict[str, Any] | None
    is_reused: bool


def simulate(
    out: Path,
    *,
    batches: int = 1000,
    years: float = 5,
    seed: int = 1,
    plant: str | Path | None = None,
    is_null: bool = False,
    do: str | None = None,
    reruns: int = RERUNS,
    interval_s: int | None = None,
    failure_rate: float | None = None,
    progress: Progress | None = None,
) -> SimulationSummary:
    """Write a virtual plant's exports into ``out`` and its truth into ``<out>-truth``.

    Args:
        out: Folder to make; an empty one or an identical earlier simulation is fine too.
        batches: Number of batches, at least 1.
        years: Span of production, above 0.
        seed: Seed, 0 or above; the same seed gives the same bytes.
        plant: Built-in name or plant file; None means the tablet plant.
        is_null: Whether every path into failures is cut while marginals stay.
        do: Policy ``variable in [low, high]``, run on the same random numbers.
        reruns: Re-runs behind the expected effects of the policy and the levers, at least 1.
        interval_s: Seconds between sensor readings, 1 to 600; None means as the plant file says.
        failure_rate: Share of batches that fail, reached by moving the limits; None means as the
            plant file says.
        progress: Called with (what is being written, done, of).

    Returns:
        What was written.

    Raises:
        PlantError: Wrong size or seed, a plant file or policy that cannot be used, or a folder
            that holds something else.
    """
    _check_size(batches, years, seed, reruns)
    if is_null and do:
        raise PlantError(
            "--null and --do exclude one another: without causes, a held variable changes nothing"
        )
    declared = load_plant(plant)
    if interval_s is not None:
        declared = at_interval(declared, interval_s)
    if failure_rate is not None:
        declared = at_failure_rate(declared, failure_rate)
    settings = Settings(
        batches=batches,
        years=float(years),
        seed=seed,
        cut="null" if is_null else "none",
        policy=parse_policy(do, declared) if do else None,
    )
    marker = _marker(settings, plant_path(plant), reruns, declared.sampling_interval_s)
    if failure_rate is not None:
        marker["failure_rate"] = failure_rate
    out = out.absolute()
    earlier = _earlier(out, marker)
    if earlier:
        return earlier
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    draft.chmod(0o755)
    try:
        made = make_batches(declared, settings)
        truth = truth_of(made) | _effects(made, do, reruns)
        readings = _write_exports(made, draft / "exports", progress or _silent)
        (draft / "truth").mkdir()
        _write_json(draft / "truth" / TRUTH, truth)
        summary = {
            "batches": batches,
            "failures": truth["failures"],
            "pending": int(made.is_pending.sum()),
            "readings": readings,
            "oracle_auc": truth["oracle_auc"],
            "do": truth["do"],
        }
        _write_json(draft / "exports" / MARKER, marker | {"wrote": summary})
        _move(draft / "truth", _truth_folder(out))
        _move(draft / "exports", out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return SimulationSummary(out, _truth_folder(out), **summary, is_reused=False)


def _effects(made: Batches, do: str | None, reruns: int) -> dict[str, Any]:
    """True effects of the policy and of every declared lever."""
    done = policy_effect(made.plant, made.settings, reruns).described() if do else None
    effects = lever_effects(made, reruns)
    return {
        "do": {"policy": do, **done} if done else None,
        "levers": [
            {key: value for key, value in vars(lever).items() if value is not None}
            | effects[lever.name].described()
            for lever in made.plant.levers
        ],
    }


def _check_size(batches: int, years: float, seed: int, reruns: int) -> None:
    if batches < 1:
        raise PlantError(f"batches is {batches}: simulate at least 1")
    if not years > 0:
        raise PlantError(f"years is {years}: the span must be above 0")
    if seed < 0:
        raise PlantError(f"seed is {seed}: use 0 or above")
    if reruns < 1:
        raise PlantError(f"reruns is {reruns}: use at least 1")


def _truth_folder(out: Path) -> Path:
    return out.with_name(f"{out.name}-truth")


def _marker(settings: Settings, plant: Path, reruns: int, interval_s: int) -> dict[str, Any]:
    return {
        "written_by": "lotwise simulate",
        "generator_version": GENERATOR_VERSION,
        "plant_sha256": sha256(plant.read_bytes()).hexdigest(),
        "interval_s": interval_s,
        "settings": asdict(settings),
        "reruns": reruns,
    }


def _earlier(out: Path, marker: dict[str, Any]) -> SimulationSummary | None:
    """An identical simulation already there; refuse any other content."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return None
    try:
        found = json.loads((out / MARKER).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        raise PlantError(
            f"{out} is not empty and is not a simulation: name another folder, or empty it"
        ) from None
    if {key: value for key, value in found.items() if key != "wrote"} != marker:
        raise PlantError(
            f"{out} holds a simulation with other settings: name another folder, or remove it"
        )
    return SimulationSummary(out, _truth_folder(out), **found["wrote"], is_reused=True)


def _write_exports(made: Batches, folder: Path, progress: Progress) -> int:
    historian = folder / "historian"
    historian.mkdir(parents=True)
    write_records(made, folder, lambda done, of: progress("records", done, of))
    return write_archive(
        made, historian, os.cpu_count() or 1, lambda done, of: progress("sensor readings", done, of)
    )


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _move(draft: Path, place: Path) -> None:
    if place.exists():
        shutil.rmtree(place)
    draft.rename(place)


def _silent(_what: str, _done: int, _of: int) -> None:
    """No progress wanted."""
