"""What was asked about columns that know a result too well, and who answered what, is shown."""

import pytest

from reports.claims import evaluate
from tests.reports.conftest import _shaped
from tests.reports.table_rows import leak_question_row
from tests.reports.whole_report import render

ASKED = "Hardness alone foretells 87%. Is it measured before the result exists?"


def test_an_answer_is_shown_with_who_gave_it_and_why(signal_plant):
    html = render(signal_plant)
    key = "failure/parameter.hardness_n"
    for claim in ("leak.answer", "leak.share", "leak.auc"):
        assert f'data-claim="{claim}[{key}]"' in html
    # Once where scientists read, once where it says how sure the answer is.
    assert html.count(f'data-claim="leak.answer[{key}]"') == 2
    assert html.count("A. Smith: measured at the press, before coating.") >= 2
    assert ASKED not in html
    assert "follows the result closely" in html


def test_an_open_question_is_asked(signal_plant):
    rows = [leak_question_row("failure", "parameter.hardness_n", "Hardness")]
    signal_plant.put("evidence.leak_questions", _shaped("evidence.leak_questions", rows))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    html = render(signal_plant)
    assert ASKED in html
    assert "leak.answer[" not in html
    assert "is used: it is measured before the result" not in html


@pytest.mark.parametrize("how", ["DELETE FROM", "DROP TABLE"])
def test_without_questions_that_is_said(signal_plant, how):
    signal_plant.execute(f"{how} evidence.leak_questions")
    assert "No column foretells a result better than a process could." in render(signal_plant)
