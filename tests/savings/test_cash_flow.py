"""Cash flow against hand-worked and closed-form cases."""

import numpy as np
import pytest

from assets.savings.arithmetic.cash_flow import LeverCash, Yearly, irr, npv_usd, payback_months


def _lever(one_off, savings, running, start=0.0, ramp=0.0) -> LeverCash:
    parts = (one_off, savings, running, start, ramp)
    return LeverCash(*(np.array([float(part)]) for part in parts))


def _yearly_cash_usd(levers: list[LeverCash], horizon_years: int) -> list[np.ndarray]:
    return Yearly.together([Yearly.of_lever(each, horizon_years) for each in levers]).cash


def test_flat_cash_is_an_annuity():
    cash = _yearly_cash_usd([_lever(1000, 300, 50)], 10)
    assert [round(float(each[0]), 6) for each in cash] == [-1000, *[250] * 10]
    annuity = (1 - 1.08**-10) / 0.08
    assert npv_usd(cash, 0.08)[0] == pytest.approx(-1000 + 250 * annuity)


def test_start_and_ramp_by_hand():
    """Half a year to start, one year to full effect: half of it is lost, run cost is paid in use.

    Year 1: in use half a year, ramp reaches 1/2: 1200 x 1/8 = 150, less 100 x 1/2.
    Year 2: ramp from 1/2 to 1 over half a year (3/8), then half a year: 1050, less 100.
    """
    cash = _yearly_cash_usd([_lever(500, 1200, 100, start=0.5, ramp=1)], 3)
    assert [round(float(each[0]), 6) for each in cash] == [-500, 100, 950, 1100]


def test_payback_of_flat_cash():
    lever = [_lever(1400, 1200, 0)]
    assert payback_months(lever, 10)[0] == pytest.approx(14, abs=0.005)
    assert payback_months([_lever(0, 1200, 0)], 10)[0] == 0


def test_payback_with_ramp_solves_the_quadratic():
    """Ramp of 12 months: cumulative t^2 / 2 of a year's saving; 600 of 1200 is back at month 12."""
    assert payback_months([_lever(600, 1200, 0, ramp=1)], 10)[0] == pytest.approx(12, abs=0.005)
    assert payback_months([_lever(150, 1200, 0, ramp=1)], 10)[0] == pytest.approx(6, abs=0.005)


def test_never_pays_back_is_infinite_and_has_no_rate():
    losing = [_lever(1000, 10, 50)]
    assert np.isinf(payback_months(losing, 10)[0])
    assert np.isnan(irr(_yearly_cash_usd(losing, 10))[0])
    assert np.isinf(payback_months([_lever(1000, 99, 0)], 10)[0])


def test_irr_makes_the_value_zero():
    cash = _yearly_cash_usd([_lever(1000, 300, 50)], 10)
    rate = irr(cash)
    assert npv_usd(cash, rate)[0] == pytest.approx(0, abs=1e-6)


def test_irr_of_one_year_is_the_gain():
    assert irr(_yearly_cash_usd([_lever(1000, 1100, 0)], 1))[0] == pytest.approx(0.1)


def test_levers_together_are_the_sum():
    one, two = _lever(1000, 400, 50, 0.25, 0.5), _lever(700, 300, 20, 0.5, 1)
    joint = _yearly_cash_usd([one, two], 10)
    apart = [
        a + b for a, b in zip(_yearly_cash_usd([one], 10), _yearly_cash_usd([two], 10), strict=True)
    ]
    assert np.allclose(joint, apart, rtol=1e-12)
    months = payback_months([one, two], 10)
    total = one.cumulative_usd(months[0] / 12) + two.cumulative_usd(months[0] / 12)
    assert total[0] == pytest.approx(0, abs=1.0)
