import numpy as np
import pytest

from assets.statistics.prediction_quality import detectability


def test_an_auc_of_075_on_six_failures_carries_plus_minus_023() -> None:
    # domain.md: "An AUC of 0.75 measured on 6 failures carries about +/- 0.23".
    error = detectability.auc_standard_error(0.75, 6, 194)
    assert 1.96 * error == pytest.approx(0.23, abs=0.01)


def test_more_failures_detect_less() -> None:
    few = detectability.detectable_auc_from_labels(6, 194)
    many = detectability.detectable_auc_from_labels(60, 1940)
    assert 0.5 < many < few < 1
    assert np.isnan(detectability.detectable_auc_from_labels(0, 100))


def test_margins_see_more_than_labels() -> None:
    labels = detectability.detectable_auc_from_labels(18, 582)
    margins = detectability.detectable_auc_from_margins(600, 0.03)
    assert margins < labels
    assert detectability.batches_needed_from_margins(
        0.75, 0.03
    ) < detectability.batches_needed_from_labels(0.75, 0.03)
    assert np.isnan(detectability.detectable_auc_from_margins(600, 0.0))
    assert np.isnan(detectability.batches_needed_from_labels(0.75, 0.0))


def test_auc_of_a_correlation_agrees_with_simulation() -> None:
    rng = np.random.default_rng(5)
    score = rng.normal(size=400_000)
    margin = -0.4 * score + np.sqrt(1 - 0.16) * rng.normal(size=score.size)
    failed = margin < np.quantile(margin, 0.05)
    from assets.statistics.prediction_quality.discrimination import auc

    assert detectability.auc_of_correlation(0.4, 0.05) == pytest.approx(
        auc(score, failed), abs=0.005
    )
