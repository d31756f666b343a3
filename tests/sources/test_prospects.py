"""What a run would make of a source: each way to lose or mislead it is named, with its place."""

import re
from pathlib import Path

import pytest

from assets.sources.importer import require_acceptable
from assets.sources.inspection import inspect_source
from assets.sources.reporting.source_findings import SourceFinding
from assets.sources.reporting.source_report import SourceReport
from data_contracts.errors import SourceError
from data_contracts.profile import load_profile
from pipelines.replay.outcome_preview import decided_outcomes

from .prospect_cases import (
    ERRORS,
    LABEL,
    MANY,
    MIXED,
    MIXED_STATUS,
    NO_ORDER,
    SORTED,
    WARNINGS,
    Case,
    labels,
    statuses,
)


class Made:
    """A source that a case writes and ``check`` looks at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data"
        self.folder.mkdir()
        self.profile = folder / "made.yaml"

    def report(self, profile: str, files: dict[str, str]) -> SourceReport:
        self.profile.write_text(profile)
        for name, text in files.items():
            (self.folder / name).write_text(text + "\n")
        return inspect_source(load_profile(self.profile), self.folder, decided_outcomes)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def codes(report: SourceReport) -> list[str]:
    return [finding.code for finding in report.prospects.findings]


def the(report: SourceReport, code: str) -> SourceFinding:
    """The one finding of a code."""
    (found,) = [finding for finding in report.prospects.findings if finding.code == code]
    return found


def test_a_sound_source_has_counts_and_no_findings(made: Made) -> None:
    report = made.report(LABEL, {"batches.csv": labels(*MIXED)})
    assert report.prospects.findings == ()
    (outcome,) = report.prospects.outcomes
    assert (outcome.outcome, outcome.failed, outcome.good) == ("failure", 10, 30)
    report = made.report(MANY, {"batches.csv": statuses(*MIXED_STATUS, "open")})
    assert report.prospects.findings == ()
    (outcome,) = report.prospects.outcomes
    assert (outcome.failed, outcome.good, outcome.pending, outcome.not_measured) == (10, 30, 1, 0)


@pytest.mark.parametrize("case", ERRORS.values(), ids=ERRORS)
def test_check_and_run_say_the_same_error(made: Made, case: Case) -> None:
    profile, files, code, sentence = case
    report = made.report(profile, files)
    errors = report.prospects.errors
    assert code in {error.code for error in errors}
    told = next(error.sentence for error in errors if error.code == code)
    assert not report.is_acceptable
    with pytest.raises(SourceError, match=f"nothing was written(?s:.*){sentence}") as refusal:
        require_acceptable(report)
    assert told in str(refusal.value)
    assert refusal.value.exit_code == 1


@pytest.mark.parametrize("case", WARNINGS.values(), ids=WARNINGS)
def test_what_may_be_right_is_told_and_stops_nothing(made: Made, case: Case) -> None:
    profile, files, code, sentence = case
    report = made.report(profile, files)
    found = [finding for finding in report.prospects.findings if finding.code == code]
    assert found, codes(report)
    assert not any(finding.is_error for finding in found)
    assert re.search(sentence, found[0].sentence), found[0].sentence
    require_acceptable(report)


def test_a_draft_without_an_outcome_is_accepted_and_says_so(made: Made) -> None:
    profile = LABEL[: LABEL.index("  label")]
    report = made.report(profile, {"batches.csv": labels(*MIXED)})
    assert report.is_acceptable
    assert report.prospects.outcomes == ()
    assert "made.yaml does not say what a failure is" in the(report, "no_outcome").sentence


@pytest.mark.parametrize("answer", ["good: [ok]", "other: good", "good: [OK], pending: [scrap]"])
def test_listed_labels_and_other_good_pass(made: Made, answer: str) -> None:
    texts = [*MIXED, *(["scrap"] if answer != "good: [ok]" else [])]
    profile = LABEL.replace("good: [ok]", answer)
    report = made.report(profile, {"batches.csv": labels(*texts)})
    assert report.prospects.errors == ()
    assert report.prospects.outcomes[0].failed == 10
    assert report.prospects.outcomes[0].good == 30 + ("other" in answer)


def test_other_gives_every_text_not_listed_one_meaning(made: Made) -> None:
    values = "values: {NOK: rejected}, other: released"
    profile = MANY.replace("values: {OK: released, NOK: rejected, open: pending}", values)
    report = made.report(profile, {"batches.csv": statuses(*MIXED_STATUS, "passed", "")})
    assert report.prospects.findings == ()
    (outcome,) = report.prospects.outcomes
    assert (outcome.failed, outcome.good, outcome.pending) == (10, 31, 1)  # blank stays undecided


def test_a_signed_acceptance_lets_a_mistake_pass_that_is_none(made: Made) -> None:
    answer = "accepted: {rows_sorted_by_result: {who: A. Smith, why: the granulator broke in May}}"
    report = made.report(NO_ORDER + answer, {"batches.csv": labels(*SORTED)})
    assert report.is_acceptable
    told = the(report, "rows_sorted_by_result").sentence
    assert told.endswith("Accepted by A. Smith: the granulator broke in May.")


def test_dates_that_confirm_the_order_are_believed(made: Made) -> None:
    dated = MANY.replace("production_order: nr", "production_order: {row_number: true}")
    dated = dated.replace(
        "batch_id: batch\n      prod", "batch_id: batch\n      started_at: begun\n      prod"
    )
    rows = [
        f"B{n:03d},{n},{text},2024-01-{1 + n // 2:02d} 0{n % 2}:00:00"
        for n, text in enumerate(["NOK"] * 10 + ["OK"] * 30, 1)
    ]
    report = made.report(dated, {"batches.csv": "\n".join(["batch,nr,status,begun", *rows])})
    assert report.prospects.errors == ()
