"""Makes the table of widths of distribution-free charts that a night looks its limits up in.

A night has no time to simulate. For every length of baseline and what is watched, charts on which
nothing happens are simulated once, and the logarithm of their rate of alarms is drawn through by a
cubic in the width; the curves are printed as ``assets/statistics/charts/run_length/tabled_widths``
holds them.

    python benchmarks/chart_widths.py --charts 6000
"""

import argparse

import numpy as np

from assets.statistics.charts.run_length.distribution_free_limits import STEPS, simulated_alarms
from assets.statistics.charts.run_length.tabled_widths import ORDER, RATES

BASELINES = (20, 25, 30, 40, 50, 75, 100)


def curve(baseline: int, watch: str, charts: int) -> tuple[np.ndarray, float]:
    """Coefficients of the logarithm of the rate in the width, and the largest miss among steps."""
    total, points = simulated_alarms(baseline, charts, order=ORDER, watch=watch)  # type: ignore[arg-type]
    rate = total / points
    used = (total >= 20) & (rate > RATES[0] / 2) & (rate < 2 * RATES[1])
    fitted = np.polynomial.Polynomial.fit(
        STEPS[used], np.log(rate[used]), 3, w=np.sqrt(total[used]), domain=[2.4, 6.0]
    )
    miss = np.abs(fitted(STEPS[used]) - np.log(rate[used]))
    return fitted.coef, float(miss.max())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--charts", type=int, default=6000)
    charts = parser.parse_args().charts
    for watch in ("level", "spread"):
        for baseline in BASELINES:
            coefficients, miss = curve(baseline, watch, charts)
            listed = ", ".join(f"{one:.5f}" for one in coefficients)
            print(f'    ("{watch}", {baseline}): ({listed}),  # within {miss:.3f}', flush=True)


if __name__ == "__main__":
    main()
