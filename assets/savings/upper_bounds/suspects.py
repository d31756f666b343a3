"""Which parameters are suspects: whatever is set or bought, and whatever the ranking lists."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.savings.windows.window_effects import KINDS

# A tag has a dozen statistics, nearly the same; of those the ranking picks the ones that speak.
SET_OR_BOUGHT = ("parameter", "material")
LEVER_OF_KIND = {kind: lever for lever, kinds in KINDS.items() for kind in kinds}


@dataclass(frozen=True)
class Suspect:
    """A parameter that might cost failures.

    Attributes:
        feature: Its name in ``feature.dictionary``.
        title: What a reader calls it.
        gate: Gate from which it is known, 1 to 7.
        lever_kind: Kind of the lever that would hold it.
        aliases: Features that say the same thing in another way.
    """

    feature: str
    title: str
    gate: int
    lever_kind: str
    aliases: tuple[str, ...]


def suspects(tables: Mapping[str, pl.DataFrame], outcome: str, last_gate: int) -> list[Suspect]:
    """Return the suspects of an outcome, by name.

    Args:
        tables: ``dictionary``, ``withheld_features`` and ``drivers``, named as in the warehouse.
        outcome: The outcome.
        last_gate: Last gate before its result; what is known later prevents nothing.
    """
    is_own = pl.col("outcome") == outcome
    withheld = tables["withheld_features"].filter(is_own)["feature"]
    ranked = tables["drivers"].filter(is_own & (pl.col("gate") == last_gate))["driver"]
    dictionary = tables["dictionary"].filter(
        (pl.col("data_type") == "numeric")
        & (pl.col("available_at_gate") <= last_gate)
        & ~pl.col("feature").is_in(withheld.implode())
    )
    is_held = pl.col("kind").is_in(list(LEVER_OF_KIND)) & pl.col("feature").is_in(ranked.implode())
    chosen = dictionary.filter(pl.col("kind").is_in(SET_OR_BOUGHT) | is_held).sort("feature")
    of_quantity = {
        str(quantity): tuple(names)
        for quantity, names in dictionary.group_by("quantity").agg("feature").iter_rows()
    }
    return [
        Suspect(
            row["feature"],
            row["title"] or row["feature"],
            int(row["available_at_gate"]),
            LEVER_OF_KIND[row["kind"]],
            of_quantity[str(row["quantity"])] if row["quantity"] else (row["feature"],),
        )
        for row in chosen.iter_rows(named=True)
    ]
