"""What somebody writes is read as it is meant, or told what is wrong with it."""

from math import inf

import polars as pl
import pytest

from assets.savings.what_if.conditions import parse_condition
from assets.savings.what_if.parameters import asked_parameters
from data_contracts.errors import UsageError
from tests.savings.asked_records import asked_tables


@pytest.fixture(scope="module")
def dictionary() -> pl.DataFrame:
    return asked_tables()["dictionary"]


@pytest.mark.parametrize(
    ("text", "name", "low", "high", "unit"),
    [
        ("moisture_pct in [1.8, 2.5]", "moisture_pct", 1.8, 2.5, ""),
        ("  moisture_pct  in[1.8,2.5] % ", "moisture_pct", 1.8, 2.5, "%"),
        ("parameter.force_kn in [-1e1, inf] kN", "parameter.force_kn", -10.0, inf, "kN"),
        ("api.d90_um <= 115 um", "api.d90_um", -inf, 115.0, "um"),
        ("Mixing time >= .5", "Mixing time", 0.5, inf, ""),
        ("x > 3", "x", 3.0, inf, ""),
    ],
)
def test_a_condition_is_read(text: str, name: str, low: float, high: float, unit: str) -> None:
    found = parse_condition(text)
    assert (found.name, found.window.low, found.window.high) == (name, low, high)
    assert found.unit == unit


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("moisture", "write it as"),
        ("", "write it as"),
        ("moisture in 1.8 to 2.5", "write it as"),
        ("moisture in [1.8 2.5]", "write it as"),
        ("moisture in [low, high]", "write it as"),
        ("moisture in [nan, 2]", "write it as"),
        ("moisture in [2.5, 1.8]", "2.5 is not below 1.8"),
        ("moisture in [2, 2]", "2 is not below 2"),
        ("moisture in [-inf, inf]", "open at both ends"),
        ("moisture in [inf, inf]", "holds no number"),
        ("moisture <= -inf", "holds no number"),
    ],
)
def test_what_is_no_condition_is_told(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as error:
        parse_condition(text)
    assert f"Condition '{text}'" in str(error.value)


def test_a_condition_without_end_is_told_at_once() -> None:
    with pytest.raises(UsageError, match="100,002 letters"):
        parse_condition(f"x{' ' * 100_000}y")


def _asked(dictionary: pl.DataFrame, *texts: str, kind: str = "window") -> list[str]:
    found = asked_parameters([parse_condition(text) for text in texts], dictionary, kind)
    return [one.feature for one in found]


def test_a_parameter_has_several_names(dictionary: pl.DataFrame) -> None:
    for name in ("parameter.moisture_pct", "moisture_pct", "Moisture", "moisture"):
        assert _asked(dictionary, f"{name} <= 1") == ["parameter.moisture_pct"]
    assert _asked(dictionary, "api.d90_um <= 1 µm", kind="lots") == ["material.api.d90_um"]


def test_parameters_held_at_once_stand_from_the_last_gate_to_the_first(
    dictionary: pl.DataFrame,
) -> None:
    asked = _asked(dictionary, "mixing_min <= 1", "force_kn <= 1", "moisture_pct <= 1")
    assert asked == ["parameter.force_kn", "parameter.moisture_pct", "parameter.mixing_min"]


@pytest.mark.parametrize(
    ("texts", "kind", "told"),
    [
        (("moistur_pct <= 1",), "window", "Nearest names: parameter.moisture_pct"),
        (("pressure_bar <= 1",), "window", "no parameter 'pressure_bar'"),
        (("moisture_pct <= 1 kN",), "window", "recorded in '%', not in 'kN'"),
        (("api.d90_um <= 1",), "window", "ask it with --lever lots"),
        (("moisture_pct <= 1",), "lots", "ask it with --lever window"),
        (("water_pct <= 1",), "window", "nobody sets it"),
        (("drying.id <= 1",), "window", "has levels, not numbers"),
        (("moisture_pct <= 1", "Moisture >= 0"), "window", "held already"),
    ],
)
def test_a_parameter_the_records_do_not_know_is_told(
    texts: tuple[str, ...], kind: str, told: str, dictionary: pl.DataFrame
) -> None:
    with pytest.raises(UsageError, match=told):
        _asked(dictionary, *texts, kind=kind)


def test_a_name_that_means_two_features_is_told_both(dictionary: pl.DataFrame) -> None:
    row = dictionary.filter(feature="parameter.moisture_pct")
    twice = pl.concat([dictionary, row.with_columns(feature=pl.lit("sensor.bed.moisture_pct"))])
    by_title = [parse_condition("Moisture <= 1")]
    with pytest.raises(UsageError, match=r"parameter\.moisture_pct, sensor\.bed\.moisture_pct"):
        asked_parameters(by_title, twice, "window")
