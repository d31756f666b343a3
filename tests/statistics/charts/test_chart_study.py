"""The study of charts on three plants: a promise kept, and what the textbook's rules do there."""

from assets.statistics.charts.run_length.alarm_budget import promised_band
from assets.statistics.charts.run_length.distribution_free_limits import distribution_free_width
from benchmarks.chart_study import CHARTS, budget_row, laney_row, power_row, run_length_row
from benchmarks.studies.chart_plants import BASELINE, MONTHS, RATE, Chart


def test_three_plants_keep_their_promise_and_nelsons_rules_do_not() -> None:
    widths: dict[Chart, float] = {
        ("level", 1, 0.05): distribution_free_width(BASELINE, RATE, alarms=250)
    }
    rows = [budget_row("skewed", seed, widths) for seed in (1, 2, 3)]
    low, high = promised_band(3 * MONTHS, overdispersion=1.5)
    assert low <= sum(int(str(row["alarms_level_1_0.05"])) for row in rows) <= high
    assert all(int(str(row["alarms_nelson"])) > 300 * MONTHS for row in rows)
    assert float(str(power_row(0.0, 2.0, widths, charts=60)["delay_level_1_0.05"])) < 15


def test_the_other_rows_of_the_study() -> None:
    assert 0.8 < float(str(run_length_row(next(iter(CHARTS)), 1.0, runs=500)["ratio"])) < 1.2
    assert float(str(laney_row("p", 5.0, samples=4_000)["outside_plain_pct"])) > 10
