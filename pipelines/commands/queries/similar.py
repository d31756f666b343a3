"""``lotwise similar``: the batches most like one, by trajectories or by features."""

import json
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from data_contracts.errors import UsageError, WarehouseError
from pipelines.commands.options import HomeOption, JsonOption
from pipelines.terminal.console import say

if TYPE_CHECKING:
    import polars as pl

    from assets.similarity.batch_rows import BatchRows
    from assets.similarity.traits import Traits
    from warehouse.published_copy.published import PublishedWarehouse

NEEDED = ("feature.phase_trajectories", "feature.gate_values", "core.outcome_definitions")
_BATCHES = """
SELECT batch_id, production_order, product, strength, result, failed_outcomes, started_at
FROM mart.batches
"""
_SERIES = "SELECT DISTINCT unit_procedure, phase, tag FROM feature.phase_trajectories"
# Everything of one product, or of all; NULL stands for no choice.
_TRAJECTORIES = """
SELECT t.* EXCLUDE (month, stage)
FROM feature.phase_trajectories AS t
INNER JOIN core.batches AS b ON t.batch_id = b.batch_id
WHERE
    (? OR concat_ws(' ', b.product, b.strength) = ?)
    AND coalesce(t.stage, 0) <= ?
    AND (len(?::VARCHAR[]) = 0 OR list_contains(?::VARCHAR[], t.tag))
    AND (len(?::VARCHAR[]) = 0 OR list_contains(?::VARCHAR[], t.phase))
"""
_FEATURES_OF = """
SELECT batch_id, gate, feature, value, level
FROM feature.gate_values
WHERE list_contains(?::VARCHAR[], feature) AND gate <= ?
"""


class Compared(StrEnum):
    """What batches are compared by."""

    TRAJECTORY = "trajectory"
    FEATURES = "features"


class Wanted(StrEnum):
    """What became of the neighbours asked for."""

    FAILED = "failed"
    GOOD = "good"


def command(
    batch: Annotated[str, typer.Argument(help="The batch others are held against.")],
    by: Annotated[
        Compared,
        typer.Option(
            "--by", help="Trajectories aligned by phase and progress, or features known in time."
        ),
    ] = Compared.TRAJECTORY,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="Only this tag; may be repeated.")
    ] = None,
    phase: Annotated[
        list[str] | None, typer.Option("--phase", help="Only this phase; may be repeated.")
    ] = None,
    begin: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day of start of a neighbour."),
    ] = None,
    end: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")
    ] = None,
    outcome: Annotated[
        Wanted | None, typer.Option("--outcome", help="Only neighbours that failed, or were good.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, max=1000, help="How many.")] = 10,
    any_product: Annotated[
        bool, typer.Option("--any-product", help="Batches of other products too.")
    ] = False,
    with_results: Annotated[
        bool,
        typer.Option(
            "--with-results",
            help="Also what was known only after the result, and the results that decide it.",
        ),
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the batches whose trajectories or features are most like those of a given one."""
    from assets.similarity.batch_rows import LAST_GATE, batch_rows
    from assets.similarity.example import Example, answer
    from assets.similarity.search import ComparedBy
    from pipelines.site.asked import home_of
    from pipelines.terminal.similar_lines import answer_json, answer_lines
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    example = Example(
        batch_id=batch,
        by=ComparedBy(by),
        begin=begin,
        end=end + timedelta(days=1) if end is not None else None,
        wanted=outcome,
        top=top,
        of_any_product=any_product,
    )
    tags, phases = tag or [], phase or []
    with open_published(Home(home_of(home))) as published:
        _require_tables(published)
        rows = batch_rows(
            published.query(_BATCHES), published.query("SELECT * FROM core.outcome_definitions")
        )
        _require_batch(batch, rows.batch_ids)
        own = rows.batch_ids.index(batch)
        gate = LAST_GATE if with_results else int(rows.gate[own])
        if by is Compared.TRAJECTORY:
            traits = _trajectories(published, rows, own, gate, tags, phases, any_product)
        else:
            traits = _features(published, rows, gate, [*tags, *phases], with_results)
    found = answer(example, rows, traits, gate)
    if as_json:
        typer.echo(json.dumps(answer_json(found), indent=2))
    else:
        for line in answer_lines(found):
            say(line)


def _require_tables(published: "PublishedWarehouse") -> None:
    absent = sorted(set(NEEDED) - set(published.tables()))
    if absent:
        raise WarehouseError(
            f"The last run does not hold {', '.join(absent)}: run it again with this version."
        )


def _require_batch(batch: str, known: list[str]) -> None:
    """Refuse a batch the last run does not know, and name those written alike."""
    if batch not in known:
        from difflib import get_close_matches

        near = get_close_matches(batch, known, n=3, cutoff=0.7)
        meant = f" Did you mean {', '.join(near)}?" if near else ""
        raise UsageError(f"The last run knows no batch {batch!r} among {len(known):,}.{meant}")


def _trajectories(
    published: "PublishedWarehouse",
    rows: "BatchRows",
    own: int,
    gate: int,
    tags: list[str],
    phases: list[str],
    any_product: bool,
) -> "Traits":
    from assets.similarity.trajectory_traits import trajectory_traits

    if tags or phases:
        _require_series(published.query(_SERIES), tags, phases)
    product = rows.product[own]
    is_any = any_product or product is None
    kept = published.query(_TRAJECTORIES, is_any, product, gate, tags, tags, phases, phases)
    return trajectory_traits(kept, rows.batch_ids)


def _require_series(series: "pl.DataFrame", tags: list[str], phases: list[str]) -> None:
    """Refuse tags and phases no trajectory has."""
    for column, asked in (("tag", tags), ("phase", phases)):
        known = sorted(set(series[column]))
        if unknown := sorted(set(asked) - set(known)):
            listed = ", ".join(known) or "none"
            raise UsageError(
                f"No trajectory has the {column} {', '.join(unknown)}. Known: {listed}."
            )


def _features(
    published: "PublishedWarehouse",
    rows: "BatchRows",
    gate: int,
    parts: list[str],
    with_results: bool,
) -> "Traits":
    import polars as pl

    from assets.similarity.feature_traits import feature_traits, with_margins

    dictionary = published.query("SELECT * FROM feature.dictionary")
    if parts:
        about = [pl.col("quantity").str.contains(part, literal=True) for part in parts]
        dictionary = dictionary.filter(
            pl.any_horizontal(pl.col("unit_operation").is_in(parts), *about)
        )
        if dictionary.is_empty():
            raise UsageError(
                f"No feature is of {', '.join(parts)}: 'lotwise sql \"SELECT feature FROM "
                "feature.dictionary\"' lists them."
            )
    withheld: set[str] = set()
    if not with_results:
        withheld |= set(
            published.query("SELECT feature FROM evidence.withheld_features")["feature"]
        )
    traits = feature_traits(
        published.query(_FEATURES_OF, dictionary["feature"].to_list(), gate),
        dictionary,
        published.query("SELECT * FROM feature.batch_gates"),
        gate,
        withheld,
    ).at(rows.batch_ids)
    if with_results and not parts:
        traits = with_margins(traits, published.query("SELECT * FROM core.outcome_margins"))
    return traits
