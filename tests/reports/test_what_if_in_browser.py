"""The live page in headless Chromium: it computes what Python computes, at once, from one file."""

import statistics
from pathlib import Path

import pytest

from reports.what_if.page import render_what_if
from tests.reports.live_pages import published_with, python_figures, random_settings, values_of
from tests.reports.test_report_in_browser import CHROMIUM, CUT_OFF
from tests.savings.live_plants import live_plant

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed: the live page was not opened in a browser"
)
EVERY_KIND = ("alert", "window", "lots", "maintenance", "inspection", "release")
TILES = """() => Object.fromEntries([...document.querySelectorAll('[data-figure]')].map(tile =>
  [tile.dataset.figure, ['p10', 'p50', 'p90'].map(end => Number(tile.dataset[end]))]))"""
SHOWN = """() => [...document.querySelectorAll('[data-figure]')].map(tile =>
  [tile.dataset.figure, tile.querySelector('.value').textContent,
   tile.querySelector('.interval').textContent])"""
# Opens a link on the page itself, and waits until the page has read it.
OPEN = """hash => new Promise(done => {
  addEventListener('hashchange', () => done(), { once: true });
  location.hash = hash;
})"""
# Milliseconds from the moment a slider moves until every figure and the chart stand.
ANSWER_MS = """() => {
  const sliders = [...document.querySelectorAll('input[type=range]')];
  return sliders.map(slider => {
    slider.value = Number(slider.min) + 0.3 * (Number(slider.max) - Number(slider.min));
    const start = performance.now();
    slider.dispatchEvent(new Event('input'));
    document.body.getBoundingClientRect();
    return performance.now() - start;
  });
}"""


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def plant():
    return live_plant(EVERY_KIND, draws=20_000)


@pytest.fixture(scope="module")
def drawn(plant):
    return values_of(plant)


@pytest.fixture(scope="module")
def file(plant, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("live") / "what_if.html"
    path.write_text(render_what_if(published_with(plant)), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, file):
    """Open the page, and afterwards find that it asked nobody and complained of nothing."""
    complaints, requests, pages = [], [], []

    def opening(width=1280, hash_="", **settings):
        page = browser.new_page(viewport={"width": width, "height": 900}, **settings)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: requests.append(asked.url))
        page.goto(file.as_uri() + hash_)
        page.wait_for_selector("body[data-ready=yes]")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        pages.append(page)
        return page

    yield opening
    for page in pages:
        page.close()
    assert complaints == []
    assert {url.split("#")[0] for url in requests} == {file.as_uri()}


def link_of(settings):
    return "#run=x&" + "&".join(f"{name}={value!r}" for name, value in settings.items())


@pytest.mark.parametrize(("width", "seeds"), [(1280, range(100)), (390, range(100, 200))])
def test_random_settings_equal_python_on_the_same_draws(opened, plant, drawn, width, seeds):
    page = opened(width)
    for seed in seeds:
        settings = random_settings(plant, seed)
        page.evaluate(OPEN, link_of(settings))
        shown = page.evaluate(TILES)
        expected = python_figures(plant, drawn, settings)
        assert set(shown) == set(expected) & set(shown)
        for name, ends in shown.items():
            assert ends == pytest.approx(expected[name], rel=1e-9, abs=1e-9), (seed, name)


def test_it_answers_within_a_tenth_of_a_second(opened):
    times = opened(390).evaluate(ANSWER_MS)
    assert len(times) > 20
    assert statistics.median(times) < 100


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off(opened, width, scheme):
    page = opened(width, "#discount_rate=0.1", color_scheme=scheme)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert page.evaluate(CUT_OFF) == []
    outside = """() => [...document.querySelectorAll('#cash-chart text')].filter(text => {
      const box = text.getBoundingClientRect();
      const frame = document.getElementById('cash-chart').getBoundingClientRect();
      return box.right > frame.right + 1 || box.left < frame.left - 1; }).length"""
    assert page.evaluate(outside) == 0


def test_at_rest_it_is_the_run_and_a_moved_page_says_it_is_not(opened):
    page = opened()
    at_rest = page.evaluate(SHOWN)
    assert "run’s own figures" in page.inner_text("#standing")
    assert page.is_hidden("#reset")
    assert page.locator(".was:visible").count() == 0
    name = page.get_attribute("[data-input]", "data-input")
    slider = page.locator(f"#range-{name}")
    slider.focus()
    page.keyboard.press("ArrowRight")  # by the keyboard alone
    assert "no longer the run’s evidence" in page.inner_text("#standing")
    assert page.evaluate(SHOWN) != at_rest
    assert page.inner_text(f"[data-input={name}] .state") == "fixed"
    page.click("#reset")
    assert page.evaluate(SHOWN) == at_rest
    assert "run’s own figures" in page.inner_text("#standing")
    assert page.evaluate("location.hash") == ""


def test_a_link_restores_the_case(opened):
    page = opened()
    page.fill("#number-discount_rate", "0.1")
    name = page.get_attribute("[data-input]", "data-input")
    page.locator(f"#range-{name}").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(  # the address follows a moment later, and may hold the first alone
        "name => location.hash.includes('discount_rate=0.1') && location.hash.includes(name + '=')",
        arg=name,
    )
    shown = page.evaluate(SHOWN)
    other = opened(1280, page.evaluate("location.hash"))
    assert other.evaluate(SHOWN) == shown
    assert other.input_value("#number-discount_rate") == "0.1"
    assert other.is_hidden("#link-notice")


def test_a_link_that_does_not_fit_is_told_and_not_followed_blindly(opened):
    link = "#run=another&discount_rate=7&nobody=1&failure_rate=much"
    page = opened(1280, link)
    notice = page.inner_text("#link-notice")
    assert "another run" in notice
    assert "“nobody”" in notice
    assert "“much” is no number" in notice
    assert "7 lies outside the range of Discount rate" in notice
    highest = page.get_attribute("#number-discount_rate", "max")
    assert page.input_value("#number-discount_rate") == highest


def test_a_number_outside_the_range_is_not_taken(opened):
    page = opened()
    before = page.evaluate(SHOWN)
    page.fill("#number-discount_rate", "7")
    assert page.get_attribute("#number-discount_rate", "aria-invalid") == "true"
    assert page.evaluate(SHOWN) == before


def test_every_input_has_a_label_with_its_unit(opened, plant):
    page = opened()
    units = {row["input"]: row["unit"] for row in plant.case.live_inputs.iter_rows(named=True)}
    names = page.evaluate(
        "[...document.querySelectorAll('[data-input]')].map(x => x.dataset.input)"
    )
    movable = plant.case.live_inputs.filter("is_uncertain")
    assert set(names) == set(movable.filter(movable["low"] < movable["high"])["input"])
    for name in names:
        assert units[name] in page.locator(f"#label-{name}").text_content()
        assert page.get_attribute(f"#range-{name}", "aria-labelledby") == f"label-{name}"


def test_numbers_are_written_as_the_report_writes_them(opened, plant, drawn):
    from reports.formats import money, number, probability

    write = {"money": money, "number": number, "probability": probability}
    page = opened()
    formats = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-figure]')].map(x => "
        "[x.dataset.figure, x.dataset.format]))"
    )
    for seed in range(40):
        settings = random_settings(plant, seed)
        page.evaluate(OPEN, link_of(settings))
        expected = python_figures(plant, drawn, settings)
        for name, value, interval in page.evaluate(SHOWN):
            low, middle, high = expected[name]
            ends = (low, high) if low < high else (None, None)
            said = write[formats[name]](middle, *ends)
            assert value == said.value, (seed, name)
            assert interval == (f"P10 to P90: {said.interval}" if said.interval else "")
