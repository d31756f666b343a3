"""The live case: recorded steps redo the run's own simulation, on the run's own draws."""

import numpy as np
import pytest

from assets.savings.arithmetic.cash_flow import cumulative_usd
from assets.savings.arithmetic.choices import chosen, larger, smaller
from assets.savings.live_case.case_figures import case_figures
from assets.savings.live_case.live_case import TAKEN, every_so_many, live_case
from assets.savings.live_case.recording import Recording
from assets.savings.programme.scenario_figures import simulated_figures
from assets.savings.programme.simulation import simulate
from assets.savings.uncertainty.draws import percentiles
from data_contracts.codes.money import LiveTopic
from tests.savings.live_plants import live_plant

EVERY_KIND = ("alert", "window", "lots", "maintenance", "inspection", "release")
DO = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "absolute": np.abs,
    "larger": np.maximum,
    "smaller": np.minimum,
    "at_least": np.greater_equal,
    "either": np.logical_or,
    "choose": np.where,
}


def redone(steps, values):
    """Take the steps of a table again, in numpy."""
    results: list = []
    figures = {}
    for row in steps.iter_rows(named=True):
        places = [row[f"{each}_step"] for each in ("first", "second", "third")]
        operands = [results[place] for place in places if place is not None]
        if row["operation"] == "input":
            results.append(values[row["name"]])
        elif row["operation"] == "number":
            results.append(row["number"])
        elif row["operation"] == "figure":
            figures[row["name"]] = operands[0]
            results.append(None)
        else:
            results.append(DO[row["operation"]](*operands))
    return figures


def values_of(case):
    """Every input as an array: its draws, or the value it is certain to have."""
    size = case.live_draws["draw"].max()
    found = {
        row["input"]: np.full(size, row["base"]) for row in case.live_inputs.iter_rows(named=True)
    }
    for (name,), frame in case.live_draws.partition_by("input", as_dict=True).items():
        found[name] = frame.sort("draw")["value"].to_numpy()
    return found


@pytest.mark.parametrize(
    ("kinds", "dated"), [(("alert",), True), (("alert", "window"), False), (EVERY_KIND, True)]
)
def test_live_steps_redo_the_simulation_draw_by_draw(kinds, dated):
    plant = live_plant(kinds, draws=2_000, dated=dated)  # few enough to be taken all, in order
    figures = redone(plant.case.live_steps, values_of(plant.case))
    simulated = simulate(plant.drawn, plant.counts, plant.kept)
    assert figures["npv_usd"] == pytest.approx(plant.npv_usd(), rel=1e-9, abs=1e-3)
    expected = {
        "annual_savings_usd": sum(each.cash.savings_usd for each in simulated),
        "annual_programme_cost_usd": sum(each.cash.running_usd for each in simulated),
        "implementation_cost_usd": sum(each.cash.one_off_usd for each in simulated),
        "prevented_failures_per_year": sum(each.value.prevented_failures for each in simulated),
        "cash_usd_month_18": sum(each.cash.cumulative_usd(1.5) for each in simulated),
    }
    for name, values in expected.items():
        assert figures[name] == pytest.approx(values, rel=1e-9, abs=1e-6), name
    months = figures["payback_months"]
    is_back = np.isfinite(months) & (months > 0)
    assert is_back.any()
    years = np.where(is_back, months, 0) / 12
    at_payback = cumulative_usd([each.cash for each in simulated], years)[is_back]
    a_day = figures["annual_savings_usd"][is_back] / 365
    assert np.all(np.abs(at_payback) < np.abs(a_day))


def test_live_steps_are_the_same_formulas_as_arrays_go_through():
    plant = live_plant(EVERY_KIND, draws=500)
    values = values_of(plant.case)
    figures = redone(plant.case.live_steps, values)
    for name, direct in case_figures(plant.plan, lambda each: values[each]).items():
        np.testing.assert_array_equal(figures[name], direct, err_msg=name)


def test_live_draws_hold_the_percentiles_of_all_draws():
    plant = live_plant(("alert", "window"), draws=40_000)  # three chunks
    figures = redone(plant.case.live_steps, values_of(plant.case))
    assert plant.case.live_draws["draw"].max() == TAKEN
    row = plant.case.live_inputs.row(0, named=True)
    assert row["draws_of_run"] == 40_000
    whole = simulated_figures(plant.drawn, plant.counts, plant.kept)["all"]["npv_usd"]
    taken = figures["npv_usd"]
    for value, share in zip(percentiles(taken), (0.1, 0.5, 0.9), strict=True):
        assert np.mean(whole <= value) == pytest.approx(share, abs=2 / TAKEN)
    assert np.mean(taken > 0) == pytest.approx(np.mean(whole > 0), abs=2 / TAKEN)
    assert np.isin(np.round(taken, 3), np.round(whole, 3)).mean() > 0.999  # the run's own


def test_live_inputs_say_what_each_is_and_between_which_ends():
    plant = live_plant(("alert", "window"), draws=3_000)
    rows = {row["input"]: row for row in plant.case.live_inputs.iter_rows(named=True)}
    price = rows["direct_material_usd_per_batch"]
    declared = plant.plan["direct_material_usd_per_batch"]
    assert (price["topic"], price["unit"]) == (LiveTopic.PRICE, "USD/batch")
    assert [price[end] for end in ("low", "base", "high")] == [
        float(getattr(declared, end)) for end in ("low", "base", "high")
    ]
    assert rows["failure_rate"]["topic"] == LiveTopic.RATE
    assert rows["failure_rate"]["origin"] == "records"
    assert rows["batches_per_year"]["base"] == 150
    assert not rows["batches_per_year"]["is_uncertain"]
    ramps = [row for row in rows.values() if row["topic"] == LiveTopic.TIME]
    assert ramps
    assert {row["unit"] for row in ramps} == {"months"}
    effect = rows["measured_effect_window_dissolution"]
    assert effect["topic"] == LiveTopic.EFFECT
    assert effect["title"].startswith("Share of failures prevented where held: ")
    # P10 and P90 of 0.3 and 0.2 times a standard normal number.
    assert effect["low"] == pytest.approx(0.3 - 1.2816 * 0.2, abs=0.02)
    assert effect["high"] == pytest.approx(0.3 + 1.2816 * 0.2, abs=0.02)
    ranked = plant.case.live_inputs.sort("rank")["npv_correlation_squared"].to_list()
    assert ranked == sorted(ranked, reverse=True)


def test_without_a_programme_nothing_can_be_moved():
    plant = live_plant(("alert",), draws=100)
    case = live_case(plant.drawn, plant.counts, [], plant.inputs, {})
    assert [each.height for each in (case.live_steps, case.live_inputs, case.live_draws)] == [0] * 3


def test_draws_are_taken_evenly_over_their_order():
    values = np.array([50.0, 10, 40, 20, 30, 60])
    assert every_so_many(values, 3).tolist() == [2, 3, 5]  # 40, 20 and 60 of 10, 20, ..., 60
    assert every_so_many(values, 10).tolist() == [0, 1, 2, 3, 4, 5]


def test_a_recording_takes_no_step_twice_and_none_that_changes_nothing():
    record = Recording()
    a, b = record.input("a"), record.input("b")
    assert (a * b).place == (a * b).place
    assert (0 + a * 1 - 0).place == a.place
    assert (a * (b - b)).record.steps[(a * (b - b)).place].number == 0
    record.figure("f", chosen(larger(a, b) >= 3, -a, smaller(b, 2) / abs(a)))
    assert [step.operation for step in record.steps].count("input") == 2
    assert record.inputs == ["a", "b"]


def test_choices_are_the_same_for_numbers_and_arrays():
    ones, others = [1.0, 5.0], [2.0, 3.0]
    together = np.array(ones), np.array(others)
    assert larger(*together).tolist() == [larger(*pair) for pair in zip(ones, others, strict=True)]
    assert smaller(*together).tolist() == [1.0, 3.0]
    assert chosen(together[0] >= 2, 7, together[1]).tolist() == [2.0, 7.0]
    assert chosen(True, 1, 2) == 1
