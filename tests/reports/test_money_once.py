"""Each sum of money stands for one thing: what it is of, and on whose word, is said beside it."""

import re
from html import unescape
from typing import Any

import pytest

from reports.claims import evaluate
from reports.pages.decision.ask import page_one
from reports.pages.facts import Facts
from tests.reports.conftest import PublishedTables, _shaped
from tests.reports.money_rows import price_shares_rows, price_standing_rows
from tests.reports.whole_report import render


def words(plant: PublishedTables) -> str:
    """What a reader sees of the main part of every page."""
    html = render(plant)
    main = " ".join(re.findall(r"<main\b.*?</main>", html, re.DOTALL))
    shown = re.sub(r"<(script|pre)\b.*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)
    return " ".join(unescape(shown).split())


@pytest.mark.parametrize("trials", [1, 2])
def test_one_trial_does_not_release_the_money_of_levers_it_says_nothing_of(
    signal_plant: PublishedTables, trials: int
) -> None:
    levers = ["alert.failure", "window_inlet"][:trials]
    common = {"outcome": "failure", "feature": "x", "reason": "So.", "power": 0.8}
    rows: list[dict[str, Any]] = [
        common | {"lever": lever, "pairs": 18 + 10 * place, "months": 7.0 + 4 * place}
        for place, lever in enumerate(levers)
    ]
    signal_plant.execute("UPDATE economics.levers SET is_in_programme = true, basis = 'evidence'")
    signal_plant.put("finding.trial_designs", _shaped("finding.trial_designs", rows))
    own = price_standing_rows(0.01, is_own=True)
    signal_plant.put("economics.price_standing", _shaped("economics.price_standing", own))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    said = page_one(Facts(signal_plant.query))["ask"]
    assert "18 pairs of blocks, 7 months" in said
    if trials == 1:
        assert said.startswith("Approve now a switchback at one line (18")
        assert "when that shows the margin answering" in said
    else:
        assert said.startswith("Approve now the switchbacks below, the shortest first")
        assert "when they show the margin answering" in said


def test_the_cost_of_all_proxies_is_not_told_as_that_of_the_one_beside_it(
    mix_plant: PublishedTables,
) -> None:
    """The tile beside it counts one outcome; the cost is of batches beyond any limit."""
    said = words(mix_plant)
    assert "Cost a year, were each batch beyond any limit lost" in said
    assert "if each such batch were lost" not in said


def test_bounds_on_prices_nobody_stated_say_so(signal_plant: PublishedTables) -> None:
    bound = {
        "outcome": "failure", "feature": "parameter.x", "title": "X", "gate": 4, "batches": 400,
        "failures": 16, "basis": "label", "bound_failures_per_year": 1.0,
        "bound_usd_per_year": 5e5, "closing_usd_per_year": 7e4, "is_closed": False,
    }  # fmt: skip
    tables: dict[str, list[dict[str, Any]]] = {
        "economics.savings_upper_bounds": [bound],
        "economics.price_standing": price_standing_rows(0.01, is_own=True),
    }
    for name, rows in tables.items():
        signal_plant.put(name, _shaped(name, rows))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    assert "are a supposition as well" not in words(signal_plant)
    placeholders = {
        "economics.price_standing": price_standing_rows(0.34, is_own=False, asked=2),
        "economics.price_shares": price_shares_rows(),
    }
    for name, rows in placeholders.items():
        signal_plant.put(name, _shaped(name, rows))
    signal_plant.execute("UPDATE core.outcome_definitions SET is_proxy = true")
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    said = words(signal_plant)
    assert "open and closed are a supposition as well" in said
    assert "No batch was lost: each amount is what it would be" in said
