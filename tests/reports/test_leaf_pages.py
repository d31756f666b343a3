"""Pages of batches and parameters, and the index: what they say, when they are drawn again."""

import json
import re
import shutil

import pytest

from reports.figures.models import beeswarm
from reports.pages.facts import Facts
from reports.report import write_report
from reports.site.file_names import file_name
from reports.site.leaf_pages import leaf_pages
from reports.verification import verify
from tests.reports.conftest import _shaped
from tests.reports.leaf_rows import BATCH, BEFORE, leaf_tables

CHROMIUM = shutil.which("chromium")


@pytest.fixture
def leafy_plant(signal_plant):
    for name, rows in leaf_tables().items():
        signal_plant.put(name, _shaped(name, rows))
    return signal_plant


def _drawn(plant, folder, name):
    return leaf_pages(Facts(plant.query)).folders[folder][file_name(name)].draw()


def _figures(html):
    found = re.findall(r'data-figure="([^"]+)">(.*?)</script>', html, re.S)
    return {name: json.loads(text) for name, text in found}


def test_a_page_of_a_batch_opens_with_its_contributions(leafy_plant):
    html = _drawn(leafy_plant, "batches", BATCH)
    headings = re.findall(r"<h2>(.*?)</h2>", html)
    assert headings[0] == "What moved its prediction"
    assert headings[-1] == "What was unusual about it"
    assert "Blender torque &lt;b&gt;" in html
    assert "+0.25" in html
    assert "<b>" not in html
    assert "Blender load" not in html.partition('id="trajectories"')[0].partition("<tbody>")[2]


def test_its_charts_hold_the_records(leafy_plant):
    charts = _figures(_drawn(leafy_plant, "batches", BATCH))
    assert charts.keys() == {"waterfall", "driver-1", "curve-1", "time-line"}
    bars = charts["waterfall"]["data"][0]
    assert bars["x"] == [0.25, -0.02]
    assert bars["base"] == pytest.approx([0.02, 0.27])
    own = next(each for each in charts["driver-1"]["data"] if each["name"] == "this batch")
    assert own["y"] == [2.68]  # 2 + 34 / 50
    curve = next(each for each in charts["curve-1"]["data"] if each.get("name") == "this batch")
    assert curve["y"][:2] == [10.125, 10.25]
    kinds = [each["name"] for each in charts["time-line"]["data"]]
    assert kinds[:3] == ["phase", "deviation", "equipment"]
    equipment = charts["time-line"]["data"][2]
    assert len(equipment["x"]) == 3  # the cleaning two days before; not the one forty days before


def test_a_dot_of_the_swarm_is_a_bar_of_the_waterfall(leafy_plant):
    """The lines of every page together: those that lead by the same cluster are one row."""
    rows = leaf_tables()["finding.batch_contributions"]
    again = rows[0] | {"batch_id": BEFORE, "contribution": 0.1, "value": 2.0}
    again |= {"features": "parameter.load, parameter.torque"}
    name = "finding.batch_contributions"
    leafy_plant.put(name, _shaped(name, [*rows, again]))
    frame = leafy_plant.query(beeswarm.SQL)
    both, alone = beeswarm.draw(frame).data
    assert list(both["x"]) == [0.1, 0.25]
    assert list(both["marker"]["color"]) == [0.5, 1.0]  # 2 is good batches' middle, 5.5 is beyond
    assert list(alone["x"]) == [-0.02]
    assert frame["title"].unique(maintain_order=True).to_list() == [
        "Blender torque <b> and 1 more",
        "Blender load",
    ]


def test_lines_of_two_outcomes_are_not_added_up(leafy_plant):
    """Only the outcome foretold more surely is drawn: its bars end at its own prediction."""
    rows = leaf_tables()["finding.batch_contributions"]
    other = {"outcome": "assay", "base_value": 0.1, "predicted_value": 0.6, "contribution": 0.5}
    name = "finding.batch_contributions"
    leafy_plant.put(name, _shaped(name, [*rows, rows[0] | other]))
    html = _drawn(leafy_plant, "batches", BATCH)
    bars = _figures(html)["waterfall"]["data"][0]
    assert (bars["x"], bars["base"]) == ([0.5], pytest.approx([0.1]))
    assert "Its risk of assay, against 40 good batches" in html


def test_like_batches_are_linked_where_they_have_a_page(leafy_plant):
    html = _drawn(leafy_plant, "batches", BATCH)
    assert f'<a href="{BEFORE}.html">{BEFORE}</a>' in html
    assert '<a href="B00001.html">' not in html


def test_without_a_model_a_page_says_why_there_are_no_contributions(signal_plant):
    assert "No contributions: no model shows" in _drawn(signal_plant, "batches", BATCH)


def test_every_failed_batch_and_every_parameter_has_a_page(leafy_plant):
    folders = leaf_pages(Facts(leafy_plant.query)).folders
    failed = leafy_plant.query("SELECT batch_id FROM core.outcomes WHERE is_failure")
    assert folders["batches"].keys() == {f"{batch}.html" for batch in failed["batch_id"]}
    quantities = leafy_plant.query(
        "SELECT DISTINCT quantity FROM feature.dictionary WHERE quantity IS NOT NULL"
    )
    assert len(folders["parameters"]) == quantities.height


def test_only_pages_whose_inputs_changed_are_drawn_again(leafy_plant, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    write_report(leafy_plant, first)
    leafy_plant.execute("UPDATE finding.batch_contributions SET value = 5.6 WHERE rank = 1")
    write_report(leafy_plant, second, before=first)
    is_kept = {
        page.name: page.samefile(second / "batches" / page.name)
        for page in (first / "batches").glob("*.html")
    }
    assert [name for name, kept in is_kept.items() if not kept] == [f"{BATCH}.html"]
    assert "5.6" in (second / "batches" / f"{BATCH}.html").read_text(encoding="utf-8")
    assert "5.5" in (first / "batches" / f"{BATCH}.html").read_text(encoding="utf-8")


def test_a_page_somebody_changed_is_not_taken_over(leafy_plant, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    write_report(leafy_plant, first)
    changed = first / "batches" / f"{BATCH}.html"
    changed.write_text(changed.read_text(encoding="utf-8").replace("+0.25", "+0.99"))
    write_report(leafy_plant, second, before=first)
    assert "+0.99" not in (second / "batches" / f"{BATCH}.html").read_text(encoding="utf-8")


def test_a_batch_that_no_longer_failed_has_no_page_left(leafy_plant, tmp_path):
    write_report(leafy_plant, tmp_path)
    leafy_plant.execute(f"UPDATE core.outcomes SET is_failure = false WHERE batch_id = '{BATCH}'")
    write_report(leafy_plant, tmp_path)
    assert not (tmp_path / "batches" / f"{BATCH}.html").exists()


@pytest.mark.parametrize("tampered", [f"batches/{BATCH}.html", "index.html"])
def test_verify_finds_a_changed_leaf(leafy_plant, tmp_path, tampered):
    report = write_report(leafy_plant, tmp_path)
    assert verify(leafy_plant, report) == []
    page = tmp_path / tampered
    page.write_text(page.read_text(encoding="utf-8").replace("failed", "passed"), encoding="utf-8")
    where = "index" if tampered == "index.html" else f"page {tampered}"
    assert where in {mismatch.where for mismatch in verify(leafy_plant, report)}


@pytest.mark.parametrize("folder", ["pages", "batches"])
def test_verify_finds_a_page_too_many(leafy_plant, tmp_path, folder):
    report = write_report(leafy_plant, tmp_path)
    (tmp_path / folder / "savings_doubled.html").write_text("<p>Believe me.</p>")
    said = [str(each) for each in verify(leafy_plant, report)]
    assert [each for each in said if "gives no such page" in each] == [
        f"page {folder}/savings_doubled.html: is there, and the warehouse gives no such page"
    ]


def test_names_of_files_never_meet():
    names = ["B1", "b/1", "b_1", "..", "a" * 200, "a" * 201, "", "lot:7"]
    files = [file_name(name) for name in names]
    assert len(set(files)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+\.html", file) for file in files)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no page was opened")
def test_the_index_finds_a_batch_in_one_step_and_sorts(leafy_plant, tmp_path):
    from playwright.sync_api import sync_playwright

    write_report(leafy_plant, tmp_path)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = opened.new_page(viewport={"width": 390, "height": 800})
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((tmp_path / "index.html").as_uri())
        page.get_by_role("button", name="Started").click()
        page.get_by_role("button", name="Started").click()
        first = page.locator("#index tbody tr").first.inner_text()
        assert re.search(r"\d{4}-\d\d-\d\d", first)  # the latest first
        page.locator("#find").fill(BATCH.lower())
        page.locator("#find").press("Enter")
        page.wait_for_url(f"**/batches/{BATCH}.html")
        drawn = "() => document.querySelectorAll('[data-plot]:not([data-drawn])').length === 0"
        page.wait_for_function(drawn, timeout=20_000)
        assert page.locator("h1").inner_text() == BATCH
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        assert complaints == []
        opened.close()


def test_what_adds_next_to_nothing_is_no_line_of_its_own(leafy_plant):
    rows = leaf_tables()["finding.batch_contributions"]
    many = [
        rows[1] | {"rank": 3 + i, "title": f"Idle {i}", "feature": f"parameter.idle_{i}"}
        | {"features": f"parameter.idle_{i}", "contribution": 1e-7}
        for i in range(3)
    ]  # fmt: skip
    name = "finding.batch_contributions"
    leafy_plant.put(name, _shaped(name, [*rows, *many]))
    html = _drawn(leafy_plant, "batches", BATCH)
    assert "Idle" not in html
    bars = _figures(html)["waterfall"]["data"][0]
    assert bars["x"] == pytest.approx([0.25, -0.02, 3e-7])
    assert "3 other lines" in html
