"""Where no batch is lost by any outcome the pages price nothing, and say what is on record."""

import re
from html import unescape
from typing import Any

import pytest

from reports.claims import evaluate
from reports.pages.executive import answer, outcomes
from reports.pages.facts import Facts
from reports.summary.content import content
from tests.reports.conftest import PublishedTables, _shaped
from tests.reports.money_rows import scenarios_rows
from tests.reports.whole_report import render

MONEY = re.compile(r"\$\s?\d")
NO_MONEY = ("copq_ledger", "value_by_gate", "sensitivity", "rate_arithmetic")


def words(html: str) -> str:
    """What a reader sees of the main part of every page."""
    main = " ".join(re.findall(r"<main\b.*?</main>", html, re.DOTALL))
    shown = re.sub(r"<(script|pre)\b.*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)
    return " ".join(unescape(shown).split())


@pytest.fixture
def kept_plant(signal_plant: PublishedTables) -> PublishedTables:
    """The plant with a signal, where what it foretells is a late release."""
    refused = "is_in_programme = false, basis = 'refused', reason = 'Nothing is priced.'"
    zero = {"p10": 0.0, "p50": 0.0, "p90": 0.0}
    scenarios = [row | zero for row in scenarios_rows(with_savings=False)]
    signal_plant.execute(
        "UPDATE core.outcome_definitions SET severity = 'late', title = 'Released late'"
    )
    signal_plant.execute(f"UPDATE economics.levers SET {refused}")
    for name in NO_MONEY:
        signal_plant.execute(f"DELETE FROM economics.{name}")
    signal_plant.put("economics.scenarios", _shaped("economics.scenarios", scenarios))
    signal_plant.execute("UPDATE economics.price_standing SET priced = NULL, is_own = false")
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    return signal_plant


def test_the_page_says_what_can_be_seen_and_prices_nothing(kept_plant: PublishedTables) -> None:
    said = words(render(kept_plant))
    assert not MONEY.search(said)
    assert "can be seen coming by" in said
    assert "no batch is lost by it, so nothing of it is priced." in said
    assert "Batches with that outcome, none lost by it" in said
    assert "No batch on record was lost. Without a lost batch nothing is priced" in said
    for untrue in ("No failure is on record", "Failed batches on record", "no lever could be"):
        assert untrue not in said


def test_no_alarm_has_a_price(kept_plant: PublishedTables) -> None:
    names = ("pays_from", "caught_usd", "false_usd", "raised_above")
    claims = Facts(kept_plant.query).claims
    assert not [each for each in claims if each.startswith(tuple(f"alarm.{n}" for n in names))]
    said = words(render(kept_plant))
    assert "From which risk on an alarm pays" not in said
    assert "its alarms keep the budget alone, and have no price" in said


def test_an_alarm_on_a_lost_batch_has_one(untouched_signal_plant: PublishedTables) -> None:
    claims = Facts(untouched_signal_plant.query).claims
    assert any(each.startswith("alarm.pays_from") for each in claims)


def test_the_summary_and_the_ask_say_that_no_batch_was_lost(kept_plant: PublishedTables) -> None:
    said = content(Facts(kept_plant.query))
    assert not MONEY.search(str(said))
    assert said["tiles"][0] == {
        "label": "Batches lost", "value": "none", "note": "so nothing is priced"
    }  # fmt: skip
    assert "no batch is lost by it" in said["sentence"]
    assert said["ask"].startswith("None: no batch on record was lost")


def test_outcomes_stand_the_most_severe_first(signal_plant: PublishedTables) -> None:
    """Of equally severe ones those with a signal, then by name; any failure before all."""
    severities = ("lost", "reworked", "deviated", "out_of_trend", "late")
    made: list[dict[str, Any]] = [
        {"outcome": name, "title": name, "is_proxy": False, "rule": "x", "severity": severity,
         "severity_rank": rank, "first_known_stage": 6, "last_gate_before": 5}
        for rank, (name, severity) in enumerate(
            [("weak", "lost"), ("failure", "lost"), ("cracked", "lost"), *zip(
                ("z", "y", "x", "a"), severities[1:], strict=True)], start=1
        )
    ]  # fmt: skip
    signal_plant.put("core.outcome_definitions", _shaped("core.outcome_definitions", made[::-1]))
    signal_plant.execute("UPDATE model.verdicts SET outcome = 'weak'")
    found = [row["outcome"] for row in outcomes(Facts(signal_plant.query))]
    assert found == ["failure", "weak", "cracked", "z", "y", "x", "a"]


def test_a_proxy_stays_a_proxy_beside_what_loses_no_batch(signal_plant: PublishedTables) -> None:
    """A late release is no proxy, and makes no loss of a batch beyond a limit."""
    signal_plant.execute("UPDATE core.outcome_definitions SET is_proxy = true")
    late = {"outcome": "late", "title": "Released late", "is_proxy": False, "rule": "x"}
    stages = {"severity": "late", "first_known_stage": 7, "last_gate_before": 6}
    added = _shaped("core.outcome_definitions", [late | stages | {"severity_rank": 2}])
    signal_plant._connection.register("added", added)
    signal_plant.execute("INSERT INTO core.outcome_definitions BY NAME SELECT * FROM added")
    said = words(render(signal_plant))
    assert "No batch is recorded as lost. The amounts below say what" in said
    assert "The 13 failed batches on record cost" not in said


def test_a_recorded_failure_is_not_denied_beside_a_proxy(mix_plant: PublishedTables) -> None:
    assert "No batch on record is labelled as failed." in words(render(mix_plant))
    mix_plant.execute(
        "UPDATE core.outcome_definitions SET is_proxy = false WHERE outcome = "
        "(SELECT min(outcome) FROM core.outcome_definitions)"
    )
    said = words(render(mix_plant))
    assert "No batch on record is labelled as failed." not in said
    assert "Where a limit stands in for a failure it is marked" in said


def test_losses_are_told_from_what_merely_happens(kept_plant: PublishedTables) -> None:
    said = answer(Facts(kept_plant.query))
    assert (said.kind, said.has_failures, said.has_kept_failures) == ("unpriced", False, True)
    assert said.none_lost == "No batch on record was lost"
