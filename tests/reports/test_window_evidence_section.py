"""Beside a window stand what nobody records and the stand-ins that cannot prevent a failure."""

from typing import Any

import pytest

from reports.claims import evaluate
from reports.pages.facts import Facts
from reports.summary.content import content
from tests.reports.conftest import _shaped, signal_frames
from tests.reports.money_rows import assumptions_rows
from tests.reports.whole_report import render

LEVER, FEATURE = "alert.failure", "parameter.inlet_temperature_c"
REFUSED = "The effect is not told from none: 1% of failures (-4% to 6%, 90% interval)."
PRICED = "Holding it below 70 goes with 20% fewer failures (2% to 38%, 90% interval)."


def window() -> dict[str, Any]:
    return {
        "lever": LEVER,
        "outcome": "failure",
        "target": "expected_share",
        "estimator": "g_computation",
        "feature": FEATURE,
        "prevented_per_batch": 0.6,
        "prevented_low": 0.48,
        "prevented_high": 0.73,
        "unit": "share",
        "e_value": 6.58,
        "e_value_low": 3.57,
        "is_usable": True,
        "reason": "Holding it goes with fewer failures.",
    }


def stand_in(control: str, *, is_claimed: bool = False) -> dict[str, Any]:
    return {
        "lever": LEVER,
        "control": control,
        "outcome": "failure",
        "feature": FEATURE,
        "is_claimed": is_claimed,
        "prevented_per_batch": 0.005 if is_claimed else 0.0005,
        "prevented_low": 0.001 if is_claimed else -0.0025,
        "prevented_high": 0.009 if is_claimed else 0.003,
        "value_usd_per_year": 240_000.0 if is_claimed else 0.0,
        "reason": PRICED if is_claimed else REFUSED,
    }


def ratio() -> dict[str, Any]:
    return assumptions_rows()[0] | {
        "name": "unmeasured_confounding_ratio",
        "low": 0.8,
        "base": 1.0,
        "high": 1.33,
        "unit": "ratio",
        "owner": "Manufacturing science",
    }


@pytest.fixture
def windowed(signal_plant):
    def put(*controls: dict[str, Any]) -> Any:
        pace = {"lever": "all", "role": "batches_per_year", "source": "counted"}
        swing = signal_frames()["economics.sensitivity"].to_dicts()[0] | {
            "input": "unmeasured_confounding_ratio",
            "title": "Unmeasured confounding ratio",
            "swing_usd": 1.25e6,
            "rank": 3,
        }
        tables = {
            "economics.window_effects": [window()],
            "economics.negative_controls": list(controls),
            "economics.plan_inputs": [pace | dict.fromkeys(("low", "base", "high"), 200.0)],
            "economics.assumptions": [*assumptions_rows(), ratio()],
            "economics.sensitivity": [*signal_frames()["economics.sensitivity"].to_dicts(), swing],
        }
        for name, rows in tables.items():
            signal_plant.put(name, _shaped(name, rows))
        signal_plant.put("evidence.claims", evaluate(signal_plant.query))
        return signal_plant

    return put


def claimed(plant: Any, claim: str) -> tuple[float | None, str]:
    row = Facts(plant.query).claims[claim]
    return row["value"], row["value_text"]


def test_stand_ins_are_shown_with_what_they_came_to(windowed):
    plant = windowed(stand_in("dealt_to_other_lots"), stand_in("next_batch"))
    html = render(plant)
    # 0.0005 (-0.0025 to 0.003) a batch at 200 batches a year.
    key = f"control.prevented[{LEVER}/next_batch]"
    assert claimed(plant, key) == (0.1, "0.1 (\u22120.5 to 0.6)")
    assert f'data-claim="{key}"' in html
    assert claimed(plant, "control.claimed")[0] == 0
    assert html.count(REFUSED) >= 2
    assert "its own values, dealt to other lots" in html
    assert "its value in the next batch" in html
    assert "A stand-in was priced." not in html
    assert f"control.value[{LEVER}/next_batch]" not in Facts(plant.query).claims
    said = " ".join(content(Facts(plant.query))["sure"])
    assert "a saving would have been claimed for 0 of 2." in said


def test_a_stand_in_that_was_priced_is_called_out(windowed):
    plant = windowed(stand_in("dealt_to_other_lots", is_claimed=True), stand_in("next_batch"))
    html = render(plant)
    assert "A stand-in was priced." in html
    assert claimed(plant, f"control.value[{LEVER}/dealt_to_other_lots]")[1] == "$240k"
    assert claimed(plant, "control.claimed")[0] == 1


def test_what_nobody_records_is_counted_in_the_money_and_has_an_owner(windowed):
    plant = windowed(stand_in("next_batch"))
    html = render(plant)
    assert "(owner: Manufacturing science)" in html
    assert 'data-claim="assumption.base[unmeasured_confounding_ratio]"' in html
    assert 'data-claim="sensitivity.swing[unmeasured_confounding_ratio]"' in html
    assert claimed(plant, f"window.e_value[{LEVER}]") == (6.58, "6.6")
    assert claimed(plant, f"window.e_value_low[{LEVER}]") == (3.57, "3.6")
    assert f'data-claim="window.e_value_low[{LEVER}]"' in html
    risks = " ".join(content(Facts(plant.query))["risks"])
    assert "a risk ratio of 1 (0.8 to 1.33), where 1 is nothing" in risks
    assert "owner: Manufacturing science" in risks


def test_a_window_outside_the_programme_puts_no_doubt_into_its_money(windowed):
    plant = windowed(stand_in("next_batch"))
    plant.execute("UPDATE economics.levers SET is_in_programme = false")
    html = render(plant)
    assert "No window is in the programme, so no money rests on this." in html
    assert "(owner: Manufacturing science)" not in html
    assert "the full report says how strong it would have to be" in " ".join(
        content(Facts(plant.query))["risks"]
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((6.6, 1.0), "Its 90% interval holds no effect as it is."),
        ((1.0, 1.0), "there is no effect"),
    ],
)
def test_an_e_value_of_one_is_said_in_words(windowed, values, said):
    plant = windowed(stand_in("next_batch"))
    plant.execute(
        f"UPDATE economics.window_effects SET e_value = {values[0]}, e_value_low = {values[1]}"
    )
    plant.put("evidence.claims", evaluate(plant.query))
    assert said in render(plant)


@pytest.mark.parametrize("case", ["signal_plant", "mix_plant", "bare_plant"])
def test_without_a_window_nothing_is_said_of_it(case, request):
    html = render(request.getfixturevalue(case))
    assert "What nobody records" not in html
    assert "cannot prevent a failure" not in html


def test_the_programme_names_what_is_held(windowed):
    plant = windowed(stand_in("next_batch"))
    plant.execute("UPDATE economics.levers SET kind = 'window' WHERE is_in_programme")
    plant.put("evidence.claims", evaluate(plant.query))
    said = content(Facts(plant.query))["todo"][0]
    assert said["do"] == "Hold coating inlet temperature in its window."
