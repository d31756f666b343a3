"""The section on the seven stages: a card each, a figure where the records are, else which lack."""

from reports.claims import evaluate
from tests.reports.conftest import _shaped
from tests.reports.whole_report import render

ROWS = [
    {
        "stage": 7, "subject": "wait", "title": "Wait to disposition", "value": 370.5, "low": 359.0,
        "high": 381.9, "unit": "h", "is_missing": False, "note": "55% of it is review.",
    },
    {
        "stage": 7, "subject": "reviewers", "title": "Effect of reviewer", "is_missing": True,
        "note": "No record says who reviewed.",
    },
    {
        "stage": 3, "subject": "scans", "title": "Spectra refused", "value": 0.02, "unit": "share",
        "is_missing": False, "note": "6 of 300 scans.",
    },
]  # fmt: skip


def test_a_card_has_its_figure_and_what_is_missing(signal_plant) -> None:
    signal_plant.put("mart.stages", _shaped("mart.stages", ROWS))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    html = render(signal_plant)
    assert html.count('data-claim="stages.figure[7/wait]"') == 1
    assert html.count('data-claim="stages.figure[3/scans]"') == 1
    assert "55% of it is review." in html
    assert "<strong>Effect of reviewer:</strong> No record says who reviewed." in html
    assert html.index("6 of 300 scans.") < html.index("55% of it is review.")
