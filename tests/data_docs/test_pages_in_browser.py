"""The Data Docs as a reader sees them: headless Chromium at desk and phone width."""

from pathlib import Path

import polars as pl
import pytest

from data_contracts.data_docs.refused import judge_refused
from data_contracts.quality.expectations import judge
from tests.data_docs.test_pages import ACCOUNT, HOSTILE, REFUSED
from tests.data_docs.trays import TRAYS, site_of, trays

CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).is_file()),
    None,
)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no page was opened"),
    pytest.mark.xdist_group("great_expectations"),
]
PAGES = (
    *("index.html", "tables/raw.trays.html", "tables/received.trays.html"),
    "expectations/raw/trays.html",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    broken = judge(trays(vials=[1, 501, None], tray_id=["T1", "T2", HOSTILE]), TRAYS).validation
    hostile = pl.DataFrame({**REFUSED, "value": [HOSTILE * 5] * 3})
    return site_of(tmp_path_factory.mktemp("docs"), broken, judge_refused(hostile, TRAYS, ACCOUNT))


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_complain_of_nothing_and_ask_nothing(site: Path, width: int) -> None:
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    requests: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda asked: requests.append(asked.url))
        shown = []
        for name in PAGES:
            page.goto((site / name).as_uri())
            page.wait_for_selector("h1")
            assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), name
            shown.append(page.evaluate("document.querySelector('h1').innerText"))
        browser.close()
    assert shown == [
        "lotwise: what the data were held to, and what broke it",
        *("raw.trays", "received.trays", "What is expected of raw.trays"),
    ]
    assert complaints == []
    assert all(url.startswith("file:") for url in requests)
