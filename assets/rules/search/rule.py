"""A rule: up to three conditions that hold together, and how it reads.

A condition is an interval of a number, both ends included, or one level of a category. Derived
columns are named by their expression and made of recorded ones.
"""

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from assets.rules.search.selectors import SearchColumn
from assets.statistics.array_types import BoolArray


@dataclass(frozen=True)
class RuleCondition:
    """One condition of a rule.

    Attributes:
        column: What it is about; its values fit the batches in use.
        low: Lowest value inside, -inf where open.
        high: Highest value inside, inf where open.
        level: The level asked for; None for numbers.
    """

    column: SearchColumn
    low: float = -inf
    high: float = inf
    level: str | None = None

    @property
    def covers(self) -> BoolArray:
        """Per batch, whether it meets the condition; a missing value does not."""
        values = self.column.values
        if self.level is not None:
            code = (self.column.levels or ()).index(self.level)
            return np.asarray(values == code)
        with np.errstate(invalid="ignore"):
            return np.asarray((values >= self.low) & (values <= self.high))

    @property
    def text(self) -> str:
        """How the condition reads, with the column's title."""
        title = self.column.title
        if self.level is not None:
            return f"{title} is {self.level}"
        if isfinite(self.low) and isfinite(self.high):
            return f"{title} from {self.low:.4g} to {self.high:.4g}"
        if isfinite(self.low):
            return f"{title} at least {self.low:.4g}"
        return f"{title} at most {self.high:.4g}"


@dataclass(frozen=True)
class Rule:
    """Conditions that hold together, sorted by gate and feature.

    Attributes:
        conditions: One to three.
    """

    conditions: tuple[RuleCondition, ...]

    @property
    def covers(self) -> BoolArray:
        """Per batch, whether it meets every condition."""
        return np.asarray(np.logical_and.reduce([part.covers for part in self.conditions]))

    @property
    def features(self) -> tuple[str, ...]:
        """The columns of the conditions, sorted."""
        return tuple(sorted(part.column.feature for part in self.conditions))

    @property
    def gate(self) -> int:
        """First gate at which every condition can be judged."""
        return max(part.column.gate for part in self.conditions)

    @property
    def text(self) -> str:
        """How the rule reads."""
        return " and ".join(part.text for part in self.conditions)


def sorted_rule(conditions: list[RuleCondition]) -> Rule:
    """A rule with its conditions in the order of the process."""
    return Rule(tuple(sorted(conditions, key=lambda c: (c.column.gate, c.column.feature))))
