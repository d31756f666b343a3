"""The finished page: what it says with a signal, without one, and with hardly any tables."""

import posixpath
import re

import pytest

from reports.claims import evaluate
from reports.figures.models import permutation_null
from reports.pages.executive import answer
from reports.pages.facts import Facts, NothingClaimedError
from reports.pages.registry import PAGES, PAGES_BESIDE
from reports.report import write_report
from reports.site.question_pages import render_pages
from reports.summary.content import content
from tests.reports.conftest import _shaped
from tests.reports.table_rows import leak_question_row
from tests.reports.whole_report import render

QUESTIONS = [page.name for page in PAGES[1:]]


def _text(html):
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#39;", "'").split())


@pytest.fixture(scope="module")
def signal_text(untouched_signal_plant):
    return _text(render(untouched_signal_plant))


@pytest.fixture(scope="module")
def mix_text(untouched_mix_plant):
    return _text(render(untouched_mix_plant))


def test_a_signal_opens_with_the_saving_its_interval_and_probability(signal_text):
    assert (
        "Acting on what precedes failures, at stage 5 (packaging), would be worth "
        "$1.0M (0.2M to 2.9M) a year after its running cost, and pays for itself with "
        "probability 87% ." in signal_text
    )
    assert "No savings from control are claimed" not in signal_text


def test_without_a_signal_no_savings_are_claimed(mix_text):
    assert "No savings from control are claimed" in mix_text
    assert "Annual savings" not in mix_text
    assert "Nothing usable is recorded for stage 2 (dispensing)" in mix_text
    assert "What would have been found is not measured yet; lotwise self-test plants" in mix_text


def test_chance_is_drawn_for_the_statistic_a_signal_rests_on(signal_plant):
    """By the margins as it is; by the label, where the verdict rests on it."""
    signal_plant.execute(
        "INSERT INTO model.permutation_nulls BY NAME SELECT * REPLACE "
        "('log_score_gain_over_product' AS statistic) FROM model.permutation_nulls "
        "WHERE statistic = 'margin_gain_over_product'"
    )
    rested_on = []
    for route in ("margin_model", "label_model"):
        signal_plant.execute(f"UPDATE model.verdicts SET route = '{route}' WHERE is_primary_gate")
        drawn = signal_plant.query(permutation_null.SQL)
        rested_on.append(set(drawn["statistic"]))
    assert rested_on == [{"margin_gain_over_product"}, {"log_score_gain_over_product"}]


def test_what_would_have_been_found_is_counted_in_trials(signal_text):
    """Planted 40 worth one failure a year: 33 found and 28 first; of 37 worth half, all and 36."""
    assert (
        "self-test of 2024-05-01 on 490 batches one failure a year 1 40 82% (70% to 90%) "
        "70% (56% to 80%) 4.6" in signal_text
    )
    assert "half of the failures on record 4.4 37 100% (88% to 100%)" in signal_text


def test_scenarios_show_median_and_interval(signal_text):
    for scenario in ("Conservative", "Base", "Optimistic"):
        assert scenario in signal_text
    assert "$2.6M (1.9M to 3.5M)" in signal_text


def test_assumptions_are_shown_with_owner_and_source(signal_text):
    assert "Corporate treasury" in signal_text
    assert "planning figure for a solid-dose plant" in signal_text


def test_drivers_are_those_of_the_last_gate_before_the_result(signal_plant):
    html = render(signal_plant)
    assert 'data-claim="driver.share[failure/5/1]"' in html
    assert "driver.share[failure/4/1]" not in html
    assert html.count('"driver_bars[failure]"') == 2  # its place and its figure


def test_what_drives_the_uncertainty_is_drawn_by_its_name_and_only_under_a_signal(
    signal_plant, mix_plant
):
    html = render(signal_plant)
    assert html.count('"sensitivity"') == 2  # its place and its figure
    assert "Direct material cost per batch" in html.replace("<br>", " ").replace("\\u003cbr>", " ")
    assert '"sensitivity"' not in render(mix_plant)


def test_a_controller_gets_answers(signal_text):
    assert "Who approved the baseline? Not approved yet." in signal_text


def test_proxies_are_called_proxies_wherever_they_are_shown(mix_plant):
    html = render(mix_plant)
    shown = re.findall(r"Dissolution minimum below 80%(.{0,40})", html)
    in_text = [after for after in shown if not after.startswith(('"', "\\"))]
    assert in_text
    assert all("chip-proxy" in after for after in in_text)


def test_the_firewall_is_explained_by_availability(mix_text):
    assert "by availability, not by score" in mix_text
    assert "It is the same quantity by another name" in mix_text


def test_a_simulated_plant_is_called_one(signal_text, mix_text):
    assert "simulated plant" in signal_text
    assert "simulated" not in mix_text


def test_text_from_records_is_escaped(signal_plant):
    html = render(signal_plant)
    assert "<n/a" not in html
    assert "&lt;n/a &amp; more&gt;" in html


def test_tables_that_do_not_exist_read_as_sentences(bare_plant):
    text = _text(render(bare_plant))
    for sentence in (
        "These records do not support a verdict",
        "No cost ledger was built for this source",
        "No scenarios were computed for this source",
        "No outcome is defined for this source",
        "No model was validated for this source",
        "No drivers are shown",
    ):
        assert sentence in text


SCHEMAS = ("core", "feature", "model", "finding", "economics", "quarantine")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_any_schema_may_be_missing(signal_plant, schema):
    signal_plant.execute(f"DROP SCHEMA {schema} CASCADE")
    assert "</html>" in render(signal_plant)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_any_schema_may_be_empty(signal_plant, schema):
    tables = signal_plant.query(
        f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}'"
    )["table_name"].to_list()
    for table in tables:
        signal_plant.execute(f"DELETE FROM {schema}.{table}")
    assert tables
    assert "</html>" in render(signal_plant)


@pytest.mark.parametrize(
    "table", ["model.verdicts", "economics.levers", "core.outcome_definitions"]
)
def test_a_single_table_may_be_empty(signal_plant, table):
    signal_plant.execute(f"DELETE FROM {table}")
    assert "</html>" in render(signal_plant)


def test_a_signal_that_does_not_pay_says_so(signal_plant):
    signal_plant.execute("UPDATE evidence.claims SET value = -1e5, interval_low = -6e5, "
                         "interval_high = 3e5 WHERE claim_id = "
                         "'savings.measure[base/annual_net_savings_usd]'")  # fmt: skip
    assert answer(Facts(signal_plant.query)).kind == "not_worth"
    assert "acting on it is not shown to pay" in _text(render(signal_plant))


def test_savings_on_a_proxy_are_called_arithmetic(signal_plant):
    signal_plant.execute("UPDATE economics.levers SET basis = 'arithmetic' WHERE gate = 5")
    signal_plant.execute("UPDATE core.outcome_definitions SET is_proxy = true")
    text = _text(render(signal_plant))
    assert "No batch was lost. If every batch beyond the proxy limit" in text
    assert "arithmetic, not a claim" in text


def test_refused_savings_are_not_claimed_even_as_zero(mix_plant):
    made = mix_plant.query("SELECT claim_id FROM evidence.claims")["claim_id"].to_list()
    assert not [name for name in made if "annual_savings" in name]


def test_nothing_claimed_is_one_clear_error(signal_plant, tmp_path):
    signal_plant.execute("DELETE FROM evidence.claims")
    with pytest.raises(NothingClaimedError, match="lotwise run"):
        write_report(signal_plant, tmp_path)
    assert list(tmp_path.iterdir()) == []


def _files(folder):
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_the_same_warehouse_gives_the_same_files(signal_plant, tmp_path):
    for place in ("a", "b"):
        write_report(signal_plant, tmp_path / place)
    first = _files(tmp_path / "a")
    assert first == _files(tmp_path / "b")
    asked = {f"pages/{name}.html" for name in QUESTIONS}
    beside = {"report.html", "index.html", "plotly.min.js", "style.css", "script.js"}
    leaves = {name for name in first if name.startswith(("batches/", "parameters/"))}
    assert first.keys() - leaves == beside | asked
    assert "batches/B00079.html" in leaves


def test_a_page_no_longer_asked_for_goes(signal_plant, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "dropped.html").touch()
    write_report(signal_plant, tmp_path)
    assert not (tmp_path / "pages" / "dropped.html").exists()


def test_the_data_docs_are_linked_where_they_are(signal_plant, tmp_path):
    reports, docs = tmp_path / "home" / "reports", tmp_path / "home" / "data_docs"
    records = reports / "pages" / "records.html"
    write_report(signal_plant, reports, docs)
    assert "data_docs" not in records.read_text(encoding="utf-8")
    docs.mkdir()
    (docs / "index.html").touch()
    write_report(signal_plant, reports, docs)
    html = records.read_text(encoding="utf-8")
    assert html.count('<a href="../../data_docs/index.html">the Data Docs</a>') == 1


def test_pages_load_nothing_but_plotly_beside_them(signal_plant):
    for file, html in render_pages(signal_plant).items():
        assert "<link" not in html
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", html)
        assert "@import" not in html
        assert "url(" not in html
        root = "" if file == "report.html" else "../"
        loaded = set(re.findall(r'<script src="([^"]+)"', html))
        assert loaded <= {f"{root}plotly.min.js"}
        assert bool(loaded) is ("data-plot=" in html)


def test_every_link_leads_to_a_page_and_a_place_on_it(signal_plant):
    pages = render_pages(signal_plant)
    places = {file: set(re.findall(r'\bid="([^"]+)"', html)) for file, html in pages.items()}
    for file, html in pages.items():
        for link in re.findall(r'href="([^"]+)"', html):
            target, _, anchor = link.partition("#")
            there = posixpath.normpath(posixpath.join(posixpath.dirname(file), target))
            there = there if target else file
            if there not in ("index.html", *(page.file for page in PAGES_BESIDE)):
                assert there in pages, (file, link)
                assert not anchor or anchor in places[there], (file, link)


def test_a_place_stands_on_one_page_only(signal_plant):
    pages = render_pages(signal_plant)
    places = [each for html in pages.values() for each in re.findall(r'\bid="([^"]+)"', html)]
    twice = {each for each in places if places.count(each) > 1}
    assert twice <= {"main", "no-plotly"}


def test_the_executive_page_is_light(signal_plant):
    assert len(render_pages(signal_plant)["report.html"].encode()) < 1_500_000


def test_residual_autocorrelation_and_blocks_stand_with_the_verdict(signal_plant):
    html = render(signal_plant)
    key = "failure/5/margin_gain_over_product"
    # Once beside the verdict, once among the numbers behind the null.
    for claim in ("null.autocorrelation", "null.block"):
        assert html.count(f'data-claim="{claim}[{key}]"') == 2
    words = " ".join(re.sub(r"<[^>]+>", "", html).split())
    assert "r = 0.31 (residual autocorrelation)" in words
    assert "shuffled them in blocks of at least 14 consecutive batches" in words


@pytest.mark.parametrize(
    ("batches", "said"),
    [("1", "shuffled single batches, lots or campaigns"), ("NULL", "Too few batches are left")],
)
def test_short_blocks_and_none_are_said_in_words(signal_plant, batches, said):
    signal_plant.execute(f"UPDATE model.permutation_nulls SET block_batches = {batches}")
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    assert said in render(signal_plant)


def test_a_lever_refused_at_a_gate_shows_the_verdict_of_that_gate(signal_plant):
    signal_plant.execute(
        "UPDATE economics.levers SET basis = 'refused', gate = 2, is_in_programme = false, "
        "refusal_code = 'verdict', judged_verdict = 'no_signal', judged_gate = 2, "
        "reason = 'Verdict no_signal at gate 2: nothing was found.' WHERE lever = 'alert.failure'"
    )
    html = render(signal_plant)
    shown = '<span class="chip chip-no-signal">no signal</span> at stage 2 (dispensing)'
    assert shown in html
    lever = content(Facts(signal_plant.query))["levers"][0]
    assert lever["reason"] == "No signal at stage 2 (dispensing); why stands in the full report."


def test_a_lever_at_release_shows_the_verdict_it_rests_on(signal_plant):
    signal_plant.execute(
        "UPDATE economics.levers SET basis = 'refused', gate = 7, is_in_programme = false, "
        "refusal_code = 'verdict', judged_verdict = 'leak_suspected', judged_gate = 5, "
        "reason = 'Verdict leak_suspected at gate 5: answer first.' WHERE lever = 'alert.failure'"
    )
    assert "leak suspected</span> at stage 5 (packaging)" in render(signal_plant)


def test_an_open_question_stands_beside_the_verdict_it_keeps_open(signal_plant):
    rows = [leak_question_row("failure", "parameter.hardness_n", "Hardness")]
    signal_plant.put("evidence.leak_questions", _shaped("evidence.leak_questions", rows))
    signal_plant.execute("UPDATE model.verdicts SET verdict = 'leak_suspected', route = NULL")
    signal_plant.execute("DELETE FROM economics.scenarios")
    signal_plant.execute("UPDATE economics.levers SET is_in_programme = false")
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    html = render(signal_plant)
    answer = html[html.index('id="answer"') : html.index('id="cost"')]
    assert 'data-claim="leak.question[failure/parameter.hardness_n]"' in answer
    assert "AUC" not in answer
    assert "figures without what is asked about" in html[html.index('id="strength"') :]
    assert "They wait for the answer to the question above." in html
    assert rows[0]["question"] in content(Facts(signal_plant.query))["sure"]
