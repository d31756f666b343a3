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
    complaints, requests = [], []
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: requests.append(asked.url))
    page.goto(file.as_uri())
    page.wait_for_function(DRAWN, timeout=20_000)
    assert complaints == []
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(CLIPPED) == []
    drawn = page.evaluate("document.querySelectorAll('[data-plot] .main-svg').length > 0")
    assert drawn is (case != "bare_plant")
    assert all(url.startswith(("file:", "data:", "blob:")) for url in requests)
    page.close()


def test_it_prints_on_a4(browser, signal_plant, tmp_path):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(write_report(signal_plant, tmp_path).as_uri())
    page.wait_for_function(DRAWN, timeout=20_000)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    assert printed.startswith(b"%PDF")
    assert 4 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 30
