"""Which feature a condition means, and what by its meaning alone cannot be held."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import polars as pl

from assets.savings.what_if.conditions import AskedCondition
from assets.savings.what_if.refusal import Refusal, RefusalCode
from assets.savings.windows.policy import Window
from assets.savings.windows.window_effects import KINDS
from data_contracts.codes.records import RefusalRule
from data_contracts.errors import UsageError
from data_contracts.measurement_units import same_unit

MOST_NAMED = 6  # names in a message


@dataclass(frozen=True)
class AskedParameter:
    """A parameter of the records and where it is to be held.

    Attributes:
        feature: Its name in ``feature.dictionary``.
        title: What a reader calls it.
        unit: Unit of its values; empty where none is recorded.
        gate: Gate from which it is known, 1 to 7.
        quantity: What it is about; features of one quantity say one thing in several ways.
        window: Where it is held.
    """

    feature: str
    title: str
    unit: str
    gate: int
    quantity: str
    window: Window


def asked_parameters(
    conditions: Sequence[AskedCondition], dictionary: pl.DataFrame, kind: str
) -> list[AskedParameter]:
    """Find the features that conditions mean.

    Args:
        conditions: At least one.
        dictionary: ``feature.dictionary``.
        kind: Kind of the lever, a key of ``KINDS``.

    Returns:
        The parameters, the one known last first.

    Raises:
        UsageError: A name is unknown or means several features, a unit is another than that of the
            records, the lever cannot hold such a thing, or a parameter is named twice.
    """
    found = [_asked(each, dictionary, kind) for each in conditions]
    for place, one in enumerate(found):
        if one.feature in {other.feature for other in found[:place]}:
            raise UsageError(
                f"Condition '{conditions[place].text}': {one.feature} is held already; write both "
                "ends as one window."
            )
    return sorted(found, key=lambda one: (-one.gate, one.feature))


def _asked(condition: AskedCondition, dictionary: pl.DataFrame, kind: str) -> AskedParameter:
    row = _row(condition, dictionary)
    where = f"Condition '{condition.text}'"
    if row["data_type"] != "numeric":
        raise UsageError(f"{where}: {row['feature']} has levels, not numbers; no window fits.")
    if row["kind"] not in KINDS[kind]:
        fitting = [lever for lever, kinds in KINDS.items() if row["kind"] in kinds]
        step = (
            f"ask it with --lever {fitting[0]}"
            if fitting
            else "nobody sets it; ask about what is set"
        )
        raise UsageError(
            f"{where}: {row['feature']} is of kind '{row['kind']}', which a '{kind}' lever does "
            f"not hold; {step}."
        )
    recorded = row["unit"] or ""
    if condition.unit and same_unit(condition.unit) != same_unit(recorded):
        raise UsageError(
            f"{where}: {row['feature']} is recorded in '{recorded or 'no unit'}', not in "
            f"'{condition.unit}'; state the window in the unit of the records."
        )
    return AskedParameter(
        row["feature"],
        row["title"] or row["feature"],
        recorded,
        int(row["available_at_gate"]),
        row["quantity"] or row["feature"],
        condition.window,
    )


def _row(condition: AskedCondition, dictionary: pl.DataFrame) -> dict[str, Any]:
    """Return the row of the dictionary that a name means: whole, its quantity, or its title."""
    name = condition.name
    feature, quantity = pl.col("feature"), pl.col("quantity")
    plain = pl.concat_str("kind", "quantity", separator=".")
    ways = (
        feature == name,
        (quantity == name) & (feature == plain),
        pl.col("title").str.to_lowercase() == name.lower(),
        quantity == name,
    )
    for way in ways:
        rows = dictionary.filter(way)
        if rows.height == 1:
            return rows.row(0, named=True)
        if rows.height > 1:
            several = ", ".join(rows["feature"].sort()[:MOST_NAMED])
            raise UsageError(
                f"Condition '{condition.text}': '{name}' may mean any of {rows.height} features; "
                f"name one whole: {several}."
            )
    hint = ", ".join(_nearest(name, dictionary)) or "none is like it"
    raise UsageError(
        f"Condition '{condition.text}': the records have no parameter '{name}'. Nearest names: "
        f"{hint}. \"lotwise sql 'SELECT feature, title, unit FROM feature.dictionary'\" lists all."
    )


def _nearest(name: str, dictionary: pl.DataFrame) -> list[str]:
    """Return the features whose name holds the text, and those spelt nearly so."""
    known = dictionary["feature"].to_list()
    by_quantity = dict(dictionary.select("quantity", "feature").drop_nulls().iter_rows())
    near = [each for each in known if name.lower() in each.lower()][:3]
    near += [by_quantity[each] for each in get_close_matches(name, by_quantity, n=3, cutoff=0.6)]
    near += get_close_matches(name, known, n=3, cutoff=0.6)
    return list(dict.fromkeys(near))[:MOST_NAMED]


def meaning_refusal(
    parameters: Sequence[AskedParameter],
    outcome: str,
    last_gate: int,
    acting_gate: int,
    withheld: pl.DataFrame,
    refused: pl.DataFrame,
) -> Refusal | None:
    """Say which parameter cannot be held by what it is or when it is known; None if all can be.

    Args:
        parameters: The parameters.
        outcome: The outcome.
        last_gate: Last gate before the result of the outcome.
        acting_gate: Last gate at which the lever acts.
        withheld: ``evidence.withheld_features``.
        refused: ``evidence.refused_features``.
    """
    for one in parameters:
        own = (pl.col("outcome") == outcome) & (pl.col("feature") == one.feature)
        why = refused.filter(own)
        rule = why["rule"][0] if why.height else None
        if rule in (RefusalRule.NOT_YET_AVAILABLE, RefusalRule.NO_AVAILABILITY):
            return Refusal(RefusalCode.KNOWN_TOO_LATE, str(why["reason"][0]))
        if rule is not None:
            return Refusal(RefusalCode.OUTCOME_OR_LEAK, str(why["reason"][0]))
        if withheld.filter(own).height:
            return Refusal(
                RefusalCode.OUTCOME_OR_LEAK,
                f"{one.title} foretells the result as hardly a process can; whether it is measured "
                "before the result is asked in evidence.leak_questions. Answer that first.",
            )
        if one.gate > last_gate:
            return Refusal(
                RefusalCode.KNOWN_TOO_LATE,
                f"{one.title} is known at gate {one.gate}; '{outcome}' is decided after gate "
                f"{last_gate}, so holding it comes too late.",
            )
        if one.gate > acting_gate:
            return Refusal(
                RefusalCode.KNOWN_TOO_LATE,
                f"{one.title} is known at gate {one.gate}; the lever acts by gate {acting_gate}.",
            )
    return None
