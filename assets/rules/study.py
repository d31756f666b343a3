"""All searches for rules of a run: every outcome's failures and thin margins, one error control."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.batch_matrix.outcome_panel import definitions as outcome_definitions
from assets.batch_matrix.outcome_panel import outcome_panel
from assets.batch_matrix.past_results import results_of
from assets.rules.period import Split, split_in_time
from assets.rules.search.selectors import Selectors, selectors
from assets.rules.stated_rules import StatedRule, stated_rules
from assets.rules.target_search import RuleSettings, TargetSearch, search_split
from assets.rules.targets import failure_target, thin_margin_targets
from assets.statistics.array_types import FloatArray
from assets.statistics.resampling.multiplicity import westfall_young


@dataclass(frozen=True)
class RuleInputs:
    """The tables a search reads, by their names in the warehouse."""

    gate_values: pl.DataFrame
    dictionary: pl.DataFrame
    batch_gates: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame
    outcome_margins: pl.DataFrame
    withheld_features: pl.DataFrame
    material_usage: pl.DataFrame


@dataclass(frozen=True)
class RuleStudy:
    """What a run searched for and found."""

    searches: list[TargetSearch]
    rules: list[StatedRule]


def splits(inputs: RuleInputs, *, has_margins: bool = True) -> Iterator[Split]:
    """Every target of a run, split in time, with the columns it may use."""
    by_gate: dict[int, Selectors] = {}
    results: dict[int, FloatArray] = {}
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
            results[gate] = _results(inputs, by_gate[gate].batch_ids)
        own = inputs.withheld_features.filter(pl.col("outcome") == row["outcome"])
        allowed = by_gate[gate].without(set(own["feature"].to_list()))
        target = failure_target(row, inputs.outcomes, inputs.outcome_margins, allowed.batch_ids)
        split = split_in_time(target, allowed, results[gate])
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
                yield split_in_time(thin, allowed, results[gate])


def _results(inputs: RuleInputs, batch_ids: list[str]) -> FloatArray:
    """Every result of the run beside one another, aligned to the batches of a gate."""
    return results_of(
        [
            outcome_panel(one, inputs.outcomes, inputs.outcome_margins, batch_ids)
            for one in outcome_definitions(inputs.outcome_definitions)
        ]
    )


def run_rule_study(inputs: RuleInputs, settings: RuleSettings) -> RuleStudy:
    """Search every target of a run.

    Args:
        inputs: The tables.
        settings: How hard to look.

    Returns:
        The searches, and the rules that passed discovery.
    """
    targets = list(splits(inputs, has_margins=settings.has_margins))
    draws = settings.draws(max((len(t.selectors.columns) for t in targets), default=0))
    searches = [search_split(split, settings, draws) for split in targets]
    searches = _as_family(searches)
    return RuleStudy(searches, [rule for each in searches for rule in stated_rules(each, settings)])


def _as_family(searches: list[TargetSearch]) -> list[TargetSearch]:
    nulls = [search.null for search in searches if search.null is not None]
    if not nulls:
        return searches
    family = westfall_young(np.stack(nulls, axis=1))
    parts = map(family.part, range(len(nulls)))
    return [s if s.null is None else replace(s, chance=next(parts)) for s in searches]
