from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assets.sources.virtual_plant.errors import PlantError
from assets.sources.virtual_plant.plant import Plant
from assets.sources.virtual_plant.plant_file import load_plant, parse_plant

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
    ("text", "says"),
    [("plant: [", "not YAML"), ("just words", "no plant"), ("plant: x", "missing")],
)
def test_a_file_that_is_no_plant_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlantError, match=says):
        load_plant(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlantError, match=r"nowhere\.yaml"):
        load_plant(tmp_path / "nowhere.yaml")


def test_the_shipped_plant_has_what_it_promises(tablets: Plant) -> None:
    assert {step.stage for step in tablets.calendar.steps} == {1, 2, 3, 4, 5}
    assert {v.stage for v in tablets.results} == {6}
    assert [m.name for m in tablets.mechanisms] == [
        "blend_non_uniformity",
        "coating_temperature_excursion",
        "compression_fill_variability",
    ]
    assert all(m.decoys and m.causes for m in tablets.mechanisms)
    causes = {c.variable for m in tablets.mechanisms for c in m.causes}
    parameters = [v for v in tablets.variables if v.role == "parameter"]
    assert sum(v.name not in causes for v in parameters) >= 40


def test_decoys_act_on_no_result(tablets: Plant) -> None:
    decoys = {d.split(".")[-1] for m in tablets.mechanisms for d in m.decoys}
    acting = {t.parent.split(".")[-1] for v in tablets.results for t in v.terms}
    assert not decoys & acting


def test_variables_come_in_causal_order(tablets: Plant) -> None:
    seen: set[str] = set()
    names = {v.name for v in tablets.variables}
    for variable in tablets.variables:
        assert {t.parent for t in variable.terms} & names <= seen
        seen.add(variable.name)
