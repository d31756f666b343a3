"""The report as a reader sees it: headless Chromium at desk and phone width, and on paper."""

from pathlib import Path

import pytest

from reports.report import write_report

CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).is_file()),
    None,
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed: the report was not opened in a browser"
)
DRAWN = "() => document.querySelectorAll('[data-plot]:not([data-drawn])').length === 0"
CUT_OFF = """() => [...document.querySelectorAll('main *')].filter(node => {
  const box = node.getBoundingClientRect();
  const scrolls = node.closest('.table, .plot, details:not([open]), .visually-hidden, thead');
  return box.width > 0 && !scrolls && (box.right > innerWidth + 1 || box.left < -1);
}).map(node => node.tagName + ': ' + node.textContent.slice(0, 60))"""
# Text that a chart draws outside its own frame would be clipped.
CLIPPED = """() => [...document.querySelectorAll('[data-plot]')].flatMap(plot => {
  const frame = plot.getBoundingClientRect();
  return [...plot.querySelectorAll('svg text')].filter(text => {
    const box = text.getBoundingClientRect();
    return box.width > 0 && (box.right > frame.right + 1 || box.left < frame.left - 1);
  }).map(text => plot.dataset.plot + ': ' + text.textContent);
})"""


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("case", ["signal_plant", "mix_plant", "bare_plant"])
def test_nothing_is_cut_off_and_nothing_complains(browser, case, width, request, tmp_path):
    file = write_report(request.getfixturevalue(case), tmp_path)
    complaints, requests, drawn = [], [], 0
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: requests.append(asked.url))
    for each in (file, *sorted(tmp_path.glob("pages/*.html"))):
        page.goto(each.as_uri())
        page.wait_for_function(DRAWN, timeout=20_000)
        assert complaints == [], each.name
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), each.name
        assert page.evaluate(CUT_OFF) == [], each.name
        assert page.evaluate(CLIPPED) == [], each.name
        drawn += page.evaluate("document.querySelectorAll('[data-plot] .main-svg').length")
    assert (drawn > 0) is (case != "bare_plant")
    assert all(url.startswith(("file:", "data:", "blob:")) for url in requests)
    page.close()


def test_it_prints_on_a4(browser, signal_plant, tmp_path):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    file = write_report(signal_plant, tmp_path)
    for each, least, most in ((file, 3, 15), (tmp_path / "pages" / "drivers.html", 1, 10)):
        page.goto(each.as_uri())
        page.wait_for_function(DRAWN, timeout=20_000)
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        assert printed.startswith(b"%PDF")
        sheets = printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ")
        assert least <= sheets <= most, each.name
    page.close()


def test_without_plotly_beside_it_a_page_says_so(browser, signal_plant, tmp_path):
    file = write_report(signal_plant, tmp_path)
    (tmp_path / "plotly.min.js").unlink()
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.locator("#no-plotly").is_visible()
    page.close()
