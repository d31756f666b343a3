import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.plant_file import built_in_plants, load_plant, parse_plant
from pipelines.command_line import main

Document = dict[str, Any]


def variable(document: Document, name: str) -> dict[str, Any]:
    return next(v for v in document["variables"] if v["name"] == name)


def cycle(document: Document) -> None:
    term = {"parent": "main_force_level_kn", "coefficient": 1}
    variable(document, "press_speed_level_kh").setdefault("terms", []).append(term)


def unknown_parent(document: Document) -> None:
    variable(document, "tablet_hardness_n")["terms"] = [{"parent": "moon_phase"}]


def unit_against_name(document: Document) -> None:
    variable(document, "blend_revolutions")["unit"] = "kg"


def unknown_unit(document: Document) -> None:
    variable(document, "turret_temperature_c")["unit"] = "furlong"


def term_in_other_unit(document: Document) -> None:
    variable(document, "tablet_hardness_n")["terms"][0]["unit"] = "N"


def missing_parameter(document: Document) -> None:
    del variable(document, "granule_d50_um")["sd"]


def missing_levels(document: Document) -> None:
    variable(document, "punch_set").pop("levels")


def negative_variance(document: Document) -> None:
    variable(document, "wet_mass_time_min")["sd"] = -0.1


def text_for_a_number(document: Document) -> None:
    variable(document, "wet_mass_time_min")["sd"] = "wide"


def line_without_equipment(document: Document) -> None:
    del document["lines"]["L2"]["drying"]


def route_to_nowhere(document: Document) -> None:
    document["products"][0]["route"] = {"L3": 1.0}


def deviation_of_nothing(document: Document) -> None:
    document["deviations"]["triggers"][0]["variable"] = "moon_phase"


def deviation_nowhere(document: Document) -> None:
    document["deviations"]["categories"][0]["unit_procedure"] = "filling"


def lever_on_nothing(document: Document) -> None:
    document["levers"][0]["variable"] = "granulation_end_moistur_pct"


def lever_without_maintenance(document: Document) -> None:
    document["levers"][1]["unit_procedure"] = "blending"


def stop_without_limit(document: Document) -> None:
    stop = {"name": "stopped", "variable": "press_stops", "stage": 4, "probability": 1.0}
    place = {"unit_procedure": "compression", "description": "", "feature": "parameter.press_stops"}
    document["early_terminations"] = [stop | place]


def pattern_without_threshold(document: Document) -> None:
    condition = {"parent": "press_stops", "feature": "parameter.press_stops"}
    pattern = {"name": "stops", "effect": 1.0, "conditions": [condition]}
    variable(document, "content_uniformity_av")["patterns"] = [pattern]


def controller_beyond_one(document: Document) -> None:
    variable(document, "turret_temperature_c")["controller"] = {"setpoint": 29, "gain": 1.4}


def set_point_on_no_line(document: Document) -> None:
    change = {"at_year": 1, "shift": 2, "line": "L9"}
    variable(document, "turret_temperature_c")["setpoint_changes"] = [change]


def unknown_distribution(document: Document) -> None:
    variable(document, "wet_mass_time_min")["distribution"] = "cauchy"


def unknown_key(document: Document) -> None:
    variable(document, "wet_mass_time_min")["colour"] = "blue"


def wild_expression(document: Document) -> None:
    variable(document, "coating_cold_load")["expression"] = "__import__('os').getcwd()"


def declared_twice(document: Document) -> None:
    document["variables"].append(dict(variable(document, "wet_mass_time_min")))


def result_without_limits(document: Document) -> None:
    del variable(document, "dissolution_min_pct")["spec_low"]


def trajectory_in_other_unit(document: Document) -> None:
    trajectory = next(t for t in document["trajectories"] if t["tag"] == "fill_depth_mm")
    trajectory["level"] = "main_force_level_kn"


@pytest.mark.parametrize(
    ("spoil", "names"),
    [
        (cycle, ["main_force_level_kn", "press_speed_level_kh", "itself"]),
        (unknown_parent, ["tablet_hardness_n", "moon_phase"]),
        (unit_against_name, ["blend_revolutions", "kg", "rev"]),
        (unknown_unit, ["turret_temperature_c", "furlong"]),
        (term_in_other_unit, ["tablet_hardness_n", "main_force_level_kn", "kN"]),
        (missing_parameter, ["granule_d50_um", "sd"]),
        (missing_levels, ["punch_set", "levels"]),
        (negative_variance, ["wet_mass_time_min", "-0.1", "negative"]),
        (text_for_a_number, ["wet_mass_time_min", "sd", "wide"]),
        (line_without_equipment, ["L2", "drying"]),
        (route_to_nowhere, ["TB-105", "L3"]),
        (deviation_of_nothing, ["moisture", "moon_phase"]),
        (deviation_nowhere, ["weighing", "filling", "granulation"]),
        (lever_on_nothing, ["hold_granule_moisture", "granulation_end_moisture_pct"]),
        (lever_without_maintenance, ["earlier_press_maintenance", "blending"]),
        (stop_without_limit, ["stopped", "press_stops", "above or below"]),
        (pattern_without_threshold, ["content_uniformity_av", "press_stops", "above"]),
        (controller_beyond_one, ["turret_temperature_c", "gain"]),
        (set_point_on_no_line, ["turret_temperature_c", "L9"]),
        (unknown_distribution, ["wet_mass_time_min", "cauchy"]),
        (unknown_key, ["wet_mass_time_min", "colour"]),
        (wild_expression, ["coating_cold_load", "not allowed"]),
        (declared_twice, ["wet_mass_time_min", "twice"]),
        (result_without_limits, ["dissolution_min_pct", "spec_low"]),
        (trajectory_in_other_unit, ["fill_depth_mm", "main_force_level_kn"]),
    ],
    ids=lambda case: case.__name__ if callable(case) else "",
)
def test_a_mistake_gets_one_error_that_names_the_variable(
    document: Document, spoil: Callable[[Document], None], names: list[str]
) -> None:
    spoil(document)
    with pytest.raises(PlantError) as caught:
        parse_plant(document)
    message = str(caught.value)
    assert all(name in message for name in names), message
    assert "\n" not in message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("spoil", "names"),
    [
        (cycle, ["main_force_level_kn"]),
        (unknown_parent, ["tablet_hardness_n", "moon_phase"]),
        (unit_against_name, ["blend_revolutions", "rev"]),
        (missing_parameter, ["granule_d50_um", "sd"]),
        (negative_variance, ["wet_mass_time_min", "-0.1"]),
        (text_for_a_number, ["wet_mass_time_min", "wide"]),
    ],
    ids=lambda case: case.__name__ if callable(case) else "",
)
def test_the_command_line_says_it_once_and_exits_2(
    document: Document,
    spoil: Callable[[Document], None],
    names: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoil(document)
    file, out = tmp_path / "plant.yaml", tmp_path / "out"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    monkeypatch.setattr(
        sys, "argv", ["lotwise", "simulate", "--plant", str(file), "--out", str(out)]
    )
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert left.value.code == 2
    assert said.err.startswith("Error: ")
    assert said.err.count("\n") == 1
    assert all(name in said.err for name in names), said.err
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize(
    ("path", "value", "names"),
    [
        ("calendar/steps/0/hold_h/1", -0.5, ["receipt/identity_check", "spread of hold_h", "-0.5"]),
        ("calendar/steps/0/duration_h", [1], ["receipt/identity_check", "duration_h", "two"]),
        ("calendar/review_days/1", -0.5, ["review_days", "-0.5"]),
        ("calendar/campaign_batches/mean", 1, ["campaign_batches"]),
        ("products/0/mix/1", -1, ["TB-105", "mix"]),
        ("maintenance/compression/interval_batches/1", -3, ["compression", "interval_batches"]),
        ("maintenance/compression/weibull_shape", 0, ["compression", "weibull_shape"]),
        ("weather/sd_c", -1, ["weather", "sd_c"]),
        ("room/humidity/sd", "wide", ["room humidity", "sd", "wide"]),
        ("materials/0/batches_per_lot/1", -0.1, ["api", "batches_per_lot"]),
        ("materials/0/attributes/0/sd", -0.1, ["d90_um", "negative"]),
        ("materials/0/attributes/0/sd", float("nan"), ["d90_um", "nan"]),
        ("variables/95/lot_effect/material", "moon", ["content_uniformity_av", "moon"]),
        ("trajectories/0/noise_sd", "moon_kw", ["impeller_power_kw", "moon_kw"]),
        ("deviations/close_days/1", -1, ["close_days"]),
        ("stability/tests/0/sd", -1, ["stability", "sd"]),
        ("dirt/gap", 1.5, ["gap", "share"]),
    ],
)
def test_a_number_or_name_no_law_can_have_is_refused(
    document: Document, path: str, value: object, names: list[str]
) -> None:
    *above, last = (int(key) if key.isdigit() else key for key in path.split("/"))
    place: Any = document
    for key in above:
        place = place[key]
    assert last in place or isinstance(last, int)
    place[last] = value
    with pytest.raises(PlantError) as caught:
        parse_plant(document)
    message = str(caught.value)
    assert all(name in message for name in names), message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("plant: [", "not YAML"),
        ("just words", "no plant"),
        ("plant: x", "missing"),
        ("plant: x\ntitle: x\nsite: x\nstarts_on: 2020-01-01\nlines: [L1]", "another shape"),
    ],
)
def test_a_file_that_is_no_plant_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlantError, match=says):
        load_plant(file)


def test_a_built_in_plant_has_a_name() -> None:
    assert built_in_plants() == ["sterile_vials", "tablets"]
    assert load_plant("sterile_vials").name == "sterile_vials"
    with pytest.raises(PlantError, match="did you mean 'sterile_vials'"):
        load_plant("sterile_vial")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlantError, match=r"nowhere\.yaml"):
        load_plant(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("name", "modes", "inert"),
    [
        (
            "tablets",
            [
                "blend_non_uniformity",
                "coating_temperature_excursion",
                "compression_fill_variability",
            ],
            40,
        ),
        (
            "sterile_vials",
            [
                "solution_degradation",
                "fill_volume_variability",
                "particulate_contamination",
                "closure_integrity_loss",
            ],
            35,
        ),
    ],
)
def test_a_shipped_plant_has_what_it_promises(name: str, modes: list[str], inert: int) -> None:
    plant = load_plant(name)
    assert {step.stage for step in plant.calendar.steps} == {1, 2, 3, 4, 5}
    assert {v.stage for v in plant.results} == {6}
    assert [m.name for m in plant.mechanisms] == modes
    assert all(m.decoys and m.causes for m in plant.mechanisms)
    assert {lever.kind for lever in plant.levers} == {"window", "maintenance", "lots"}
    causes = {c.variable for m in plant.mechanisms for c in m.causes}
    parameters = [v for v in plant.variables if v.role == "parameter"]
    assert sum(v.name not in causes for v in parameters) >= inert
    decoys = {d.split(".")[-1] for m in plant.mechanisms for d in m.decoys}
    acting = {t.parent.split(".")[-1] for v in plant.results for t in v.terms}
    assert not decoys & acting


def test_variables_come_in_causal_order(tablets: Plant) -> None:
    seen: set[str] = set()
    names = {v.name for v in tablets.variables}
    for variable in tablets.variables:
        assert {t.parent for t in variable.terms} & names <= seen
        seen.add(variable.name)
