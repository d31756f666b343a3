"""From which risk on an alarm pays: what a false one costs against what a caught failure saves.

Prices alone decide it; what a model can tell apart does not enter.
"""

from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverExposure
from assets.savings.arithmetic.lever_value import lever_value
from data_contracts.assumption_schema.lever_kinds import raising_alarms
from data_contracts.assumption_schema.model import STAGES
from data_contracts.assumptions import Assumptions, Lever
from data_contracts.tables import table

ALARM_PRICES = "economics.alarm_prices"


@dataclass(frozen=True)
class AlarmPrice:
    """What one alarm costs or saves at a gate, all assumptions at base.

    Attributes:
        caught_failure_usd: Saved by one alarm on a batch that would fail, USD; below zero where a
            rescue costs more than it saves.
        false_alarm_usd: Cost of one alarm on a good batch, USD, zero or more.
    """

    caught_failure_usd: Fraction
    false_alarm_usd: Fraction

    @property
    def break_even_prob(self) -> Fraction:
        """Probability of failure from which an alarm saves more than it costs, 0 to 1.

        Source: threshold of a decision by expected cost (Elkan 2001, "The foundations of
        cost-sensitive learning", equation 2): c / (c + v).
        """
        saved = max(self.caught_failure_usd, Fraction(0))
        total = saved + self.false_alarm_usd
        return self.false_alarm_usd / total if saved else Fraction(1)


def alarm_price(assumptions: Assumptions, lever: Lever, gate: int) -> AlarmPrice:
    """Return what one alarm of an alert costs and saves at a gate.

    Args:
        assumptions: The set; its base values count.
        lever: The alert.
        gate: Gate, 1 to 7.
    """
    base = corner(assumptions, "base")

    def worth(failure_prob: int) -> Fraction:
        certain = {"sensitivity": Fraction(1), "false_alarm_rate": Fraction(1)}
        one = LeverExposure(Fraction(1), Fraction(failure_prob), certain)
        value = lever_value(assumptions, lever, gate, base, one)
        return value.gross_usd - value.false_alarm_usd

    return AlarmPrice(worth(1), -worth(0))


def alarm_prices(assumptions: Assumptions, alarm_counts: pl.DataFrame) -> pl.DataFrame:
    """Return what an alarm costs and saves at each gate, and above which risk it is raised.

    Args:
        assumptions: The set; its first alert is the one priced.
        alarm_counts: ``model.alarm_counts``, whose least risks are the steps there are: an alarm is
            raised above the first step at or above the risk from which it pays, so that what is
            raised is what was counted.

    Returns:
        ``economics.alarm_prices``: one row per gate, USD per batch.
    """
    alert = raising_alarms(assumptions.levers)[0]
    budget = float(assumptions[alert.uses["alarm_budget"]].base)
    steps = alarm_counts["least_prob"].unique().sort()
    rows = []
    for gate in STAGES:
        price = alarm_price(assumptions, alert, gate)
        pays = float(price.break_even_prob)
        above = steps.filter(steps >= pays)
        rows.append(
            {
                "gate": gate,
                "lever": alert.name,
                "alarm_budget": budget,
                "caught_failure_usd": float(price.caught_failure_usd),
                "false_alarm_usd": float(price.false_alarm_usd),
                "break_even_prob": pays,
                "least_prob": above[0] if above.len() else pays,
            }
        )
    return table(ALARM_PRICES, rows)
