"""Which numbers carry the uncertainty of the money, and which of them nobody of the plant stated.

A number's share is its total-effect share of the variance of the net present value, or of the
yearly cost of failures where there is no programme: what would still be unsure, on average, were
everything else known. Placeholders are judged together, for what two of them do jointly belongs to
both. Numbers stated by gate are drawn as one, and so counted as one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.programme.simulation import joint_npv_usd, simulate
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws, stream_name
from assets.savings.uncertainty.input_titles import input_title
from assets.statistics.array_types import FloatArray
from assets.statistics.total_effect import total_effect_share
from data_contracts.assumptions import Assumption
from data_contracts.codes.money import PricedMeasure, PriceOrigin
from data_contracts.tables import table

MOST_PLACEHOLDER_SHARE = 0.1  # above it nothing is asked for but the prices themselves
NAMED_SHARE = 0.9  # of what placeholders carry, those named first carry at least so much
MOST_LINES = 10  # named, unless so many carry less than that
MOST_LEFT_SHARE = 0.05  # half of what may be left, for a site's prices move the whole too
OWN = (PriceOrigin.SITE, PriceOrigin.SIMULATED_PLANT, PriceOrigin.RECORDS)


@dataclass(frozen=True)
class PricedWorth:
    """What is priced, as a function of the draws.

    Attributes:
        drawn: Draws of the base scenario, at least a few thousand.
        counts: Failures and verdicts.
        kept: The levers of the programme.
    """

    drawn: Draws
    counts: FailureCounts
    kept: Sequence[LeverDecision]

    @property
    def priced(self) -> str | None:
        """The ``PricedMeasure``: the programme's worth, else what failures cost, else None."""
        if self.kept:
            return PricedMeasure.NET_PRESENT_VALUE
        is_priced = self.counts.baseline.failures > 0
        return PricedMeasure.YEARLY_LOSS if is_priced else None

    def usd(self, drawn: Draws) -> FloatArray:
        """Return draws of it, USD, or USD a year without a programme."""
        if self.kept:
            return joint_npv_usd(simulate(drawn, self.counts, self.kept), drawn)
        failures = self.counts.batches_per_year(drawn) * self.counts.failure_prob(drawn)
        return failures * failure_cost_usd(drawn.assumptions, drawn, is_avoidable_only=False)

    @cached_property
    def _drawn(self) -> tuple[FloatArray, Draws]:
        drawn = self.drawn.anew()  # what was drawn before may hold inputs of other levers
        return self.usd(drawn), drawn

    @cached_property
    def numbers(self) -> dict[str, Assumption]:
        """The uncertain numbers of the set that it depends on, by name."""
        declared = self.drawn.assumptions.parameters
        return {name: declared[name] for name in self._drawn[1].uncertain() if name in declared}

    @property
    def has_own(self) -> bool:
        """Whether it depends on a number of the plant's own, uncertain or not."""
        declared = self.drawn.assumptions.parameters
        return any(declared[name].origin in OWN for name in self._drawn[1].drawn_names())

    def share(self, names: Collection[str]) -> float:
        """Return the total-effect share of numbers together, 0 to 1 up to sampling error."""
        streams = frozenset(stream_name(name) for name in names)
        if not streams:
            return 0.0
        return total_effect_share(self._drawn[0], self.usd(self.drawn.anew(redrawn=streams)))

    def if_known(self, names: Collection[str]) -> "PricedWorth":
        """Return the same with some numbers known exactly, at their base."""
        assumptions = self.drawn.assumptions
        known = {
            name: replace(each, low=each.base, high=each.base, distribution="fixed")
            for name, each in assumptions.parameters.items()
            if name in names
        }
        fixed = replace(assumptions, parameters={**assumptions.parameters, **known})
        return replace(self, drawn=self.drawn.anew(assumptions=fixed))


def price_shares(worth: PricedWorth, titles: Mapping[str, str]) -> pl.DataFrame:
    """Return how much of the uncertainty each number of the set carries.

    Args:
        worth: What is priced.
        titles: Outcome to its title.

    Returns:
        ``economics.price_shares``: one row per uncertain number that what is priced depends on, the
        largest share first. ``is_asked`` marks the first placeholders that together carry nine
        tenths of what all placeholders carry (once the plant has stated prices, fewer may do), and
        leave at most a twentieth of the variance to the others even if they become known exactly,
        as far as ten lines go.
        Empty where nothing is priced.
    """
    if worth.priced is None:
        return table("economics.price_shares")
    shares = {
        stream: worth.share([stream]) for stream in sorted(set(map(stream_name, worth.numbers)))
    }
    ordered = sorted(worth.numbers, key=lambda name: (-shares[stream_name(name)], name))
    asked = _asked(worth, [name for name in ordered if _is_placeholder(worth.numbers[name])])
    rows = [
        {
            "name": name,
            "title": input_title(name, titles, {}),
            "priced": worth.priced,
            "origin": worth.numbers[name].origin,
            "variance_share": min(shares[stream_name(name)], 1.0),
            "is_asked": name in asked,
            "rank": rank,
        }
        for rank, name in enumerate(ordered, start=1)
    ]
    return table("economics.price_shares", rows)


def price_standing(worth: PricedWorth, shares: pl.DataFrame) -> pl.DataFrame:
    """Return whose prices the money rests on, and whether it may be asked for.

    Args:
        worth: What is priced.
        shares: ``price_shares`` of it.

    Returns:
        ``economics.price_standing``: one row.
    """
    assumptions = worth.drawn.assumptions
    origins = [each.origin for each in assumptions.parameters.values()]
    share, is_own = None, False
    if worth.priced is not None:
        share = min(worth.share(_placeholders(worth)), 1.0)
        is_own = worth.has_own and share <= MOST_PLACEHOLDER_SHARE
    row = {
        "set_name": assumptions.name,
        "set_title": assumptions.title,
        "shipped_set": assumptions.shipped_set,
        "priced": worth.priced,
        "own_numbers": sum(origin in OWN for origin in origins),
        "placeholders": origins.count(PriceOrigin.PLACEHOLDER),
        "placeholder_share": share,
        "asked_numbers": int(shares["is_asked"].sum()),
        "is_own": is_own,
        "is_simulated": PriceOrigin.SIMULATED_PLANT in origins,
    }
    return table("economics.price_standing", [row])


def _asked(worth: PricedWorth, ordered: Sequence[str]) -> frozenset[str]:
    """Return the fewest placeholders to state, the largest share first; none where money may be."""
    carried = worth.share(ordered)
    if worth.has_own and carried <= MOST_PLACEHOLDER_SHARE:
        return frozenset()
    named: set[str] = set()
    for stream in dict.fromkeys(map(stream_name, ordered)):
        named |= {name for name in ordered if stream_name(name) == stream}
        left = [name for name in ordered if name not in named]
        is_most = worth.has_own or worth.share(named) >= NAMED_SHARE * carried
        if not is_most:
            continue
        if len(named) >= MOST_LINES or worth.if_known(named).share(left) <= MOST_LEFT_SHARE:
            break
    return frozenset(named)


def _placeholders(worth: PricedWorth) -> list[str]:
    return [name for name, each in worth.numbers.items() if _is_placeholder(each)]


def _is_placeholder(number: Assumption) -> bool:
    return number.origin == PriceOrigin.PLACEHOLDER
