"""What makes real data hard: each is there when switched on and gone when switched off."""

import json
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.virtual_plant.declaration.plant import Dirt, Plant
from assets.virtual_plant.declaration.structure import holds
from assets.virtual_plant.declaration.variable import Variable
from assets.virtual_plant.exports.quality_exports import quality_records
from assets.virtual_plant.exports.record_faults import spoilt_slices
from assets.virtual_plant.production.batch_frames import BATCHES_AT_ONCE, in_slices, names_of
from assets.virtual_plant.production.batches import Batches, Settings, make_batches
from assets.virtual_plant.sensors.sensor_faults import is_archived
from assets.virtual_plant.simulate import SimulationSummary, simulate

from .conftest import bare_plant_of


@pytest.fixture(scope="module")
def many(vials: Plant) -> Batches:
    return make_batches(vials, Settings(batches=1200, years=3, seed=4))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, small_vials_file: Path) -> SimulationSummary:
    out = tmp_path_factory.mktemp("vials") / "plant"
    return simulate(out, batches=120, years=0.6, seed=2, plant=small_vials_file, reruns=1)


def read(written: SimulationSummary, file: str) -> pl.DataFrame:
    frame = pl.read_csv(written.out / file, infer_schema=False)
    return frame.with_columns(pl.col("^.*_at$").str.to_datetime(strict=False))


def changed(plant: Plant, name: str, **fields: object) -> Plant:
    """The plant with one variable declared otherwise."""

    def new(variable: Variable) -> Variable:
        return replace(variable, **fields) if variable.name == name else variable  # type: ignore[arg-type]

    return replace(plant, variables=tuple(new(v) for v in plant.variables))


def correlation(made: Batches, one: str, other: str) -> float:
    return float(np.corrcoef(made.outcome.values[one], made.outcome.values[other])[0, 1])


def test_a_controller_hides_a_cause_in_its_actuator(many: Batches, vials: Plant) -> None:
    cause, held, actuator = "seal_heat_w", "solution_temperature_level_c", "jacket_valve_level_pct"
    assert abs(correlation(many, cause, held)) < 0.5
    assert correlation(many, cause, actuator) > 0.85
    loop = vials.variable(held).controller
    assert loop is not None
    off = changed(vials, held, controller=replace(loop, gain=0.0, residual_sd=0.0))
    freed = make_batches(off, Settings(batches=1200, years=3, seed=4))
    assert correlation(freed, cause, held) > 0.9
    assert abs(correlation(freed, cause, actuator)) < 0.1
    # the cause acts all the same: on the result nothing has changed
    np.testing.assert_array_equal(
        many.outcome.values["assay_pct"], freed.outcome.values["assay_pct"]
    )


def test_a_set_point_moves_on_its_day_and_line(many: Batches) -> None:
    values = many.outcome.values
    speed, is_late = values["agitator_speed_level_rpm"], values["years_since_start"] >= 1.6
    for line, shift in (("L1", 0.0), ("L2", 8.0)):
        here = values["line"] == line
        moved = speed[here & is_late].mean() - speed[here & ~is_late].mean()
        assert moved == pytest.approx(shift, abs=0.4)


def test_a_pattern_moves_its_result_where_all_conditions_hold() -> None:
    rule = {"name": "both", "effect": 3.0, "conditions": [
        {"parent": "load_kg", "feature": "parameter.load_kg", "above": 11},
        {"parent": "gun", "feature": "parameter.gun", "level": "G2"},
    ]}  # fmt: skip
    load = {"name": "load_kg", "stage": 3, "role": "parameter", "unit": "kg", "mean": 10, "sd": 1}
    gun = {"name": "gun", "stage": 3, "role": "parameter", "unit": "1",
           "distribution": "categorical", "levels": {"G1": 0.5, "G2": 0.5}}  # fmt: skip
    result = {"name": "uniformity_av", "stage": 6, "role": "cqa", "unit": "1", "mean": 7, "sd": 1,
              "spec_high": 10, "patterns": [rule]}  # fmt: skip
    made = make_batches(bare_plant_of(load, gun, result), Settings(3000, years=1, seed=1))
    values, centre = made.outcome.values, made.outcome.centres["uniformity_av"]
    is_inside = (values["load_kg"] > 11) & (values["gun"] == "G2")
    assert 0.05 < is_inside.mean() < 0.11
    np.testing.assert_allclose(centre, 7.0 + 3.0 * is_inside)


def test_a_strength_runs_on_the_worse_line(many: Batches) -> None:
    values = many.outcome.values
    worse = values["line"] == "L2"
    assert worse[values["strength"] == "200MG"].mean() > 0.65
    assert worse[values["strength"] == "50MG"].mean() < 0.5
    noisy = values["pump_stroke_sd_mm"]
    assert np.median(noisy[worse]) > 1.05 * np.median(noisy[~worse])


def test_lots_are_blended_unless_a_material_says_otherwise(many: Batches, vials: Plant) -> None:
    lots_per_batch = {n: np.bincount(lots.use_batch) for n, lots in many.lots.items()}
    assert lots_per_batch["stopper"].max() == 2
    assert lots_per_batch["vial"].max() == 1
    vial = next(m for m in vials.materials if m.name == "vial")
    mixed = tuple(replace(m, is_blended=True) if m is vial else m for m in vials.materials)
    blended = make_batches(replace(vials, materials=mixed), Settings(200, years=1, seed=4))
    assert np.bincount(blended.lots["vial"].use_batch).max() == 2


def test_suppliers_differ_in_what_they_deliver(many: Batches) -> None:
    lots = many.lots["stopper"]
    of_supplier = [lots.attributes["particle_count"][lots.supplier == s] for s in (0, 1)]
    assert np.mean(of_supplier[1]) - np.mean(of_supplier[0]) == pytest.approx(7, abs=2.5)


def test_of_a_stopped_batch_nothing_later_is_recorded(written: SimulationSummary) -> None:
    batches = read(written, "mes_batches.csv")
    stopped = batches.filter(pl.col("failure_mode") == "filter_integrity_failure")
    assert stopped.height >= 3
    assert set(stopped["disposition"]) == {"rejected"}
    ids = stopped["batch_id"].implode()
    for file in ("mes_parameters.csv", "lims_results.csv", "inspections.csv"):
        later = read(written, file).filter(pl.col("batch_id").is_in(ids))
        stages = later["stage"].cast(pl.Int64, strict=False).drop_nulls()
        assert stages.is_empty() or stages.filter(stages < 8).max() <= 3, file
    phases = read(written, "mes_phases.csv").filter(pl.col("batch_id").is_in(ids))
    assert set(phases["unit_procedure"]) == {
        "receipt", "dispensing", "compounding", "filtration", "release",
    }  # fmt: skip
    ended = dict(stopped.select("batch_id", "ended_at").iter_rows())
    truth = json.loads((written.truth / "truth.json").read_text())
    told = {f["batch_id"]: f for f in truth["causes_by_failure"]}
    assert all(told[b]["cause"] == "filter_bubble_point_bar" for b in ended)
    assert all(told[b]["first_knowable_at"] == end.isoformat(sep=" ") for b, end in ended.items())


def test_no_reading_comes_from_a_phase_that_was_not_reached(many: Batches) -> None:
    is_stopped = many.last_stage == 3
    assert is_stopped.any()
    assert not is_archived(many, "fill_weight_g")[is_stopped].any()
    assert is_archived(many, "filter_differential_pressure_bar")[is_stopped].mean() > 0.8


def test_a_stopped_batch_is_opened_as_a_deviation(written: SimulationSummary) -> None:
    deviations = read(written, "qms_deviations.csv")
    batches = read(written, "mes_batches.csv")
    stopped = deviations.filter(pl.col("category") == "batch_stopped")
    failed = batches.filter(pl.col("failure_mode") == "filter_integrity_failure")
    assert set(failed["batch_id"]) <= set(stopped["batch_id"])
    assert set(stopped["severity"]) == {"critical"}


def test_without_limits_no_batch_is_stopped(many: Batches, vials: Plant) -> None:
    assert 0.0005 < (many.last_stage < 7).mean() < 0.008
    plain = make_batches(replace(vials, early_terminations=()), Settings(300, years=1, seed=4))
    assert (plain.last_stage == 7).all()


def test_only_reworked_batches_pass_the_second_inspection(written: SimulationSummary) -> None:
    phases = read(written, "mes_phases.csv")
    again = set(phases.filter(pl.col("phase") == "reinspect")["batch_id"])
    batches = read(written, "mes_batches.csv")
    reworked = set(batches.filter(pl.col("disposition") == "reworked")["batch_id"])
    assert reworked
    assert reworked <= again
    others = batches.filter(pl.col("batch_id").is_in(list(again - reworked)))["disposition"]
    assert set(others) <= {"rejected", "pending"}


def test_some_deviations_are_opened_late(many: Batches, vials: Plant) -> None:
    few = make_batches(vials, Settings(batches=400, years=2, seed=4))
    prompt = replace(vials, deviations=replace(vials.deviations, late_share=0.0))
    late, _ = quality_records(few)
    on_time, _ = quality_records(replace(few, plant=prompt))
    days = (
        late["opened_at"].to_physical().sum() - on_time["opened_at"].to_physical().sum()
    ) / 8.64e10
    # a share of 0.15, median 4 days, lognormal with sd 0.6
    expected = 0.15 * 4 * np.exp(0.18) * late.height
    assert days == pytest.approx(expected, rel=0.5)


def test_a_repeated_export_stands_at_the_end_of_its_file() -> None:
    frame = pl.DataFrame({"value": [float(i) for i in range(100)]})

    def exported(file: str, dirt: Dirt) -> pl.DataFrame:
        return pl.concat(spoilt_slices([lambda: frame], file, 1, dirt))

    twice = exported("lims_results.csv", Dirt(repeated_export=0.05))
    assert twice["value"].to_list() == frame["value"].cast(pl.String).to_list() + [
        f"{i}.0" for i in range(95, 100)
    ]
    assert exported("lims_results.csv", Dirt()).height == 100
    assert exported("spectra.csv", Dirt(repeated_export=0.05)).height == 100


def test_a_file_is_spoilt_alike_however_it_is_cut() -> None:
    frame = pl.DataFrame({"value": np.arange(500.0), "stage": 2, "recorded_at": "at"})
    dirt = Dirt(duplicate_rows=0.1, bad_records=40, repeated_export=0.4)

    def exported(*cuts: int) -> pl.DataFrame:
        ends = [0, *cuts, frame.height]
        parts = [partial(frame.slice, a, b - a) for a, b in pairwise(ends)]
        return pl.concat(spoilt_slices(parts, "mes_parameters.csv", 1, dirt))

    whole = exported()
    assert whole.height > 500 + 200 + 40 + 25
    assert whole.equals(exported(1, 60, 60, 300, 499))


def test_names_sort_across_slices_as_they_do_within() -> None:
    slices = in_slices(100_001)
    names = pl.concat([names_of(rows) for rows in slices])
    assert max(map(len, slices)) == BATCHES_AT_ONCE
    assert names.n_unique() == 100_001
    assert names.is_sorted()


def test_labels_come_late_unless_told_otherwise(vials: Plant) -> None:
    at_once = replace(
        vials.calendar,
        laboratory_days=(0.0, 0.0), review_days=(0.0, 0.0), rejection_days=(0.0, 0.0),
    )  # fmt: skip
    slow = make_batches(vials, Settings(200, years=1, seed=4))
    quick = make_batches(replace(vials, calendar=at_once), Settings(200, years=1, seed=4))
    assert np.median(slow.dispositioned_s - slow.ended_s) > 18 * 86400
    np.testing.assert_array_equal(quick.dispositioned_s, quick.ended_s)
    assert not quick.is_pending.any()


def test_null_cuts_rules_and_early_ends_too(many: Batches, vials: Plant) -> None:
    null = make_batches(vials, replace(many.settings, cut="null"))
    rule = vials.variable("subvisible_particles").patterns[0]
    is_inside = holds(rule, null.outcome.values)
    np.testing.assert_array_equal(is_inside, holds(rule, many.outcome.values))
    risk = null.failure_prob
    assert risk[is_inside].mean() == pytest.approx(risk[~is_inside].mean(), abs=0.02)
    stopped = [made.last_stage < 7 for made in (many, null)]
    assert stopped[0].sum() == stopped[1].sum()
    weak = many.outcome.values["filter_bubble_point_bar"] < 3.32
    assert weak[stopped[0]].all()
    assert not weak[stopped[1]].all()
    assert null.is_failure.mean() == pytest.approx(many.is_failure.mean(), abs=0.012)
