"""A small smoke of the study of planted curves."""

from benchmarks.detection_study import detection_row


def test_bounds_of_twelve_planted_curves_hold_most_of_the_time() -> None:
    for kind in ("6 sizes x 29, gentle", "40 signals"):
        row = detection_row(kind, first_seed=3, tables=12)
        assert int(str(row["bound_holds"])) >= 9  # 9 of 12 is at the 99% band of 95%
        assert row["no_curve"] == 0
    steepest = detection_row("6 sizes x 29, steepest", first_seed=3, tables=3)
    assert steepest["bound_holds"] == 3
