"""Real spectra of 310 tablets: reference models, our calibration, spectra nobody should use."""

import numpy as np
import pytest

from assets.statistics.spectroscopy.calibration import (
    block_predictions,
    fewest_components,
    spectral_calibration,
)
from assets.statistics.spectroscopy.gaussian_process import bent_calibration
from assets.statistics.spectroscopy.preprocessing import (
    derivative,
    multiplicative_scatter_correction,
    scatter_free_slopes,
    standard_normal_variate,
)
from assets.statistics.spectroscopy.validity import validity_model
from tests.conftest import REAL_DATA

FILE = REAL_DATA / "nir_tablets" / "NIR.xlsx"
TABLETS = 310
CONTIGUOUS = np.arange(TABLETS) * 10 // TABLETS
VENETIAN = np.arange(TABLETS) % 10


@pytest.fixture(scope="module")
def tablets():
    if not FILE.exists():
        pytest.skip(f"{FILE} is not here: the real spectra lie beside the project")
    from fastexcel import read_excel

    book = read_excel(FILE)
    sheets = [book.load_sheet(name).to_polars() for name in ("NIR", "Y", "Categorical")]
    spectra = sheets[0].drop("Sample ID").to_numpy().astype(float)
    return spectra, sheets[1].to_series(1).to_numpy().astype(float), sheets[2]["Type"].to_numpy()


def error(predicted, truth):
    return float(np.sqrt(((predicted - truth) ** 2).mean()))


def blocks(spectra, content, fold, most=12):
    """Errors by number of components."""
    return [error(row, content) for row in block_predictions(spectra, content, fold, most)]


def test_the_first_reference_model(tablets):
    spectra, content, _ = tablets
    slopes = derivative(standard_normal_variate(spectra))
    fitted = spectral_calibration(slopes, content, 1).predicted(slopes, 1)
    assert 1 - error(fitted, content) ** 2 / content.var() == pytest.approx(0.93255, abs=5e-6)
    assert error(fitted, content) == pytest.approx(0.33588, abs=5e-6)
    assert blocks(slopes, content, VENETIAN, 1)[0] == pytest.approx(0.3376, abs=5e-5)
    assert blocks(slopes, content, CONTIGUOUS, 1)[0] == pytest.approx(0.3591, abs=5e-5)


def test_the_second_reference_model(tablets):
    spectra, content, _ = tablets
    normal = standard_normal_variate(spectra)
    fit = spectral_calibration(normal, content, 3)
    left = [error(fit.predicted(normal, a), content) ** 2 for a in (1, 2, 3)]
    explained = 1 - np.array(left) / content.var()
    assert np.diff([0.0, *explained]) == pytest.approx([0.77664, 0.14298, 0.01241], abs=5e-6)
    assert blocks(normal, content, VENETIAN, 3)[2] == pytest.approx(0.3424, abs=5e-5)


def test_raw_spectra_explain_what_two_programs_say(tablets):
    spectra, content, _ = tablets
    fit = spectral_calibration(spectra, content, 3)
    left = [error(fit.predicted(spectra, a), content) ** 2 for a in (1, 2, 3)]
    steps = np.diff([0.0, *(1 - np.array(left) / content.var())])
    assert steps == pytest.approx([0.01552, 0.53985, 0.23236], abs=5e-6)


def test_partial_least_squares_are_those_of_scikit_learn(tablets):
    from sklearn.cross_decomposition import PLSRegression

    spectra, content, _ = tablets
    slopes = scatter_free_slopes(spectra)
    fit = spectral_calibration(slopes, content, 8)
    for components in (1, 4, 8):
        theirs = PLSRegression(components, scale=False).fit(slopes, content).predict(slopes)
        own = fit.predicted(slopes, components)
        assert own == pytest.approx(theirs.ravel(), abs=1e-8)


@pytest.mark.parametrize("fold", [CONTIGUOUS, VENETIAN], ids=["contiguous", "venetian"])
def test_our_calibration_beats_the_best_of_six_pretreatments(tablets, fold):
    """Whose components are chosen with the answer in hand: theirs is the best of 72, ours one."""
    spectra, content, _ = tablets
    normal = standard_normal_variate(spectra)
    pretreated = (
        spectra,
        normal,
        multiplicative_scatter_correction(spectra, spectra.mean(axis=0)),
        derivative(spectra),
        derivative(spectra, order=3, derived=2),
        derivative(normal),
    )
    theirs = min(min(blocks(each, content, fold)) for each in pretreated)
    slopes, predicted, sd = scatter_free_slopes(spectra), np.empty(TABLETS), np.empty(TABLETS)
    for one in range(10):
        out = fold == one
        fit = bent_calibration(slopes[~out], content[~out])
        predicted[out], sd[out] = fit.predicted(slopes[out])
    assert error(predicted, content) < 0.9 * theirs
    inside = (np.abs(predicted - content) < 1.645 * sd).mean()
    assert 0.85 < inside < 0.95  # nominal 90%


def test_the_fewest_components_that_do(tablets):
    spectra, content, _ = tablets
    slopes = scatter_free_slopes(spectra)
    predictions = block_predictions(slopes, content, CONTIGUOUS)
    chosen = fewest_components(predictions, content)
    errors = [error(row, content) for row in predictions]
    assert chosen <= int(np.argmin(errors)) + 1
    assert errors[chosen - 1] < 1.1 * min(errors)


def spoilt(spectra, kind, draws):
    if kind == "shifted":  # by one channel, 7.7 cm-1
        return np.roll(spectra, 1, axis=1)[:, 1:]
    if kind == "saturated":  # the highest tenth of the channels at the end of the range
        return np.minimum(spectra, np.quantile(spectra, 0.9, axis=1, keepdims=True))
    return spectra + draws.normal(0, 0.01, spectra.shape)


@pytest.mark.parametrize("kind", ["good", "shifted", "saturated", "noisy"])
def test_spoilt_spectra_are_refused_and_good_ones_are_not(tablets, kind):
    spectra = tablets[0]
    draws = np.random.default_rng(5)
    fold = draws.permutation(TABLETS) % 10
    refused = 0
    for one in range(10):
        known, new = spectra[fold != one], spectra[fold == one]
        if kind != "good":
            new = spoilt(new, kind, draws)
        if kind == "shifted":
            known = known[:, 1:]
        refused += int((~validity_model(known).judged(new).is_valid).sum())
    if kind == "good":
        assert refused <= 0.05 * TABLETS
    else:
        assert refused >= 0.95 * TABLETS


def test_tablets_of_another_make_are_refused(tablets):
    """A calibration of the 10 mg tablets alone, asked about the other three kinds."""
    spectra, _, kind = tablets
    own = kind == "10 mg"
    refused = ~validity_model(spectra[own]).judged(spectra[~own]).is_valid
    assert refused.mean() >= 0.95


def test_few_spectra_tell_no_limits():
    with pytest.raises(ValueError, match="do not tell"):
        validity_model(np.ones((5, 40)))
