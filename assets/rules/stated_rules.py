"""The rules of a target that passed discovery: as discovered, on later batches, and fitted again.

Discovery is on the earlier batches, confirmation on the later ones as discovered; the estimate on
all batches is marked so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assets.rules.confirmation import CONFIRMED_BELOW, later_p_values
from assets.rules.period import Split
from assets.rules.refit import on_rows, refitted
from assets.rules.search.derived_candidates import rebuilt
from assets.rules.search.rule import Rule
from assets.rules.search.selectors import SearchColumn
from assets.rules.search.subgroup_search import SubgroupSearch
from assets.rules.selection import best_rule, without
from assets.rules.target_search import RuleSettings, TargetSearch
from data_contracts.codes.records import RuleStatus

MOST_RULES = 5
CLAIMED_BELOW = 0.05


@dataclass(frozen=True)
class StatedRule:
    """A rule that passed discovery.

    Attributes:
        split: Its target in time.
        number: Place among the target's rules, 1 for the first.
        rule: As discovered, its columns' values on all batches of the gate.
        refit: The same columns, intervals fitted again on all batches with a known label.
        statistic: Likelihood ratio on the earlier batches.
        p_value: Family-wise, over all targets and depths of the run.
        p_later: On the later batches, corrected for the number of the target's rules; None where
            that cannot be tested.
    """

    split: Split
    number: int
    rule: Rule
    refit: Rule
    statistic: float
    p_value: float
    p_later: float | None

    @property
    def status(self) -> str:
        """Whether it held on the later batches, or why nobody can say."""
        if self.p_later is None:
            return RuleStatus.NOT_TESTABLE
        is_confirmed = self.p_later <= CONFIRMED_BELOW
        return RuleStatus.CONFIRMED if is_confirmed else RuleStatus.NOT_CONFIRMED


def stated_rules(search: TargetSearch, settings: RuleSettings) -> Iterator[StatedRule]:
    """State the rules of one target: discover, confirm, estimate again.

    Args:
        search: The target searched, with what chance gives to the whole run.
        settings: How hard to look.
    """
    split = search.split
    discovered = list(_discover(search, settings))
    if not discovered:
        return
    whole = {column.feature: column for column in split.selectors.columns}
    rules = [_on_all_batches(rule, whole) for rule, _, _ in discovered]
    covers = [on_rows(rule, split.late).covers for rule in rules]
    later = later_p_values(
        covers, split.target.label[split.late], split.blocks(split.late), settings.seed
    )
    label = split.target.label[split.known]
    expected = split.blocks(split.known).expected(label)
    for number, (rule, (_, statistic, p_value), p_later) in enumerate(
        zip(rules, discovered, later, strict=True), start=1
    ):
        refit = refitted(on_rows(rule, split.known), label, expected, keeps_tails=True)
        yield StatedRule(
            split, number, rule, _on_all_batches(refit, whole), statistic, p_value, p_later
        )


def _discover(search: TargetSearch, settings: RuleSettings) -> Iterator[tuple[Rule, float, float]]:
    """Rules on the earlier batches with their statistic and family-wise p-value, best first."""
    period, found, chance = search.period, search.found, search.chance
    if period is None or chance is None:
        return
    for _ in range(MOST_RULES):
        likely = [
            best
            for depth, best in enumerate(found)
            if best and chance.p_value(best[0].statistic, depth) <= CLAIMED_BELOW
        ]
        rule = best_rule(likely, period, settings.seed)
        if rule is None:
            return
        statistic = period.statistic(rule)
        p_value = chance.p_value(statistic, len(rule.conditions) - 1)
        if p_value > CLAIMED_BELOW:
            return
        yield rule, statistic, p_value
        period = without(period, [rule])
        if period is None:
            return
        again = SubgroupSearch(period.columns, period.expected, beam=settings.beam)
        found = tuple(again.best(period.label))


def _on_all_batches(rule: Rule, whole: dict[str, SearchColumn]) -> Rule:
    parts = []
    for part in rule.conditions:
        column = part.column
        own = whole.get(column.feature) or rebuilt(column, whole)
        parts.append(replace(part, column=own))
    return Rule(tuple(parts))
