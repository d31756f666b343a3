"""The live page without a browser: the run's figures at rest, and nothing asked that may not be."""

import json
import re
from html import unescape

import pytest

from reports.formats import money, number, probability
from reports.report import write_report
from reports.verification import verify
from reports.what_if.case import Case
from reports.what_if.page import render_what_if, write_what_if
from reports.what_if.program import program
from tests.reports.live_pages import published_with
from tests.savings.live_plants import live_plant


@pytest.fixture(scope="module")
def plant():
    return live_plant(("alert", "window"), draws=4_000)


@pytest.fixture(scope="module")
def published(plant):
    return published_with(plant)


def words(html: str) -> str:
    body = re.sub(r"<(script|style).*?</\1>", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_at_rest_it_shows_the_figures_of_the_report(published):
    text = words(render_what_if(published))
    rows = {
        row["measure"]: (row["p50"], row["p10"], row["p90"])
        for row in published.query(
            "SELECT * FROM economics.scenarios WHERE scenario = 'base' AND lever = 'all'"
        ).iter_rows(named=True)
    }
    for measure, write in (
        ("annual_net_savings_usd", money),
        ("npv_usd", money),
        ("payback_months", number),
        ("baseline_loss_usd_per_year", money),
    ):
        written = write(*rows[measure])
        assert f"{written.value} P10 to P90: {written.interval}" in text, measure
    assert probability(rows["npv_positive_prob"][0]).value in text
    assert "The run’s own figures." in text


def test_it_is_one_small_file_without_addresses(published, tmp_path):
    file = write_what_if(published, tmp_path)
    html = file.read_text(encoding="utf-8")
    assert file.stat().st_size < 3_000_000
    assert "default-src 'none'" in html
    addresses = set(re.findall(r"https?://[^\s\"')]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # a name of SVG, never fetched
    assert set(re.findall(r"(?:href|src)=\"([^\"]+)\"", html)) == {"#figures", "report.html"}
    assert html == render_what_if(published)


def test_verify_notices_a_changed_draw(published, tmp_path):
    report = write_report(published, tmp_path)
    file = write_what_if(published, tmp_path)
    assert verify(published, report) == []
    html = file.read_text(encoding="utf-8")
    file.write_text(html.replace("for (let k = 0", "for (let k = 1"), encoding="utf-8")
    assert [each.where for each in verify(published, report)] == ["what if"]


def test_the_program_is_the_recorded_steps_and_nothing_more(plant):
    steps = plant.case.live_steps
    text = program(steps)
    assert text.startswith("function caseFigures(inputs, count) {")
    wanted = steps.filter(operation="figure")["name"]
    assert all(f'"{name}": o' in text for name in wanted)
    lines = text.count("\n") + 1
    plain = steps.filter(~steps["operation"].is_in(["input", "figure"])).height
    both = steps.filter(steps["operation"].is_in(["input", "figure"])).height
    assert lines == plain + 2 * both + 5


def test_a_name_that_closes_a_script_stays_text(published, plant):
    from reports.pages.facts import Facts

    hostile = published_with(plant)
    hostile.execute("UPDATE economics.live_inputs SET title = '</script><script>alert(1)</script>'")
    html = render_what_if(hostile)
    assert "<script>alert(1)" not in html
    case = Case.read(Facts(published.query))
    assert case is not None
    assert json.loads(json.dumps(case.embedded()))["count"] == case.count


def placeholder(published, *, is_own):
    published.execute(
        f"UPDATE economics.price_standing SET is_own = {is_own}, is_simulated = FALSE, "
        "priced = 'net_present_value', placeholder_share = 0.35"
    )


def test_while_placeholders_carry_the_money_it_asks_for_prices_and_nothing_else(plant):
    from reports.claims import evaluate

    shipped = published_with(plant)
    placeholder(shipped, is_own=False)
    shipped.put("evidence.claims", evaluate(shipped.query))
    text = words(render_what_if(shipped))
    assert "The ask of the run: None yet. First put in" in text
    assert "asks for nothing" in text
    assert "Approve" not in text


def test_without_a_priced_lever_it_says_what_is_missing(mix_plant, bare_plant):
    text = words(render_what_if(mix_plant))
    assert "Nothing to move yet" in text
    assert "No lever is in the programme" in text
    html = render_what_if(bare_plant)
    assert "Nothing to move yet" in words(html)
    assert "<script" not in html


def test_a_copy_without_draws_says_so(signal_plant):
    assert "holds no draws to recompute a case from" in words(render_what_if(signal_plant))
