"""Products and squares: found where planted, with their size, and hardly ever in noise."""

import numpy as np
import pytest

from assets.statistics.lines.pair_terms import MOST_PAIRS, PairTerms, found_pairs


def columns(seed: int, rows: int = 400, count: int = 20) -> tuple[np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, count)), rng


def test_a_planted_product_and_a_planted_square_are_found_with_their_coefficients() -> None:
    design, rng = columns(1)
    residual = 0.6 * design[:, 3] * design[:, 11] - 0.5 * design[:, 7] ** 2
    found = found_pairs(design, residual + rng.normal(size=400))
    by_pair = dict(
        zip(zip(found.first, found.second, strict=True), found.coefficients, strict=True)
    )
    assert set(by_pair) == {(3, 11), (7, 7)}
    assert by_pair[3, 11] == pytest.approx(0.6, abs=0.15)
    assert by_pair[7, 7] == pytest.approx(-0.5, abs=0.12)


def test_noise_holds_a_pair_in_one_of_twenty_runs() -> None:
    found = 0
    for seed in range(40):
        design, rng = columns(seed)
        found += found_pairs(design, rng.normal(size=400)).first.size > 0
    assert found <= 6  # 99% of 40 runs at 5%


def test_columns_share_a_prediction_and_their_parts_add_up_to_it() -> None:
    design, _ = columns(2)
    pairs = PairTerms(np.array([0, 4]), np.array([1, 4]), np.zeros(2), np.zeros(2))
    fitted = pairs.fitted(design, design[:, 0] * design[:, 1] - design[:, 4] ** 2)
    assert fitted.coefficients == pytest.approx([1.0, -1.0], abs=1e-6)
    parts = fitted.contributions(design)
    assert parts.sum(axis=1) == pytest.approx(fitted.predict(design))
    assert parts[:, 0] == pytest.approx(parts[:, 1])
    assert not parts[:, [2, 3, *range(5, 20)]].any()


def test_weights_are_repetitions() -> None:
    design, rng = columns(3, rows=120)
    pairs = PairTerms(np.array([0, 2]), np.array([1, 2]), np.zeros(2), np.zeros(2))
    target = design[:, 0] * design[:, 1] + rng.normal(size=120)
    weights = rng.integers(0, 3, 120)
    rows = np.repeat(np.arange(120), weights)
    weighted = pairs.fitted(design, target, weights.astype(float))
    repeated = pairs.fitted(design[rows], target[rows])
    assert weighted.coefficients == pytest.approx(repeated.coefficients)
    assert weighted.centre == pytest.approx(repeated.centre)


def test_a_pair_that_explains_all_is_found_once_and_no_more_than_five_are() -> None:
    design, _ = columns(4)
    assert found_pairs(design, design[:, 0] * design[:, 1]).first.size == 1
    many = sum(design[:, i] * design[:, i + 1] for i in range(0, 16, 2))
    assert found_pairs(design, np.asarray(many)).first.size == MOST_PAIRS


def test_without_columns_rows_or_anything_left_there_is_no_pair() -> None:
    for design, residual in (
        (np.empty((50, 0)), np.arange(50.0)),
        (np.ones((1, 3)), np.ones(1)),
        (np.ones((50, 3)), np.arange(50.0)),
        (columns(5)[0], np.zeros(400)),
    ):
        found = found_pairs(design, residual)
        assert found.first.size == 0
        assert not found.predict(design).any()
        assert found.fitted(design, residual) is found
