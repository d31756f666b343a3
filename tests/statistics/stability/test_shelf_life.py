"""ICH Q1E on the batches of LeBlond, Griffith & Aubuchon (2011), J Valid Technol 17(3):47-68."""

import numpy as np
import pytest

from assets.statistics.stability.batch_lines import lines_of, pooled_lines
from assets.statistics.stability.shelf_life import (
    limit_after_release,
    line_shelf_life,
    proposable_months,
    shortest_shelf_life,
)

PRINTED: dict[str, dict[int, list[float]]] = {
    "b2": {0: [101], 1: [101.3], 3: [99.8, 99.2], 6: [99.5, 97.8], 12: [97.4, 97.2],
           24: [96.9, 96]},
    "b3": {0: [104.8], 3: [103, 101.2], 6: [100.8, 99.2], 12: [98.6, 97.2], 24: [97.6, 98]},
    "b4": {0: [104], 3: [103.2], 6: [102.8, 103.3], 12: [102.4, 101.2], 24: [99.1, 99.5]},
    "b5": {0: [102], 1: [101.4], 2: [100.8], 3: [100.2, 99.7], 6: [98.8, 98.5], 12: [98, 97.1],
           24: [96.6, 96.1]},
    "b7": {0: [101.3], 1: [101.5], 3: [100.2, 99.8], 6: [99, 98.5], 12: [98.5, 97.4],
           24: [96.6, 96.4]},
    "b8": {0: [101.6], 3: [100], 6: [99], 12: [97.8, 97]},
    "1_11": {0: [102], 3: [101, 101], 6: [100.5, 100.8], 12: [100.1, 99], 24: [96.7, 97.2]},
}  # fmt: skip


def study(*names):
    rows = [
        (code, month, value)
        for code, name in enumerate(names)
        for month, values in PRINTED[name].items()
        for value in values
    ]
    batch, time, value = (np.array(column) for column in zip(*rows, strict=True))
    return batch.astype(np.int64), time.astype(float), value.astype(float)


@pytest.mark.parametrize(
    ("names", "model", "f_batch", "f_batch_time", "months", "relative"),
    [
        (("b2", "b5", "b7"), "cics", 0.435993484727, 0.228684731019, 25.9957631369, 1e-8),
        (("b3", "b4", "b5"), "dics", 21.7380213596, 0.183108926252, 23.3972651235, 1e-7),
        # JMP's root; the package's own, 15.8448655130, is good to five digits only
        (("b4", "b5", "b8"), "dids", 72.1242158003, 1.95541944320, 15.844877978, 1e-9),
    ],
)
def test_the_model_and_shelf_life_are_the_printed_ones(
    names, model, f_batch, f_batch_time, months, relative
):
    found = pooled_lines(*study(*names))
    assert found.model == model
    assert (found.f_batch, found.f_batch_time) == pytest.approx((f_batch, f_batch_time), rel=1e-11)
    assert shortest_shelf_life(found.lines, 95.0, None)[0] == pytest.approx(months, rel=relative)


def test_the_lines_are_the_printed_ones():
    common = pooled_lines(*study("b2", "b5", "b7")).lines[0]
    assert (common.intercept, common.slope) == pytest.approx((100.566878981, -0.192993630573))
    lines = pooled_lines(*study("b3", "b4", "b5")).lines
    assert [x.intercept for x in lines] == pytest.approx(
        [102.175653109, 104.255189423, 100.820021871], rel=1e-11
    )
    assert lines[0].slope == pytest.approx(-0.213120866465, rel=1e-11)
    lines = pooled_lines(*study("b4", "b5", "b8")).lines
    assert [x.slope for x in lines] == pytest.approx(
        [-0.196151337247, -0.208608547839, -0.330208333333], rel=1e-11
    )


def test_with_the_pooled_spread_the_steepest_batch_lasts_less():
    lines = lines_of("dids", *study("b4", "b5", "b8"))
    # exact 15.60613054; the printed 15.6061043981 is a searched root
    life, place = shortest_shelf_life(lines, 95.0, None)
    assert life == pytest.approx(15.60613054, abs=5e-8)
    assert place == 2


def test_jmp_prints_three_models_of_the_same_batches():
    batches = study("1_11", "b2", "b3", "b4")
    found = pooled_lines(*batches)
    assert found.model == "dics"
    assert (found.f_batch, found.f_batch_time) == pytest.approx((19.88764, 0.329081), rel=1e-5)
    assert found.lines[0].slope == pytest.approx(-0.202213553211, rel=1e-10)
    for model, months in (("dids", 23.11596), ("dics", 23.47505), ("cics", 29.98567)):
        lines = lines_of(model, *batches, own_sigma=True)
        life, _ = shortest_shelf_life(lines, 95.0, None)
        assert life == pytest.approx(months, abs=1e-5), model


@pytest.mark.parametrize(
    ("release", "own", "pooled"),
    [(98.0, 7.6196616, 7.483227), (98.5, 8.9970362, 8.858224), (99.0, 10.3030303, None)],
)
def test_a_batch_released_at_its_worst_lasts_less(release, own, pooled):
    batches = study("b4", "b5", "b8")
    line = pooled_lines(*batches).lines[2]
    limit = limit_after_release(95.0, release, line.intercept)
    assert line_shelf_life(line, limit, is_upper=False) == pytest.approx(own, abs=5e-7)
    if pooled is not None:  # what is printed at 99 pairs one batch's line with another's intercept
        line = lines_of("dids", *batches)[2]
        assert line_shelf_life(line, limit, is_upper=False) == pytest.approx(pooled, abs=5e-6)


def test_one_batch_alone():
    (line,) = pooled_lines(*study("b4")).lines
    lives = [
        line_shelf_life(line, limit_after_release(95.0, r, line.intercept), is_upper=False)
        for r in (98.0, 98.5, 99.0)
    ]
    assert lives == pytest.approx([13.726352, 16.097799, 18.404660], abs=5e-6)
    assert line_shelf_life(line, 95.0, is_upper=False) == pytest.approx(40.79176, abs=1e-5)


def test_an_upper_limit_mirrors_a_lower_one():
    batch, time, value = study("b4", "b5", "b8")
    lines = pooled_lines(batch, time, 200 - value).lines
    assert shortest_shelf_life(lines, None, 105.0)[0] == pytest.approx(15.844877978, rel=1e-9)


def test_outside_at_the_start_and_never_reached():
    batch, time, value = study("b2", "b5", "b7")
    lines = pooled_lines(batch, time, value).lines
    assert shortest_shelf_life(lines, 102.0, None)[0] == 0.0
    assert line_shelf_life(lines[0], 105.0, is_upper=True) == float("inf")
    assert proposable_months(float("inf"), 6.0) == 12.0
    with pytest.raises(ValueError, match="needs a limit"):
        shortest_shelf_life(lines, None, None)
