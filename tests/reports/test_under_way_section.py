"""The programme under way: shown once a promise says what is held, and it adds up as printed."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from benchmarks.studies.printed_figures import span
from data_contracts.catalogue import contract
from reports.claims import evaluate
from reports.made_of import remade
from reports.pages.decision.under_way import STATES
from reports.pages.facts import Facts
from reports.verification import verify_claims
from tests.reports.conftest import _shaped
from tests.reports.whole_report import render

LEVERS = {"lots.failure": (0.02, "d50_um"), "window.failure": (0.01, "moisture_pct")}
COST = 187_000


def _adherence(lever: str, month: int, inside: int, state: str) -> dict[str, Any]:
    return {
        "lever": lever,
        "month": date(2026, month, 1),
        "feature": LEVERS[lever][1],
        "limit_low": 1.8 if lever == "window.failure" else None,
        "limit_high": 2.5 if lever == "window.failure" else 61.0,
        "batches": 10,
        "recorded_batches": 10 if inside else 0,
        "inside_batches": inside,
        **{
            f"{name}_{end}": (inside / 10 + shift if inside else None)
            for name in ("adherence", "adherence_since_start")
            for end, shift in (("share", 0.0), ("low", -0.2), ("high", 0.1))
        },
        "adherence_promised": 0.9,
        "quantity": "assay.low" if lever == "window.failure" else None,
        "margin_shift_promised": 0.4 if lever == "window.failure" else None,
        "margins_e_value": 3.0 * month if lever == "window.failure" else None,
        "failures_e_value": 1.2 + month,
        "state": state,
    }


def _line(batch: int, lever: str, *, is_held: bool | None, failures: int = 0) -> dict[str, Any]:
    avoided = LEVERS[lever][0] if is_held else 0.0
    return {
        "batch_id": f"B{batch:03d}",
        "failure_mode": "failure" if lever in LEVERS else "assay",
        "lever": lever,
        "month": date(2026, 1 + batch // 30, 1),
        "is_held": is_held,
        "expected_failures_avoided": avoided,
        "expected_avoided_usd": avoided * COST,
        "failures": failures,
        "loss_usd": COST * failures,
        "failure_prob_before": 0.04,
        "failure_cost_usd": COST,
    }


@pytest.fixture
def under_way(signal_plant: Any) -> Any:
    """Four months; 120 batches of which 90 were within both limits and two failed."""
    followed = [
        _adherence(lever, month, inside, state)
        for lever, months in {
            "lots.failure": [
                (7, "not_done"),
                (6, "not_done"),
                (5, "not_done"),
                (0, "not_recorded"),
            ],
            "window.failure": [(8, "done_no_effect_yet")] * 3 + [(9, "working")],
        }.items()
        for month, (inside, state) in enumerate(months, start=1)
    ]
    booked = [
        *(_line(i, lever, is_held=i < 90) for i in range(120) for lever in LEVERS),
        *(_line(i, "none", is_held=None, failures=1) for i in (17, 95)),
    ]
    for name, rows in (("lever_adherence", followed), ("benefit_ledger", booked)):
        signal_plant.put(f"economics.{name}", _shaped(f"economics.{name}", rows))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    return signal_plant


def _section(plant: Any) -> str:
    html = render(plant)
    section = html[html.index('<section id="under-way">') :].partition("</section>")[0]
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", section)).split())
    return re.sub(r" ([.,;:])", r"\1", words)


def test_each_lever_is_shown_with_its_last_three_months_and_how_it_stands(under_way):
    said = _section(under_way)
    assert "Read off the records since 2026-01" in said
    months = re.search(r"Since the start (.*?) How it stands", said)
    assert months is not None
    assert months[1] == "2026-02 2026-03 2026-04"
    assert "moisture_pct between 1.8 and 2.5" in said
    assert "d50_um at or below 61" in said
    assert "working: done, and margins or failures show it" in said
    assert "not recorded: no value in the last month" in said
    assert "which answers most to moisture_pct, it is 12." in said
    assert "No margin can be followed for d50_um." in said


def test_the_benefit_so_far_adds_up_as_printed(under_way):
    """120 x 4% = 4.8, less 2 failed = 2.8, at 187k = 523.6k; 90 x 3% = 2.7 expected, 504.9k."""
    claims = Facts(under_way.query).claims
    assert claims["benefit.batches"]["value"] == 120
    assert claims["benefit.met"]["value"] == pytest.approx(4.8)
    assert claims["benefit.realised"]["value"] == pytest.approx(523_600)
    assert claims["benefit.expected_failures[all]"]["value"] == pytest.approx(2.7)
    assert claims["benefit.expected[lots.failure]"]["value"] == pytest.approx(90 * 0.02 * COST)
    assert claims["benefit.gap"]["value"] == pytest.approx(523_600 - 504_900)
    sums = [each for each in claims.values() if each["claim_id"].startswith("benefit.")]
    remade_ones = [each for each in sums if each["made_of"] is not None]
    assert len(remade_ones) == 8
    for claim in remade_ones:
        stored = remade(claim["made_of"], lambda name: claims[name]["value"])
        assert stored == pytest.approx(claim["value"]), claim["claim_id"]
        printed = remade(claim["made_of"], lambda name: span(claims[name]["value_text"]))
        assert printed.meets(span(claim["value_text"])), claim["claim_id"]
    assert "would have come to 4.8 failures. 2 failed, a difference of 2.8; at $187k" in _section(
        under_way
    )


def test_what_is_shown_comes_out_again(under_way):
    assert not [each for each in verify_claims(under_way) if "held." in each.where]
    assert not [each for each in verify_claims(under_way) if "benefit." in each.where]
    under_way.execute("UPDATE economics.benefit_ledger SET failures = 0")
    changed = {each.where for each in verify_claims(under_way)}
    assert {"claim benefit.failures", "claim benefit.realised"} <= changed


def test_more_failures_than_before_is_a_loss(under_way):
    under_way.execute("UPDATE economics.benefit_ledger SET failure_prob_before = 0.01")
    under_way.put("evidence.claims", evaluate(under_way.query))
    claim = Facts(under_way.query).claims["benefit.realised"]
    assert claim["value"] == pytest.approx((1.2 - 2) * COST)
    assert claim["value_text"].startswith("\u2212$150k")


def test_every_state_has_its_words():
    (state,) = [c for c in contract("economics.lever_adherence").columns if c.name == "state"]
    assert set(STATES) == set(state.valid_values)


def test_nothing_is_shown_before_a_promise_says_what_is_held(signal_plant):
    assert 'id="under-way"' not in render(signal_plant)
    for name in ("economics.lever_adherence", "economics.benefit_ledger"):
        signal_plant.put(name, _shaped(name, []))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    html = render(signal_plant)
    assert 'id="under-way"' not in html
    assert not any(name.startswith("benefit.") for name in Facts(signal_plant.query).claims)
