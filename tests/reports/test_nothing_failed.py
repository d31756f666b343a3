"""Without a recorded failure nothing is priced: not on the page, the summary or the workbook."""

import re
from html import unescape
from typing import Any

import pytest

from data_contracts.assumptions import load_built_in
from reports.claims import evaluate
from reports.pages.facts import Facts
from reports.summary.content import content
from reports.workbook.run_workbook import write_run_workbook
from tests.reports.conftest import _shaped
from tests.reports.money_rows import scenarios_rows
from tests.reports.whole_report import render

MONEY = re.compile(r"\$\s?\d")
AT_ZERO = {"p10": 0.0, "p50": 0.0, "p90": 0.0}


@pytest.fixture
def flawless(signal_plant):
    """The plant with a signal on its margins, and no failed batch."""
    refused = {"is_in_programme": False, "basis": "refused", "reason": "No failure was flagged."}
    scenarios = [row | AT_ZERO for row in scenarios_rows(with_savings=False)]
    rates: list[dict[str, Any]] = [
        {"lever": "all", "role": role, "low": value, "base": value, "high": value, "source": "none"}
        for role, value in (("failure_rate", 0.0), ("batches_per_year", 200.0))
    ]
    signal_plant.execute("UPDATE core.outcomes SET is_failure = false WHERE is_failure")
    changed = ", ".join(f"{name} = {value!r}" for name, value in refused.items())
    signal_plant.execute(f"UPDATE economics.levers SET {changed}".replace("False", "false"))
    signal_plant.execute("UPDATE model.verdicts SET failures = 0, failures_effective = 0")
    for name in ("copq_ledger", "value_by_gate", "sensitivity", "rate_arithmetic"):
        signal_plant.execute(f"DELETE FROM economics.{name}")
    for name, rows in (("scenarios", scenarios), ("plan_inputs", rates)):
        signal_plant.put(f"economics.{name}", _shaped(f"economics.{name}", rows))
    signal_plant.execute(
        "UPDATE economics.price_standing SET priced = NULL, placeholder_share = NULL, "
        "is_own = false"
    )
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    return signal_plant


def test_the_page_prices_nothing_and_says_why(flawless):
    html = render(flawless)
    main = html[html.index("<main") : html.index("</main>")]
    words = unescape(re.sub(r"<(script|pre)\b.*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL))
    assert not MONEY.search(words)
    assert "No failure is on record, so nothing is priced." in " ".join(words.split())
    assert "Failures can be seen coming" not in words
    assert not any(name.startswith("cost.") for name in Facts(flawless.query).claims)
    assert "savings.measure[base/baseline_loss_usd_per_year]" not in Facts(flawless.query).claims


def test_the_summary_prices_nothing(flawless):
    said = content(Facts(flawless.query))
    assert "nothing is priced" in said["sentence"]
    assert said["tiles"][0]["value"] == "none"
    assert said["ask"].startswith("None: no failure is on record")
    assert not MONEY.search(str(said))


def test_the_workbook_ends_with_the_assumptions(flawless, tmp_path):
    from zipfile import ZipFile

    file = write_run_workbook(flawless, load_built_in("tablets"), tmp_path)
    book = ZipFile(file)
    sheets = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    assert sheets == ["Summary", "Assumptions"]
    assert (
        "No failure is on record, so nothing is priced"
        in book.read("xl/sharedStrings.xml").decode()
    )


def test_a_failure_on_record_is_priced_as_before(signal_plant):
    said = content(Facts(signal_plant.query))
    by_label = {tile["label"]: tile["value"] for tile in said["tiles"]}
    assert by_label["Failures cost today, a year"] == "$2.6M"
    assert "No failure is on record" not in render(signal_plant)
