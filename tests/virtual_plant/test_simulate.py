import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from assets.virtual_plant import simulate as module
from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.production import batch_frames
from assets.virtual_plant.simulate import SimulationSummary, simulate

SIZE: dict[str, Any] = {"batches": 30, "years": 0.3, "seed": 5, "reruns": 1}


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, small_plant_file: Path) -> SimulationSummary:
    out = tmp_path_factory.mktemp("simulated") / "plant"
    return simulate(out, plant=small_plant_file, **SIZE)


def test_the_same_seed_gives_the_same_bytes_with_any_threads_and_slices(
    first: SimulationSummary,
    tmp_path: Path,
    small_plant_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr(batch_frames, "BATCHES_AT_ONCE", 7)
    again = simulate(tmp_path / "other", plant=small_plant_file, **SIZE)
    assert hashes(again.out) == hashes(first.out)
    assert hashes(again.truth) == hashes(first.truth)


def test_another_seed_gives_another_plant(
    first: SimulationSummary, tmp_path: Path, small_plant_file: Path
) -> None:
    other = simulate(tmp_path / "other", plant=small_plant_file, **{**SIZE, "seed": 6})
    mine, theirs = hashes(first.out), hashes(other.out)
    assert all(mine[name] != theirs[name] for name in ("mes_batches.csv", "lims_results.csv"))


def test_an_identical_simulation_is_not_written_twice(
    first: SimulationSummary, small_plant_file: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in first.out.rglob("*")}
    again = simulate(first.out, plant=small_plant_file, **SIZE)
    assert again.is_reused
    assert (again.failures, again.readings) == (first.failures, first.readings)
    assert {path: path.stat().st_mtime_ns for path in first.out.rglob("*")} == before


def test_other_content_is_never_overwritten(
    first: SimulationSummary, tmp_path: Path, small_plant_file: Path
) -> None:
    with pytest.raises(PlantError, match="other settings"):
        simulate(first.out, plant=small_plant_file, **{**SIZE, "seed": 6})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(PlantError, match="not a simulation"):
        simulate(tmp_path / "mine", plant=small_plant_file, **SIZE)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    (tmp_path / "file").write_text("x")
    with pytest.raises(PlantError, match="not a simulation"):
        simulate(tmp_path / "file", plant=small_plant_file, **SIZE)


def test_what_breaks_half_way_leaves_nothing(
    tmp_path: Path, small_plant_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "write_archive", broken)
    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path / "plant", plant=small_plant_file, **SIZE)
    assert not list(tmp_path.iterdir())


def test_the_truth_lies_outside_the_exports(first: SimulationSummary) -> None:
    assert first.truth == first.out.with_name("plant-truth")
    truth = json.loads((first.truth / "truth.json").read_text())
    assert {m["name"] for m in truth["mechanisms"]} == {
        "blend_non_uniformity",
        "coating_temperature_excursion",
        "compression_fill_variability",
    }
    assert len(truth["oracle_failure_prob"]) == SIZE["batches"]
    for path in first.out.rglob("*.csv"):
        text = path.read_text()
        assert "coating_cold_load" not in text
        assert "oracle" not in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"batches": 0},
        {"years": 0},
        {"seed": -1},
        {"reruns": 0},
        {"interval_s": 0},
        {"failure_rate": 0.0},
        {"failure_rate": 0.7},
        {"do": "x in [1, 2]"},
        {"do": "granulation_end_moisture_pct in [2, 3]", "is_null": True},
        {"plant": "sterile_vial"},
    ],
)
def test_wrong_wishes_are_refused_before_anything_is_written(
    wrong: dict[str, object], tmp_path: Path
) -> None:
    with pytest.raises(PlantError):
        simulate(tmp_path / "plant", **{**SIZE, **wrong})
    assert not list(tmp_path.iterdir())


def test_readings_every_second_on_request(tmp_path: Path, small_plant_file: Path) -> None:
    size = {**SIZE, "batches": 3, "years": 0.03}
    often = simulate(tmp_path / "often", plant=small_plant_file, interval_s=1, **size)
    usual = simulate(tmp_path / "usual", plant=small_plant_file, **size)
    assert often.readings == pytest.approx(10 * usual.readings, rel=0.1)
    with pytest.raises(PlantError, match="other settings"):
        simulate(often.out, plant=small_plant_file, **size)


def test_an_earlier_simulation_at_another_failure_rate_is_not_taken_for_this_one(
    tmp_path: Path, small_plant_file: Path
) -> None:
    size = {**SIZE, "batches": 3, "years": 0.03}
    simulate(tmp_path / "often", plant=small_plant_file, failure_rate=0.1, **size)
    with pytest.raises(PlantError, match="other settings"):
        simulate(tmp_path / "often", plant=small_plant_file, **size)


def test_null_and_policy_are_written_as_such(tmp_path: Path, small_plant_file: Path) -> None:
    simulate(tmp_path / "null", plant=small_plant_file, is_null=True, **SIZE)
    held = "granulation_end_moisture_pct in [2.0, 2.6]"
    simulate(tmp_path / "held", plant=small_plant_file, do=held, **SIZE)
    null = json.loads((tmp_path / "null-truth" / "truth.json").read_text())
    assert null["settings"]["cut"] == "null"
    assert all(f["cause"] is None for f in null["causes_by_failure"])
    assert all(lever["expected"]["change"] == 0 for lever in null["levers"])
    truth = json.loads((tmp_path / "held-truth" / "truth.json").read_text())
    assert truth["settings"]["policy"]["high"] == 2.6
    assert truth["do"]["policy"] == held
    assert truth["do"]["expected"]["reruns"] == 1
    assert truth["do"]["expected"]["standard_error"] is None
    assert truth["do"]["realised"]["failures_after"] == truth["failures"]
