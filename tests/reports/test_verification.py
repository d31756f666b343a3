"""A report that no longer tells the truth is found, whatever was changed."""

import shutil

import pytest

from reports.report import write_report
from reports.verification import ReportMissingError, verify


@pytest.fixture(scope="module")
def honest_report(untouched_signal_plant, tmp_path_factory):
    return write_report(untouched_signal_plant, tmp_path_factory.mktemp("honest"))


@pytest.fixture
def report(honest_report, tmp_path):
    """A copy of the report, to be tampered with."""
    shutil.copytree(honest_report.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / honest_report.name


def _wheres(mismatches):
    return {mismatch.where for mismatch in mismatches}


def test_an_honest_report_has_no_mismatch(signal_plant, report):
    assert verify(signal_plant, report) == []


def test_an_honest_report_without_a_signal_has_no_mismatch(mix_plant, tmp_path):
    assert verify(mix_plant, write_report(mix_plant, tmp_path)) == []


def test_a_tampered_table_is_found(signal_plant, report):
    signal_plant.execute("UPDATE model.verdicts SET auc = 0.99 WHERE gate = 5")
    found = _wheres(verify(signal_plant, report))
    assert "claim verdict.auc[failure/5]" in found
    assert "chart auc_by_gate[failure]" in found


def test_tampered_claims_are_found(signal_plant, report):
    signal_plant.execute(
        "UPDATE evidence.claims SET value = 9e6, value_text = '$9M' "
        "WHERE claim_id = 'savings.measure[base/annual_net_savings_usd]'"
    )
    found = _wheres(verify(signal_plant, report))
    assert "claim savings.measure[base/annual_net_savings_usd]" in found
    assert "page savings.measure[base/annual_net_savings_usd]" in found


def test_a_removed_row_is_found(signal_plant, report):
    signal_plant.execute("DELETE FROM economics.assumptions WHERE name = 'discount_rate'")
    assert "claim assumption.base[discount_rate]" in _wheres(verify(signal_plant, report))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (">0.81</span>", ">0.91</span>", "page verdict.auc[failure/5]"),
        (
            'data-value="500"><span class="v">500',
            'data-value="900"><span class="v">900',
            "page scope.batches",
        ),
        ("(0.73 to 0.88)", "(0.79 to 0.83)", "page verdict.auc[failure/5]"),
        ("it is evidence of nothing", "it is evidence of everything", "words"),
        ('"hoverinfo":"skip"', '"hoverinfo":"all"', "chart cost_by_category"),
    ],
)
def test_a_tampered_page_is_found(signal_plant, report, old, new, where):
    pages = [report, *report.parent.glob("pages/*.html")]
    page = next(each for each in pages if old in each.read_text(encoding="utf-8"))
    html = page.read_text(encoding="utf-8")
    page.write_text(html.replace(old, new), encoding="utf-8")
    assert where in _wheres(verify(signal_plant, report))


def test_a_page_that_is_gone_is_found(signal_plant, report):
    (report.parent / "pages" / "drivers.html").unlink()
    assert "page pages/drivers.html" in _wheres(verify(signal_plant, report))


def test_an_invented_figure_is_found(signal_plant, report):
    html = report.read_text(encoding="utf-8")
    figure = '<span data-claim="made.up" data-part="full" data-value="1">$9M</span>'
    report.write_text(html.replace("</main>", figure + "</main>"), encoding="utf-8")
    assert {"page made.up", "page"} <= _wheres(verify(signal_plant, report))


def test_a_missing_report_is_one_clear_error(signal_plant, tmp_path):
    with pytest.raises(ReportMissingError, match="lotwise report"):
        verify(signal_plant, tmp_path / "report.html")
