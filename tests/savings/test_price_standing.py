"""Whose prices the money rests on, in one row: own, placeholders, a simulated plant's."""

from dataclasses import replace

import pytest

from assets.savings.business_case import business_case
from data_contracts.assumptions import as_declared_by_plant, load_built_in, with_overrides


def _standing(assumptions, records) -> dict:
    case = business_case(assumptions, records, draws=1_000, seed=1, resamples=10)
    return case.price_standing.row(0, named=True)


def test_the_set_and_the_one_it_extends_are_named(records_of):
    own = replace(load_built_in("tablets"), name="ours", title="Our tablets")
    standing = _standing(own, records_of())
    named = ("set_name", "set_title", "shipped_set")
    assert [standing[name] for name in named] == ["ours", "Our tablets", "tablets"]


def test_numbers_are_counted_by_whose_they_are(records_of):
    shipped = load_built_in("tablets")
    stated = with_overrides(shipped, ["capa_share=0.4", "discount_rate=0.09"])
    standing = _standing(stated, records_of())
    assert standing["own_numbers"] == 2
    assert standing["placeholders"] == _standing(shipped, records_of())["placeholders"] - 2
    assert not standing["is_own"]


def test_a_simulated_plants_declared_prices_are_its_own(records_of):
    standing = _standing(as_declared_by_plant(load_built_in("tablets")), records_of())
    assert (standing["is_own"], standing["is_simulated"]) == (True, True)
    assert (standing["placeholder_share"], standing["placeholders"]) == (0, 0)


@pytest.mark.parametrize(
    ("verdict", "priced"), [("process_signal", "net_present_value"), ("no_signal", "yearly_loss")]
)
def test_without_a_programme_the_yearly_loss_is_what_is_priced(records_of, verdict, priced):
    standing = _standing(load_built_in("tablets"), records_of(verdict=verdict))
    assert standing["priced"] == priced
    assert standing["placeholder_share"] > 0.1
