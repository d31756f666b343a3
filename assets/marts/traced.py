"""What a person asks of one batch or lot: what went into it, what came of it, and what is at risk.

Read from the published marts alone. The cost at risk is arithmetic: batches times what a failed
batch costs at the prices of the run.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from data_contracts.codes.records import Disposition, GenealogyNode
from data_contracts.errors import UsageError

Query = Callable[[str], pl.DataFrame]
MOST_NAMED = 5
RELEASED, OPEN, LOST = "released", "not yet released", "rejected"
STANDINGS = {
    Disposition.RELEASED: RELEASED,
    Disposition.REWORKED: RELEASED,
    Disposition.PENDING: OPEN,
    Disposition.REJECTED: LOST,
}
_FIND = """
SELECT DISTINCT type, node FROM (
    SELECT descendant_type AS type, descendant AS node FROM core.genealogy_edges
    UNION ALL SELECT ancestor_type, ancestor FROM core.genealogy_edges
    UNION ALL SELECT 'batch', batch_id FROM mart.batches
) WHERE {condition} ORDER BY ALL
"""
_WENT_IN = """
SELECT levels, most_levels, share, ancestor_type AS type, ancestor AS node, material,
    ancestor_disposition AS disposition, ancestor_result AS result
FROM mart.trace WHERE descendant_type = {type} AND descendant = {node}
ORDER BY levels, share DESC NULLS LAST, type, node
"""
_CAME_OF = """
SELECT levels, most_levels, share, descendant_type AS type, descendant AS node, product, started_at,
    disposition, result, batch_id IS NOT NULL AS is_on_record
FROM mart.trace WHERE ancestor_type = {type} AND ancestor = {node}
ORDER BY levels, started_at NULLS LAST, type, node
"""
_OWN = "SELECT disposition FROM mart.batches WHERE batch_id = {node}"
_PRICES = """
SELECT low, base, high, (SELECT any_value(is_own) FROM economics.price_standing) AS is_own
FROM economics.rate_arithmetic WHERE figure = 'failure_cost_usd_per_batch'
"""


@dataclass(frozen=True)
class AtRisk:
    """Batches of one standing that descend from what is asked about.

    Attributes:
        standing: Released, or not yet released.
        batches: How many.
        cost_usd: What they would cost if all were lost, every price at its base; None where
            nothing is priced.
        cost_low_usd: With every price at its low end.
        cost_high_usd: With every price at its high end.
    """

    standing: str
    batches: int
    cost_usd: float | None
    cost_low_usd: float | None
    cost_high_usd: float | None


@dataclass(frozen=True)
class Traced:
    """One batch or lot and all that stands behind and after it.

    Attributes:
        type: batch or lot.
        node: Batch, or material/supplier/number.
        went_in: What it is made of: levels, most_levels, share, type, node, material, disposition,
            result; None where not asked.
        came_of: What is made of it: levels, most_levels, share, type, node, product, started_at,
            disposition, result, is_on_record (a batch the records hold); None where not asked.
        at_risk: Batches that descend from it, with itself where it is one; empty where not asked.
        rejected: Descendants rejected already, which are no risk any more.
        prices_are_own: Whether the prices are the plant's own; None where nothing is priced.
    """

    type: str
    node: str
    went_in: pl.DataFrame | None
    came_of: pl.DataFrame | None
    at_risk: tuple[AtRisk, ...]
    rejected: int
    prices_are_own: bool | None

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        frames = {"went_in": self.went_in, "came_of": self.came_of}
        return {
            "type": self.type,
            "node": self.node,
            **{name: each.to_dicts() for name, each in frames.items() if each is not None},
            "at_risk": [asdict(each) for each in self.at_risk],
            "rejected": self.rejected,
            "prices_are_own": self.prices_are_own,
        }


def traced(query: Query, asked: str, *, backward: bool = True, forward: bool = True) -> Traced:
    """Trace one batch or lot through any number of levels.

    Args:
        query: Runs one SELECT on the published warehouse.
        asked: A batch, a lot as material/supplier/number, or a lot's number alone.
        backward: Whether to say what went into it.
        forward: Whether to say what came of it, and what is at risk.

    Raises:
        UsageError: Nothing has that name, or several lots do.
    """
    kind, node = _found(query, asked)
    of = {"type": _text(kind), "node": _text(node)}
    went_in = query(_WENT_IN.format(**of)) if backward else None
    if not forward:
        return Traced(kind, node, went_in, None, (), 0, None)
    came_of = query(_CAME_OF.format(**of))
    batches = came_of.filter("is_on_record")["disposition"]  # intermediates are counted in those
    if kind == GenealogyNode.BATCH:
        batches = pl.concat([batches, query(_OWN.format(**of))["disposition"]])
    standings = [STANDINGS.get(each or Disposition.PENDING, OPEN) for each in batches]
    prices = query(_PRICES).to_dicts()
    price = prices[0] if prices else None
    return Traced(
        kind,
        node,
        went_in,
        came_of,
        tuple(_at_risk(name, standings.count(name), price) for name in (OPEN, RELEASED)),
        standings.count(LOST),
        None if price is None else bool(price["is_own"]),
    )


def _at_risk(standing: str, batches: int, price: dict[str, Any] | None) -> AtRisk:
    costs = [None if price is None else batches * price[end] for end in ("base", "low", "high")]
    return AtRisk(standing, batches, *costs)


def _found(query: Query, asked: str) -> tuple[str, str]:
    found = query(_FIND.format(condition=f"node = {_text(asked)}"))
    if found.is_empty():
        found = query(
            _FIND.format(condition=f"type = 'lot' AND suffix(node, {_text('/' + asked)})")
        )
    if found.is_empty():
        raise UsageError(
            f"No batch and no lot is named '{asked}' in the published warehouse. 'lotwise sql "
            '"SELECT DISTINCT ancestor FROM trace"\' lists what went into others.'
        )
    if found.height > 1:
        names = ", ".join(f"{kind} {node}" for kind, node in found.head(MOST_NAMED).iter_rows())
        more = "" if found.height <= MOST_NAMED else f" and {found.height - MOST_NAMED} more"
        raise UsageError(
            f"'{asked}' is the name of several: {names}{more}. Give one of them in full, a lot as "
            "material/supplier/number."
        )
    kind, node = found.row(0)
    return str(kind), str(node)


def _text(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"
