"""One target searched on its earlier batches: the rules kept, and the best of each draw of chance.

How hard a run looks is said here; what the whole run makes of its searches is in ``study``.
"""

from dataclasses import dataclass, replace

from assets.rules.period import Split
from assets.rules.search.subgroup_search import BEAM, ScoredRule, SubgroupSearch
from assets.rules.selection import Period
from assets.statistics.array_types import FloatArray
from assets.statistics.resampling.multiplicity import FamilyNull

# A search costs draws x columns; a p-value of 5% needs no more than some hundred draws.
COLUMN_DRAWS, FEWEST_DRAWS, MOST_DRAWS = 90_000, 99, 999


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
class TargetSearch:
    """One target searched on the earlier batches.

    Attributes:
        split: The target in time.
        obstacle: Why it was not searched; empty where it was.
        period: The earlier batches; None where there is an obstacle.
        found: Per depth the rules kept, best first.
        null: (draws, depths) best statistics under chance.
        candidates: Single conditions among which rules were sought.
        chance: What chance gives to the largest statistic of the whole run, which is every target
            at every depth; its places are the depths. A long rule is measured on the null of its
            length, and so pays for the many there are of it.
    """

    split: Split
    obstacle: str
    period: Period | None = None
    found: tuple[list[ScoredRule], ...] = ()
    null: FloatArray | None = None
    candidates: int = 0
    chance: FamilyNull | None = None


def search_split(split: Split, settings: RuleSettings, draws: int) -> TargetSearch:
    """Search the earlier batches of one target, on the records and under the null."""
    if split.obstacle:
        return TargetSearch(split, split.obstacle)
    period = split.period(split.early)
    if not period.columns:
        return TargetSearch(split, "no column that is known in time tells batches apart.")
    search = SubgroupSearch(period.columns, period.expected, beam=settings.beam)
    period = replace(period, derived_budget=search.derived_budget)
    chance = period.blocks.draws(period.label, draws, settings.seed)
    return TargetSearch(
        split,
        "",
        period,
        tuple(search.best(period.label)),
        search.null(chance),
        search.candidates,
    )
