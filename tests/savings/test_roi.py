"""The cost model alone: what a set multiplies out to, and what is said beside it."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

from assets.savings.arithmetic.release import waiting_batches
from assets.savings.arithmetic.roi import roi
from data_contracts.assumptions import with_overrides


def test_an_alert_states_its_programme_and_payback(assumptions):
    alert = replace(assumptions, levers=assumptions.levers[:1])
    shown = roi(alert).to_json()
    assert shown["prevented_share"] == str(
        Fraction(8, 10) * Fraction(1, 2) * Fraction(1, 2) * Fraction(6, 10)
    )
    assert shown["annual_net_savings_usd"]["low"] < 0 < shown["annual_net_savings_usd"]["high"]
    assert "payback_months" not in shown
    certain = [
        f"{name}={each.base.numerator}/{each.base.denominator}"
        for name, each in alert.parameters.items()
        if each.distribution != "fixed"
    ]
    result = roi(with_overrides(alert, [*certain, "sensitivity=1"]))
    figures = result.figures
    expected = figures["implementation_cost_usd"].base / figures["annual_net_savings_usd"].base * 12
    assert figures["payback_months"].base == expected


def test_littles_law():
    assert waiting_batches(Fraction(200), Fraction(72)) == Fraction(14400, 8760)


def test_import_is_light():
    code = (
        "import sys, assets.savings.arithmetic.roi_lines, data_contracts.assumptions; "
        "heavy = {'scipy', 'pandas', 'polars', 'sklearn', 'great_expectations', 'dagster'}; "
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
