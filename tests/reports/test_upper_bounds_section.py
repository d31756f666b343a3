"""What can be closed: every suspect with its bound, the cheapest first, and how many are closed."""

import re
from typing import Any

from reports.claims import evaluate
from reports.pages.facts import Facts
from tests.reports.conftest import _shaped
from tests.reports.whole_report import render


def bound(title: str, failures: float, *, is_closed: bool, reason: str | None = None) -> Any:
    return {
        "outcome": "failure",
        "feature": f"parameter.{title.lower()}",
        "title": title,
        "gate": 3,
        "batches": 990,
        "failures": 31,
        "basis": "all_failures" if reason else "margins",
        "bound_failures_per_year": failures,
        "bound_usd_per_year": failures * 200_000,
        "closing_usd_per_year": 70_000.0,
        "is_closed": is_closed,
        "reason": reason,
    }


def test_suspects_are_shown_the_cheapest_first_and_the_closed_are_counted(
    signal_plant: Any,
) -> None:
    rows = [
        bound("Speed", 9.0, is_closed=False, reason="31 failures say no more than that."),
        bound("Force", 0.2, is_closed=True),
        bound("Moisture", 1.5, is_closed=False),
    ]
    name = "economics.savings_upper_bounds"
    signal_plant.put(name, _shaped(name, rows))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    html = render(signal_plant)
    section = html[html.index('<section id="closed">') :].partition("</section>")[0]
    assert re.findall(r'data-label="Suspect">(\w+) ', section) == ["Force", "Moisture", "Speed"]
    claims = Facts(signal_plant.query).claims
    assert claims["bound.closed"]["value"] == 1
    assert claims["bound.suspects"]["value"] == 3
    assert claims["bound.usd[failure/parameter.moisture]"]["value"] == 300_000
    assert 'data-claim="bound.failures[failure/parameter.force]"' in section
    assert section.count(">closed</td>") == 1
    assert "31 failures say no more than that." in section


def test_without_suspects_the_page_says_so(signal_plant: Any) -> None:
    html = render(signal_plant)
    assert "There is no suspect to bound" in html
