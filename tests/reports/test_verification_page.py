"""The page of charts: every chart is on it, signals come first, and no text can act."""

import json
import re

import pytest

from assets.marts.defs import SQL
from reports.pages.registry import PAGES_BESIDE
from reports.protocol.folder import FOLDER, LIST_NAME
from reports.verification_page.page import VERIFICATION_NAME, render_verification_page
from reports.verification_page.screening import screening
from reports.what_if.page import WHAT_IF_NAME
from tests.process_verification.verified_records import (
    batches,
    noise,
    plan_of,
    records,
    results,
    tables_of,
)

EVIL = "</script><b>assay"


@pytest.fixture
def charted(signal_plant):
    values = noise(160, seed=2)
    values[110:] += 6
    made = records(
        batches=batches(160),
        lab_results=[
            *results(values, low=90.0, high=110.0),
            *results(noise(160), EVIL, low=90.0, high=110.0),
        ],
    )
    plan = plan_of(made)
    for name, frame in {**tables_of(made, plan), "finding.chart_plan": plan}.items():
        signal_plant.put(name, frame)
    select = (SQL / "chart_signals.sql").read_text(encoding="utf-8")
    signal_plant.execute("CREATE SCHEMA IF NOT EXISTS mart")
    signal_plant.execute(f"CREATE OR REPLACE TABLE mart.chart_signals AS {select}")
    return signal_plant


def test_every_chart_is_there_and_what_signals_comes_first(charted):
    html = render_verification_page(charted)
    shown = re.findall(r'class="multiple[^"]*" data-chart="([^"]+)"', html)
    assert len(shown) == 2
    assert shown[0] == "P1 / lab_result / 6 / assay_pct"
    assert "2 charts, one promise: 1 false alarm a month" in html
    assert "moved up, since" in html
    embedded = re.search(r'id="data">(.*?)</script>', html, re.DOTALL)
    assert embedded is not None
    data = json.loads(embedded[1])
    points = data["charts"]["P1 / lab_result / 6 / assay_pct"]
    assert len(points["value"]) == 160
    assert points["baseline"][:51] == [True] * 50 + [False]
    assert {"level"} <= set(points["signal"])


def test_no_text_of_the_plant_can_act(charted):
    html = render_verification_page(charted)
    assert EVIL not in html
    assert "\\u003c/script\\u003e\\u003cb\\u003eassay" in html


def test_the_same_warehouse_gives_the_same_page(charted):
    assert render_verification_page(charted) == render_verification_page(charted)
    assert VERIFICATION_NAME == "process_verification.html"
    beside = {VERIFICATION_NAME, WHAT_IF_NAME, f"{FOLDER}/{LIST_NAME}"}
    assert beside == {page.file for page in PAGES_BESIDE}


def test_a_source_without_charts_says_so(signal_plant):
    html = render_verification_page(signal_plant)
    assert "Nothing of this source can be charted" in html


def test_what_lies_beyond_the_picture_stands_at_its_edge():
    row = {"chart_id": "a", "ppk": 9.0, "stability_ratio": 99.0, "standing": "capable_drifting"}
    (quantity,) = screening([row, row | {"ppk": None}])["quantities"]
    assert (quantity.x, quantity.y) == (628.0, 12.0)
