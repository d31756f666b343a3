"""All searches for rules of a run: every outcome's failures and thin margins, one error control.

Discovered on the earlier batches, confirmed on the later ones as discovered, then estimated again
on all batches and marked so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from assets.rules.confirmation import CONFIRMED_BELOW, later_p_values
from assets.rules.error_control import CLAIMED_BELOW, Family, family
from assets.rules.period import Split, split_in_time
from assets.rules.refit import on_rows, refitted
from assets.rules.search.derived_candidates import rebuilt
from assets.rules.search.rule import Rule
from assets.rules.search.selectors import SearchColumn, Selectors, selectors
from assets.rules.search.subgroup_search import BEAM, ScoredRule, SubgroupSearch
from assets.rules.selection import Period, best_rule, without
from assets.rules.targets import failure_target, thin_margin_targets
from assets.statistics.array_types import FloatArray

MOST_RULES = 5
# A search costs draws x columns; a p-value of 5% needs no more than some hundred draws.
COLUMN_DRAWS, FEWEST_DRAWS, MOST_DRAWS = 90_000, 99, 999


@dataclass(frozen=True)
class RuleInputs:
    """The tables a search reads, by their names in the warehouse."""

    gate_values: pl.DataFrame
    dictionary: pl.DataFrame
    batch_gates: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame
    outcome_margins: pl.DataFrame
    refused_features: pl.DataFrame
    material_usage: pl.DataFrame


@dataclass(frozen=True)
class RuleSettings:
    """How hard the search looks.

    Attributes:
        seed: Seed of every random draw.
        permutations: Draws of the null, each searched like the records; None lets the number of
            columns decide.
        beam: Rules of each depth that are extended.
        has_margins: Whether thin margins are searched too.
    """

    seed: int = 1
    permutations: int | None = None
    beam: int = BEAM
    is_quick: bool = False
    has_margins: bool = True

    def draws(self, columns: int) -> int:
        """Draws of a run whose largest search has so many columns."""
        if self.permutations is not None:
            return self.permutations
        most = COLUMN_DRAWS // (3 if self.is_quick else 1)
        return min(max(most // max(columns, 1), FEWEST_DRAWS), MOST_DRAWS)


@dataclass(frozen=True)
class Search:
    """One target searched on the earlier batches.

    Attributes:
        split: The target in time.
        obstacle: Why it was not searched; empty where it was.
        period: The earlier batches; None where there is an obstacle.
        found: Per depth the rules kept, best first.
        null: (draws, depths) best statistics under chance.
        candidates: Single conditions among which rules were sought.
    """

    split: Split
    obstacle: str
    period: Period | None = None
    found: tuple[list[ScoredRule], ...] = ()
    null: FloatArray | None = None
    candidates: int = 0


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
        p_later: On the later batches, corrected for the number of the target's rules.
    """

    split: Split
    number: int
    rule: Rule
    refit: Rule
    statistic: float
    p_value: float
    p_later: float

    @property
    def is_confirmed(self) -> bool:
        """Whether it held on the later batches."""
        return self.p_later <= CONFIRMED_BELOW


@dataclass(frozen=True)
class RuleStudy:
    """What a run searched for and found."""

    searches: list[Search]
    family: Family | None
    rules: list[StatedRule]


def splits(inputs: RuleInputs, *, has_margins: bool = True) -> Iterator[Split]:
    """Every target of a run, split in time, with the columns it may use."""
    by_gate: dict[int, Selectors] = {}
    seen: set[tuple[int, str]] = set()
    of_outcome = inputs.outcome_margins.group_by("outcome").agg(pl.col("quantity").n_unique())
    definitions = inputs.outcome_definitions.join(of_outcome, on="outcome", how="left")
    # Outcomes with fewer quantities come first: a margin belongs to its own failure mode.
    order = ["quantity", "outcome"]
    for row in definitions.sort(order, nulls_last=True).iter_rows(named=True):
        gate = int(row["last_gate_before"])
        if gate < 1:
            continue
        if gate not in by_gate:
            by_gate[gate] = selectors(
                inputs.gate_values,
                inputs.dictionary,
                inputs.batch_gates,
                inputs.material_usage,
                gate,
            )
        own = inputs.refused_features.filter(pl.col("outcome") == row["outcome"])
        allowed = by_gate[gate].without(set(own["feature"].to_list()))
        target = failure_target(row, inputs.outcomes, allowed.batch_ids)
        split = split_in_time(target, allowed)
        yield split
        if not has_margins or not split.early.size:
            continue
        margins = inputs.outcome_margins.filter(pl.col("outcome") == row["outcome"])
        border = int(split.early[-1]) + 1
        for thin in thin_margin_targets(
            target, margins, allowed.batch_ids, border, inputs.dictionary
        ):
            if (gate, thin.quantity) not in seen:
                seen.add((gate, thin.quantity))
                yield split_in_time(thin, allowed)


def search_split(split: Split, settings: RuleSettings, draws: int) -> Search:
    """Search the earlier batches of one target, on the records and under the null."""
    if split.obstacle:
        return Search(split, split.obstacle)
    period = split.period(split.early)
    if not period.columns:
        return Search(split, "no column that is known in time tells batches apart.")
    search = SubgroupSearch(period.columns, period.expected, beam=settings.beam)
    period = replace(period, derived_budget=search.derived_budget)
    chance = period.blocks.draws(period.label, draws, settings.seed)
    return Search(
        split,
        "",
        period,
        tuple(search.best(period.label)),
        search.null(chance),
        search.candidates,
    )


def run_rule_study(inputs: RuleInputs, settings: RuleSettings) -> RuleStudy:
    """Search every target of a run.

    Args:
        inputs: The tables.
        settings: How hard to look.

    Returns:
        The searches, the family they form, and the rules that passed discovery.
    """
    targets = list(splits(inputs, has_margins=settings.has_margins))
    draws = settings.draws(max((len(t.selectors.columns) for t in targets), default=0))
    searches = [search_split(split, settings, draws) for split in targets]
    nulls = [search.null for search in searches if search.null is not None]
    if not nulls:
        return RuleStudy(searches, None, [])
    chance = family(nulls)
    stated: list[StatedRule] = []
    place = 0
    for search in searches:
        if search.null is not None:
            stated.extend(_state(search, place, chance, settings))
            place += 1
    return RuleStudy(searches, chance, stated)


def _state(
    search: Search, place: int, chance: Family, settings: RuleSettings
) -> Iterator[StatedRule]:
    """State the rules of one target: discover, confirm, estimate again."""
    split = search.split
    discovered = list(_discover(search, place, chance, settings))
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
        refit = refitted(on_rows(rule, split.known), label, expected)
        yield StatedRule(
            split, number, rule, _on_all_batches(refit, whole), statistic, p_value, p_later
        )


def _discover(
    search: Search, place: int, chance: Family, settings: RuleSettings
) -> Iterator[tuple[Rule, float, float]]:
    """Rules on the earlier batches with their statistic and family-wise p-value, best first."""
    period, found, rules = search.period, search.found, list[Rule]()
    while period is not None and len(rules) < MOST_RULES:
        likely = [
            best
            for depth, best in enumerate(found, start=1)
            if best and chance.p_value(place, depth, best[0].statistic) <= CLAIMED_BELOW
        ]
        rule = best_rule(likely, period, settings.seed)
        if rule is None:
            return
        statistic = period.statistic(rule)
        p_value = chance.p_value(place, len(rule.conditions), statistic)
        if p_value > CLAIMED_BELOW:
            return
        yield rule, statistic, p_value
        rules.append(rule)
        period = without(period, [rule])
        if period is not None:
            again = SubgroupSearch(period.columns, period.expected, beam=settings.beam)
            found = tuple(again.best(period.label))


def _on_all_batches(rule: Rule, whole: dict[str, SearchColumn]) -> Rule:
    parts = []
    for part in rule.conditions:
        column = part.column
        own = whole.get(column.feature) or rebuilt(column, whole)
        parts.append(replace(part, column=own))
    return Rule(tuple(parts))
