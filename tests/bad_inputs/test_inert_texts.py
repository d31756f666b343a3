"""What people typed into records acts nowhere: in no report, workbook or PDF, on no terminal."""

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from data_contracts.untrusted.inert_text import told, visible, visible_line

CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).is_file()),
    None,
)
ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
SCRIPT = "<script>window.owned=1</script>"
IMAGE = "<img src=x onerror=window.owned=2>"
LINK = "<a href='https://example.org/owned'>here</a>"
# A page named by its batch or parameter in letters, digits and a hash: it leads nowhere else.
PAGE_OF_ITS_OWN = re.compile(r"(?:(?:\.\./)?(?:batches|parameters)/)?[\w-]+\.html")
ESCAPE, TURNED, UNSEEN = "\x1b]0;owned\x07\x1b[2J", "\u202eevil\u202c", "ze\u200bro"
PRODUCTS = [f"P1 {SCRIPT}", f"=1+1 {IMAGE} {TURNED}", f"@SUM(A1) {{{{7*7}}}} {LINK}"]
TESTS = [f"assay {IMAGE}", f"=cmd|' /C calc'!A0 {TURNED}", f"-1 $x^{{$ #import {ESCAPE}"]
CATEGORIES = [f"+1 {LINK}", f"spill {SCRIPT} {UNSEEN}", "[bold red]markup[/] :bomb:"]
MODES = [f"mode {SCRIPT}{ESCAPE}", f"=2+2 {TURNED}", "$\\frac$ #eval(1) *bold* @ref"]

PROFILE = """\
profile: hostile
title: {title}
files:
  batches: {{path: "b*.csv"}}
  results: {{path: results.csv}}
  deviations: {{path: deviations.csv}}
tables:
  batches:
    file: batches
    same_names:
      [batch_id, production_order, product, started_at, ended_at, disposition, failure_mode]
  parameters:
    file: results
    same_names: [batch_id, stage, parameter, value, unit]
  deviations:
    file: deviations
    same_names: [deviation_id, batch_id, stage, category, severity, description, opened_at]
outcomes:
  - name: failure
    title: {outcome}
    rule: disposition = 'rejected'
    first_known_stage: 6
"""


def quoted(cells: list[object]) -> str:
    return ",".join('"' + str(cell).replace('"', '""') + '"' for cell in cells)


def batch_name(n: int) -> str:
    return f"B{n:03d}{[SCRIPT, ESCAPE, TURNED, '=1+1', UNSEEN][n % 5]}"


def write_source(folder: Path) -> tuple[Path, Path]:
    """Write the profile and the data of a plant whose every text is hostile."""
    data = folder / "data"
    data.mkdir()

    profile = folder / "hostile.yaml"
    titles = {"title": f"Plant {SCRIPT}{TURNED}", "outcome": f"=1+1 rejected {IMAGE} {LINK}"}
    profile.write_text(PROFILE.format(**{k: json.dumps(v) for k, v in titles.items()}))
    batches = ["batch_id,production_order,product,started_at,ended_at,disposition,failure_mode"]
    results = ["batch_id,stage,parameter,value,unit"]
    deviations = ["deviation_id,batch_id,stage,category,severity,description,opened_at"]
    for n in range(1, 161):
        day = f"2024-{1 + n // 27:02d}-{1 + n % 27:02d}"
        is_failed = n % 7 == 0
        batches.append(
            quoted(
                [batch_name(n), n, PRODUCTS[n % 3], f"{day} 08:00:00", f"{day} 12:00:00"]
                + (["rejected", MODES[n % 3]] if is_failed else ["released", ""])
            )
        )
        for place, name in enumerate(TESTS):
            value = (n * (place + 3)) % 11 + (20 if is_failed and place == 0 else 0)
            results.append(quoted([batch_name(n), 3, name, value, "%"]))
        if n % 4 == 0:
            text = f"{SCRIPT}{IMAGE}{ESCAPE}{TURNED} {{% raw %}} #panic() {n % 5}"
            deviations.append(
                quoted([f"D{n}{SCRIPT}", batch_name(n), 3, CATEGORIES[n % 3], "minor", text, day])
            )
    batches.append(quoted([f"B999{ESCAPE}{TURNED}", "one", PRODUCTS[0], "", "", "released", ""]))
    (data / "b<img src=x onerror=1>\x1b[31m\u202e.csv").write_text("\n".join(batches) + "\n")
    (data / "results.csv").write_text("\n".join(results) + "\n")
    (data / "deviations.csv").write_text("\n".join(deviations) + "\n")
    (data / "notes \x1b[2J\u202e<script>.txt").write_text("unread")
    return profile, data


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A profile, its data, and where its home will be."""
    folder = tmp_path_factory.mktemp("hostile")
    profile, data = write_source(folder)
    return profile, data, folder / "home"


@pytest.fixture(scope="module")
def ran(
    hostile: tuple[Path, Path, Path], lotwise: Callable[..., subprocess.CompletedProcess[str]]
) -> subprocess.CompletedProcess[str]:
    profile, data, home = hostile
    return lotwise("run", "--quick", "--source", profile, "--data", data, "--home", home)


def said_without_acting(done: subprocess.CompletedProcess[str]) -> str:
    said = done.stdout + done.stderr
    assert not ACTIVE.search(said), repr(ACTIVE.search(said))
    assert "Traceback" not in said
    return said


def test_a_run_says_texts_of_records_without_acting(ran) -> None:
    said = said_without_acting(ran)
    assert "\\x1b[31m" in said  # the file of the record refused
    assert "Warning" not in said


def test_check_says_texts_of_records_without_acting(hostile, lotwise) -> None:
    profile, data, _ = hostile
    said = said_without_acting(lotwise("check", "--source", profile, "--data", data))
    assert "b<img src=x onerror=1>\\x1b[31m\\u202e.csv, line" in said
    assert "notes \\x1b[2J\\u202e<script>.txt" in said


def test_a_query_prints_texts_of_records_without_acting(hostile, ran, lotwise) -> None:
    assert ran.returncode == 0
    query = "SELECT batch_id, product FROM core.batches ORDER BY production_order LIMIT 5"
    said = said_without_acting(lotwise("sql", query, "--home", hostile[2]))
    assert "B001\\x1b]0;owned\\x07\\x1b[2J" in said
    in_json = lotwise("sql", query, "--home", hostile[2], "--format", "json")
    assert not ACTIVE.search(in_json.stdout)
    in_csv = lotwise("sql", query, "--home", hostile[2], "--format", "csv")
    assert batch_name(1) in in_csv.stdout  # a file gets what was delivered


def test_what_was_delivered_is_kept_as_it_was(hostile, ran) -> None:
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    assert ran.returncode == 0
    with open_published(Home(hostile[2])) as published:
        frame = published.query("SELECT batch_id FROM core.batches ORDER BY production_order")
    assert frame["batch_id"].to_list() == [batch_name(n) for n in range(1, 161)]


class Elements(HTMLParser):
    """Every element of a page, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_pages_show_markup_as_text(hostile, ran) -> None:
    assert ran.returncode == 0
    shown = ""
    for file in sorted((hostile[2] / "reports" / "latest").rglob("*.html")):
        shown += _inert_words(file.read_text(encoding="utf-8"))
    assert IMAGE in shown


def _inert_words(html: str) -> str:
    """Return what a page says, once nothing in it can act."""
    page = Elements()
    page.feed(html)
    assert not [tag for tag, _ in page.found if tag in ("img", "iframe", "object", "embed")]
    links = [given["href"] or "" for tag, given in page.found if tag == "a" and "href" in given]
    assert not [link for link in links if "owned" in link and not PAGE_OF_ITS_OWN.fullmatch(link)]
    handlers = [name for _, given in page.found for name in given if name.startswith("on")]
    assert not handlers
    body = html[html.index("<body") :]
    for direction in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        assert direction not in re.sub(r"<script(?! type=\"application/json).*?</script>", "", body)
    return " ".join(page.words)


def test_the_data_docs_show_markup_as_text(hostile, ran) -> None:
    assert ran.returncode == 0
    shown = ""
    for file in (hostile[2] / "data_docs").rglob("*.html"):
        html = file.read_text(encoding="utf-8")
        page = Elements()
        page.feed(html)
        assert {tag for tag, _ in page.found}.isdisjoint({"img", "script", "iframe", "object"})
        assert not [name for _, given in page.found for name in given if name.startswith("on")]
        assert not ACTIVE.search(html.replace("\n", "").replace("\t", "")), file
        shown += "".join(page.words)
    assert "b<img src=x onerror=1>\\x1b[31m\\u202e.csv" in shown  # the file of the record refused


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: the report was not opened in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


def test_no_script_of_a_record_runs_in_the_report(browser, hostile, ran) -> None:
    assert ran.returncode == 0
    page = browser.new_page()
    complaints, asked, dialogs = [], [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    drawn = "() => document.querySelectorAll('[data-plot]:not([data-drawn])').length === 0"
    for file in sorted((hostile[2] / "reports" / "latest").rglob("*.html")):
        page.goto(file.as_uri())
        page.wait_for_function(drawn, timeout=20_000)
        assert page.evaluate("window.owned") is None
        assert complaints == []
        assert dialogs == []
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
        outward = (
            "[...document.querySelectorAll('a')].map(a => a.getAttribute('href') || '')"
            ".filter(to => /owned/.test(to))"
        )
        led = page.evaluate(outward)  # Plotly makes links of <a> in a label
        assert [to for to in led if not PAGE_OF_ITS_OWN.fullmatch(to)] == []
    page.close()


def test_the_workbook_has_no_formula_of_a_record(hostile, ran) -> None:
    assert ran.returncode == 0
    with zipfile.ZipFile(hostile[2] / "reports" / "latest" / "business_case.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
        texts = book.read("xl/sharedStrings.xml").decode()
    formulas = [found for sheet in sheets for found in re.findall("<f>(.*?)</f>", sheet)]
    assert formulas
    assert not [one for one in formulas if re.search(r"cmd|calc|1\+1|2\+2|SUM\(A1\)", one)]
    assert not ACTIVE.search(texts)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_summary_sets_texts_and_runs_none(hostile, ran) -> None:
    assert ran.returncode == 0
    summary = hostile[2] / "reports" / "latest" / "summary.pdf"
    said = subprocess.run(
        ["pdftotext", "-layout", summary, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert not ACTIVE.search(said.replace("\f", ""))
    assert b"/JavaScript" not in summary.read_bytes()
    assert "onerror" in said


def test_verify_agrees_with_a_report_of_hostile_texts(hostile, ran, lotwise) -> None:
    assert ran.returncode == 0
    said_without_acting(lotwise("verify", "--home", hostile[2]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, naïve, 試験 \t\n", "plain, naïve, 試験 \t\n"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202eb\u200bc\ufeff", "a\\u202eb\\u200bc\\ufeff"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_acts_unseen_is_shown_as_its_code(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert "\n" not in visible_line(text)


def test_a_message_is_cut_in_its_middle() -> None:
    assert told("no file 'a.csv'; put it there") == "no file 'a.csv'; put it there"
    cut = told(f"'{'x' * 10_000}' is no name; give another")
    assert cut.startswith("'xxx")
    assert cut.endswith("x' is no name; give another")
    assert len(cut) < 400
    assert len(told("one word after another " * 1_000)) < 3_600
