"""The ask: none on placeholders, on no output; money on own prices; each product multiplies."""

import re
import zipfile
from html import unescape

import pytest
from rich.console import Console

from data_contracts.assumptions import load_built_in
from pipelines.run_summary import print_summary
from reports.claims import evaluate
from reports.pages.decision.ask import page_one
from reports.pages.facts import Facts
from reports.report import write_report
from reports.summary.content import content
from reports.verification import verify
from reports.workbook.run_workbook import write_run_workbook
from tests.reports.conftest import _shaped
from tests.reports.money_rows import (
    price_shares_rows,
    price_standing_rows,
    rate_arithmetic_rows,
)
from tests.reports.whole_report import render

ASKS = re.compile(r"\bapprove\b|\bpays for itself\b|\bfund\b", re.IGNORECASE)
SCALES = {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9}


def _words(html: str) -> str:
    main = html[html.index("<main") : html.index("</main>")]
    shown = re.sub(r"<(script|pre)\b.*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)
    return " ".join(unescape(shown).split())


def _with(plant, **tables):
    for name, rows in tables.items():
        plant.put(f"economics.{name}", _shaped(f"economics.{name}", rows))
    plant.put("evidence.claims", evaluate(plant.query))
    return plant


@pytest.fixture
def shipped(signal_plant):
    """The plant with a signal, priced as lotwise ships."""
    return _with(
        signal_plant,
        price_standing=price_standing_rows(0.34, is_own=False, asked=2),
        price_shares=price_shares_rows(),
    )


def _outputs(plant, folder) -> dict[str, str]:
    """Every output's words."""
    file = write_run_workbook(plant, load_built_in("tablets"), folder)
    with zipfile.ZipFile(file) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
    console = Console(record=True, width=400)
    with console.capture() as terminal:
        print_summary(
            {
                **{
                    key: []
                    for key in (
                        *("fetched", "records", "quarantine_examples"),
                        *("missing", "verdicts", "closed"),
                    )
                },
                **dict.fromkeys(("warehouse", "data_docs", "report", "what_if"), "x"),
                "page_one": page_one(Facts(plant.query)),
            },
            console,
        )
    claims = plant.query("SELECT string_agg(statement, ' ') AS s FROM evidence.claims")["s"][0]
    return {
        "html": _words(render(plant)),
        "pdf": str(content(Facts(plant.query))),
        "workbook": unescape(re.sub(r"<[^>]+>", " ", texts)),
        "terminal": terminal.get(),
        "claims": claims,
    }


@pytest.fixture
def with_plan(signal_plant):
    rows = [
        {"lever": "all", "role": role, "low": value, "base": value, "high": value, "source": "s"}
        for role, value in (("failure_rate", 0.03), ("batches_per_year", 200.0))
    ]
    signal_plant.put("economics.plan_inputs", _shaped("economics.plan_inputs", rows))


def test_on_shipped_prices_no_output_asks_for_money(with_plan, shipped, tmp_path):
    said = _outputs(shipped, tmp_path)
    for name, words in said.items():
        assert not ASKS.search(words), (name, ASKS.search(words))
    for name in ("html", "pdf", "workbook", "terminal"):
        flat = " ".join(said[name].split()).replace("( ", "(").replace(" )", ")")
        assert "These are not this plant's prices." in flat, name
        assert re.search(r"carry\s+34%\s+of the variance of the net present value", flat), name
        assert "None yet. First put in these prices: direct material cost per batch" in flat, name
        assert re.search(r"discount rate \(\s*2\.1%\s*\)", flat), name
        assert "suite cost per day (" not in flat.lower(), name


def test_prices_stated_in_part_are_called_so(signal_plant):
    standing = price_standing_rows(0.15, is_own=False, asked=2)[0] | {"own_numbers": 2}
    plant = _with(signal_plant, price_standing=[standing], price_shares=price_shares_rows())
    said = page_one(Facts(plant.query))
    assert said["prices"] == (
        "Part of these prices is not this plant's yet. Those that came with lotwise carry 15% of "
        "the variance of the net present value."
    )
    assert said["ask"].startswith("None yet. First put in these prices: direct material cost")
    for words in (_words(render(plant)), content(Facts(plant.query))["sentence"]):
        assert "At prices of which part is not this plant's yet, acting on what precedes" in words


def test_on_the_plants_own_prices_money_is_asked_for(with_plan, signal_plant, tmp_path):
    said = _outputs(signal_plant, tmp_path)
    for name in ("html", "pdf", "workbook", "terminal"):
        assert "Approve" in said[name], name
        assert "not this plant's prices" not in said[name], name
        assert "First put in" not in said[name], name


def test_a_copy_that_does_not_say_whose_prices_asks_for_nothing(signal_plant):
    signal_plant.execute("DELETE FROM economics.price_standing")
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    assert page_one(Facts(signal_plant.query))["ask"].startswith("None yet")
    assert not ASKS.search(_words(render(signal_plant)))


def test_a_simulated_plant_declares_its_prices(signal_plant):
    standing = price_standing_rows()[0] | {"is_simulated": True}
    plant = _with(signal_plant, price_standing=[standing])
    sentence = "Prices are those of the simulated plant, which declares them."
    assert page_one(Facts(plant.query))["prices"] == sentence
    assert sentence in _words(render(plant))
    assert sentence in content(Facts(plant.query))["notice"]


def test_every_price_and_share_on_the_page_is_a_claim_that_can_be_verified(shipped, tmp_path):
    file = write_report(shipped, tmp_path)
    assert [each for each in verify(shipped, file) if "summary" not in each.where] == []
    html = file.read_text(encoding="utf-8")
    for name in ("prices.placeholder_share[net_present_value]", "prices.asked[discount_rate]"):
        assert f'data-claim="{name}"' in html
    assert 'data-claim="cost.rate_loss[base]"' in html


def _span(text: str) -> tuple[float, float]:
    """The least and the most a printed number may stand for."""
    found = re.fullmatch(r"\$?([\d,]+(?:\.\d+)?)([kMB]?)", text)
    assert found, text
    digits, scale = found[1].replace(",", ""), SCALES[found[2]]
    half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    if "." not in digits and found[2] == "" and text.startswith("$"):
        half = 0.5
    return (float(digits) - half) * scale, (float(digits) + half) * scale


PRODUCT = re.compile(
    r"([\d.,]+) (?:failures )?a year at (\$[\d.,]+[kMB]?) each make (\$[\d.,]+[kMB]?) a year"
)
FEWER = re.compile(r"([\d.,]+) fewer would fail a year: (\$[\d.,]+[kMB]?) a year")


def _multiplies(factor: str, price: str, product: str) -> bool:
    low, high = (a * b for a, b in zip(_span(factor), _span(price), strict=True))
    least, most = _span(product)
    return low <= most and least <= high


def test_no_page_multiplies_in_passing(untouched_signal_plant, untouched_mix_plant):
    """A product stands as one, with its factors beside it, or not at all."""
    for plant in (untouched_signal_plant, untouched_mix_plant):
        for words in (_words(render(plant)), str(content(Facts(plant.query)))):
            assert not re.search(r"\beach\b[^.]{0,80}\bthat is\b", words)


LEDGER = re.compile(
    r"The ([\d,]+) failed batches on record cost (\$[\d.,]+[kMB]?) by the ledger, "
    r"(\$[\d.,]+[kMB]?) each"
)


def test_the_ledger_is_its_batches_times_what_each_costs(untouched_signal_plant):
    words = _words(render(untouched_signal_plant))
    (batches, total, each) = LEDGER.findall(words)[0]
    exact = float(batches.replace(",", ""))
    low, high = (exact * end for end in _span(each))
    least, most = _span(total)
    assert low <= most
    assert least <= high


@pytest.mark.parametrize("failures", [0.35, 1.0, 6.0, 6.26, 7.4, 78.9, 640.0])
@pytest.mark.parametrize("cost", [97_800.0, 270_000.0, 1_250_000.0])
def test_what_is_printed_as_a_product_multiplies(signal_plant, failures, cost):
    """Redone from the page, as a reader would with a pocket calculator."""
    rows = {row["figure"]: row for row in rate_arithmetic_rows()}
    rows["failures_per_year"] |= dict.fromkeys(("low", "base", "high"), failures)
    ends = {"low": cost * 0.4, "base": cost, "high": cost * 1.6}
    rows["failure_cost_usd_per_batch"] |= ends
    rows["loss_usd_per_year"] |= {end: failures * value for end, value in ends.items()}
    extra = {
        "target_failure_rate": (0.01, "share"),
        "prevented_failures_per_year": (failures * 2 / 3, "failures/year"),
    }
    for name, (value, unit) in extra.items():
        rows[name] = dict.fromkeys(("low", "base", "high"), value) | {"figure": name, "unit": unit}
    saved = {end: failures * 2 / 3 * value for end, value in ends.items()}
    rows["avoided"] = saved | {"figure": "avoided_loss_usd_per_year", "unit": "USD/year"}
    plant = _with(signal_plant, rate_arithmetic=list(rows.values()))
    html = _words(render(plant))
    for words in (html, content(Facts(plant.query))["cost_line"]):
        (factor, price, product) = PRODUCT.findall(words)[0]
        assert _multiplies(factor, price, product)
        (fewer, worth) = FEWER.findall(words)[0]
        assert _multiplies(fewer, price, worth)


def test_the_published_figures_are_printed_for_six_failures_of_two_hundred(signal_plant):
    ends = ("low", "base", "high")
    rows = [
        dict(zip(ends, values, strict=True)) | {"figure": figure, "unit": unit}
        for figure, values, unit in (
            ("failures_per_year", (6.0, 6.0, 6.0), "failures/year"),
            ("failure_cost_usd_per_batch", (5e5, 1.25e6, 2e6), "USD/batch"),
            ("loss_usd_per_year", (3e6, 7.5e6, 12e6), "USD/year"),
            ("target_failure_rate", (0.01, 0.01, 0.01), "share"),
            ("prevented_failures_per_year", (4.0, 4.0, 4.0), "failures/year"),
            ("avoided_loss_usd_per_year", (2e6, 5e6, 8e6), "USD/year"),
        )
    ]
    plant = _with(signal_plant, rate_arithmetic=rows)
    said = page_one(Facts(plant.query))["cost"]
    assert said.startswith("6 failures a year at $1.25M each make $7.5M a year; with every price")
    assert "at its low end $3M, at its high end $12M." in said
    assert "From 3% to 1% of batches" in said
    assert "4 fewer would fail a year: $5M a year, or $2M to $8M at the ends." in said


def test_a_signal_without_a_lever_asks_for_prices_meanwhile_and_blames_none(signal_plant):
    signal_plant.execute("UPDATE economics.levers SET is_in_programme = false, basis = 'refused'")
    standing = price_standing_rows(0.6, is_own=False, asked=2)[0] | {"priced": "yearly_loss"}
    plant = _with(signal_plant, price_standing=[standing], price_shares=price_shares_rows())
    said = page_one(Facts(plant.query))
    assert said["ask"].startswith(
        "No money now: the records support no lever yet. Meanwhile put in these prices: direct"
    )
    assert said["prices"].endswith("carry 60% of the variance of the yearly cost of failures.")
    _with(plant, price_standing=price_standing_rows(), price_shares=[])
    assert page_one(Facts(plant.query))["ask"] == "No money now: the records support no lever yet."
