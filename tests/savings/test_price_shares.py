"""Whose prices carry the money: shares known by hand, the fewest asked for, and the gate."""

from dataclasses import replace

import numpy as np
import pytest

from assets.savings.business_case import business_case, failure_counts
from assets.savings.programme.price_shares import PricedWorth, price_shares, price_standing
from assets.savings.uncertainty.draws import Draws
from data_contracts.assumptions import built_in_names, load_built_in, with_overrides
from data_contracts.codes.money import PriceOrigin

FOR_RUNS = [name for name in built_in_names() if load_built_in(name).ledger]


def _case(assumptions, records, draws=4_000):
    return business_case(assumptions, records, draws=draws, seed=1, resamples=10)


def _as_placeholders(assumptions):
    parameters = {
        name: replace(each, origin=PriceOrigin.PLACEHOLDER)
        for name, each in assumptions.parameters.items()
    }
    return replace(assumptions, parameters=parameters)


def _only_material_varies(assumptions):
    """A failed batch costs 100,000 to 300,000 of material, uniform, and nothing else."""
    fixed = {
        name: replace(each, low=each.base, high=each.base, distribution="fixed")
        for name, each in assumptions.parameters.items()
    }
    fixed["direct_material_usd_per_batch"] = replace(
        assumptions["direct_material_usd_per_batch"],
        low=100_000, base=200_000, high=300_000, distribution="uniform",
    )  # fmt: skip
    ledger = tuple(each for each in assumptions.ledger if each.name == "direct_material")
    return replace(assumptions, parameters=fixed, ledger=ledger)


def test_the_share_of_one_price_in_a_product_is_known(assumptions, records_of):
    """Without a programme the money is rate times price, both independent.

    Price uniform over 100,000 to 300,000: mean 200,000, variance 200,000^2 / 12. Rate Beta with
    counts of 12 in 400 deflated by 1.5: the price carries E[p^2] Var(c) of E[p^2] E[c^2] less the
    square of E[p] E[c].
    """
    only = _as_placeholders(_only_material_varies(assumptions))
    records = records_of(verdict="no_signal")
    worth = PricedWorth(Draws(only, "base", 100_000, 1), failure_counts(only, records), ())
    hits, misses = 0.5 + 12 / 1.5, 0.5 + 388 / 1.5
    mean = hits / (hits + misses)
    square = mean**2 + mean * (1 - mean) / (hits + misses + 1)
    price_mean, price_var = 2e5, (2e5) ** 2 / 12
    variance = square * (price_var + price_mean**2) - (mean * price_mean) ** 2
    expected = square * price_var / variance
    shares = price_shares(worth, {})
    assert shares["name"].to_list() == ["direct_material_usd_per_batch"]
    assert shares["priced"].to_list() == ["yearly_loss"]
    assert shares["variance_share"][0] == pytest.approx(expected, abs=0.01)
    assert shares["is_asked"].to_list() == [True]
    standing = price_standing(worth, shares).row(0, named=True)
    assert standing["placeholder_share"] == pytest.approx(expected, abs=0.01)
    assert not standing["is_own"]


def test_redrawing_one_name_leaves_every_other_draw_alone(assumptions):
    first = Draws(assumptions, "base", 50, 1)
    again = first.anew(redrawn=frozenset({"rescuable_share"}))
    assert not np.array_equal(first("rescuable_share_gate_3"), again("rescuable_share_gate_3"))
    assert np.array_equal(first("discount_rate"), again("discount_rate"))
    assert np.array_equal(first.rate("a.b", 3, 9, 1), again.rate("a.b", 3, 9, 1))


def test_a_sites_own_prices_ask_for_nothing_more(assumptions, records_of):
    case = _case(assumptions, records_of())
    assert {"price_shares", "price_standing"} <= set(vars(case))
    assert not case.price_shares["is_asked"].any()
    standing = case.price_standing.row(0, named=True)
    assert (standing["is_own"], standing["placeholders"]) == (True, 0)
    assert standing["priced"] == "net_present_value"
    assert standing["placeholder_share"] == 0


@pytest.mark.parametrize("name", FOR_RUNS)
def test_a_shipped_set_is_asked_about_in_ten_lines_or_fewer(name, records_of):
    """Whether the site then knows the named prices to the dollar or as widely as shipped."""
    shipped = load_built_in(name)
    case = _case(shipped, records_of())
    asked = case.price_shares.filter("is_asked")["name"].to_list()
    assert case.price_standing["is_own"].to_list() == [False]
    assert 1 <= len(asked) <= 10
    assert set(case.price_shares.filter("is_asked")["origin"]) == {"placeholder"}
    for ends in ("{low}", "{high}"), ("{base}", "{base}"):
        lines = [
            f"{name}={ends[0]},{{base}},{ends[1]}".format(
                low=shipped[name].low, base=shipped[name].base, high=shipped[name].high
            )
            for name in asked
        ]
        stated = with_overrides(shipped, lines)
        own = _case(stated, records_of()).price_standing.row(0, named=True)
        assert own["is_own"], (lines, own)
        assert own["own_numbers"] == len(asked)
        assert own["placeholder_share"] <= 0.1


def _random_lines(shipped, names, seed):
    """A plant's own lines: bases anywhere in the shipped range, ranges a tenth as wide."""
    rng = np.random.default_rng(seed)
    for name in names:
        low, width = float(shipped[name].low), float(shipped[name].high - shipped[name].low)
        base = low + width * rng.uniform(0.1, 0.9)
        ends = (base - width / 20, base, base + width / 20)
        yield f"{name}=" + ",".join(f"{end:.6f}" for end in ends)


@pytest.mark.parametrize("name", FOR_RUNS)
def test_whatever_a_plant_states_in_those_lines_the_ask_is_there(name, records_of):
    """Unless its prices move the alert to another gate, whose own shares then are asked for."""
    shipped = load_built_in(name)
    first = _case(shipped, records_of())
    asked = first.price_shares.filter("is_asked")["name"].to_list()
    for seed in range(4):
        case = _case(
            with_overrides(shipped, list(_random_lines(shipped, asked, seed))), records_of()
        )
        standing = case.price_standing.row(0, named=True)
        again = case.price_shares.filter("is_asked")["name"].to_list()
        if [each.gate for each in case.kept] == [each.gate for each in first.kept]:
            assert (standing["is_own"], again) == (True, []), standing
        else:
            assert len(again) <= 3


def test_fewest_of_the_largest_shares_are_asked_for(records_of):
    shares = _case(load_built_in("tablets"), records_of()).price_shares.sort("rank")
    placeholders = shares.filter(shares["origin"] == "placeholder")
    asked = placeholders["is_asked"].to_list()
    assert asked == sorted(asked, reverse=True)  # a prefix of the ranking
    assert not asked[-1]


def test_where_nothing_failed_nothing_is_asked_about(records_of):
    case = _case(load_built_in("tablets"), records_of(failures=0, verdict="no_signal"))
    assert case.price_shares.is_empty()
    standing = case.price_standing.row(0, named=True)
    assert (standing["priced"], standing["placeholder_share"]) == (None, None)
    assert not standing["is_own"]


def test_not_one_price_stated_is_never_own(assumptions, records_of):
    """Placeholders that happen to carry little are still nobody's prices."""
    certain = [
        f"{name}={each.base}"
        for name, each in assumptions.parameters.items()
        if name != "discount_rate"
    ]
    known = _as_placeholders(with_overrides(assumptions, certain))
    standing = _case(known, records_of()).price_standing.row(0, named=True)
    assert standing["placeholder_share"] < 0.1
    assert not standing["is_own"]
