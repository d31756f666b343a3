"""What a source cannot tell, in sentences: each is a figure the product leaves out and says so."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from assets.batch_matrix.lost_batches import losing
from data_contracts.codes.records import GenealogyKind, OutcomeStatus
from data_contracts.tables import table


class Limit(NamedTuple):
    """One thing the product leaves out for a source.

    Attributes:
        topic: What it is about.
        code: Unique within the topic.
        statement: What is left out and why, a sentence.
    """

    topic: str
    code: str
    statement: str


# What is left out where the source has no record of a table.
ABSENT = {
    "phases": Limit(
        "gates",
        "no_phases",
        "The source records no phases: gates have no instants, the stage of each record decides "
        "what was known at them; lead times, phase durations and holds are not computed.",
    ),
    "material_usage": Limit(
        "materials",
        "no_genealogy",
        "The source does not say which lots went into which batch: material attributes and "
        "suppliers are not used, and batches sharing a lot count as independent.",
    ),
    "material_attributes": Limit(
        "materials",
        "no_lot_results",
        "The source has no results of material lots: lots count by supplier and number only.",
    ),
    "deviations": Limit(
        "deviations",
        "no_deviations",
        "The source has no deviations: prior deviations are not used, and explanations cannot be "
        "tested against confirmed causes.",
    ),
    "equipment_events": Limit(
        "equipment",
        "no_equipment_events",
        "The source has no maintenance, calibration, cleaning or breakdown records: equipment age "
        "and wear are not computed.",
    ),
    "sensor_tags": Limit(
        "sensors",
        "no_sensors",
        "The source describes no sensor tags: phase features of readings are not computed.",
    ),
    "weighings": Limit(
        "materials",
        "no_weighings",
        "The source has no weighings: deviations from target weight are not computed.",
    ),
    "inspections": Limit(
        "inspection",
        "no_inspections",
        "The source has no inspection counts: reject rates are not computed.",
    ),
    "stability_results": Limit(
        "stability",
        "no_stability_results",
        "The source has no stability results: shelf life is not predicted.",
    ),
    "spectra": Limit(
        "spectra", "no_spectra", "The source has no spectra: PAT models are not built."
    ),
}
COSTS = Limit(
    "economics",
    "no_costs_per_batch",
    "The source records no cost per batch: money comes from the assumptions file, whose every "
    "number has an owner and a range.",
)
# Said each for itself where the source has the other of the two.
COST_TABLES = {
    "standard_costs": Limit(
        "economics",
        "no_standard_costs",
        "The source has no standard costs: what was spent on a failed batch up to its stage is "
        "assumed wherever nothing was written off for it.",
    ),
    "write_offs": Limit(
        "economics",
        "no_write_offs",
        "The source has no write-offs: what a failed batch cost besides its standard cost is "
        "assumed.",
    ),
}

# Read beside batches.
TABLES = tuple(dict.fromkeys((*ABSENT, *COST_TABLES, "genealogy_edges", "lineages")))


def limits(
    tables: Mapping[str, pl.DataFrame],
    outcome_definitions: pl.DataFrame,
    outcomes: pl.DataFrame,
    strays: pl.DataFrame,
    failure_modes: Mapping[str, int],
    censored: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Say what could not be computed for this source, and why.

    Args:
        tables: Core tables by name without schema: ``batches`` and ``TABLES``.
        outcome_definitions: ``core.outcome_definitions``.
        outcomes: ``core.outcomes``.
        strays: Records of unknown batches: table_name, records.
        failure_modes: The stage where each mode of failure originates, as the profile has it (or
            an older price file).
        censored: ``evidence.censored_results``; None for none.

    Returns:
        ``evidence.limits``, sorted by its key.
    """
    rows = [
        *(limit for table, limit in ABSENT.items() if tables[table].is_empty()),
        *_batch_limits(tables["batches"], tables["phases"]),
        *_outcome_limits(outcome_definitions, outcomes, tables["batches"]),
        *_stray_limits(strays),
        *_cost_limits(tables),
        *_without_origin(tables["batches"], failure_modes),
        *_genealogy_limits(tables["genealogy_edges"], tables["lineages"]),
        *(() if censored is None else _censored_limits(censored)),
    ]
    return table("evidence.limits", rows)


def _censored_limits(censored: pl.DataFrame) -> Iterator[Limit]:
    for name, quantity, statement in censored.select(
        "source_table", "quantity", "statement"
    ).iter_rows():
        topic = "results" if name == "core.lab_results" else "materials"
        yield Limit(topic, f"beyond_limit.{quantity}", statement)


def _cost_limits(tables: Mapping[str, pl.DataFrame]) -> list[Limit]:
    absent = [limit for name, limit in COST_TABLES.items() if tables[name].is_empty()]
    return [COSTS] if len(absent) == len(COST_TABLES) else absent


def _without_origin(batches: pl.DataFrame, known: Mapping[str, int]) -> Iterator[Limit]:
    named = batches["failure_mode"].drop_nulls().unique().sort()
    lost = [mode for mode in named if mode not in known]
    if lost:
        shown = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        yield Limit(
            "outcomes",
            "no_origin",
            f"The stage where a failure originates is not known for {shown}: its cost stands "
            "under no stage unless an investigation confirmed a cause. Name the stages under "
            "'failure_modes' in the profile.",
        )


def _genealogy_limits(edges: pl.DataFrame, lineages: pl.DataFrame) -> Iterator[Limit]:
    circular = edges.filter("is_circular")
    if not circular.is_empty():
        first = circular.row(0, named=True)
        yield Limit(
            "genealogy",
            "circles",
            f"{circular.height} edges of the genealogy, delivered at different times, run in "
            f"circles (such as {first['ancestor']} into {first['descendant']}): no trace follows "
            "them until one of them is corrected.",
        )
    inherited = edges.filter(pl.col("kind") != GenealogyKind.USE)
    unknown = inherited["share"].null_count()
    if unknown:
        yield Limit(
            "genealogy",
            "unknown_shares",
            f"{unknown} of {inherited.height} edges of the genealogy have no share, because "
            "amounts are missing or not of one kind: shares of all that lies behind them are not "
            "known, and ancestors count equally in what batches inherit.",
        )
    for lineage in lineages.filter(~pl.col("is_clustered"))["lineage"].unique().sort():
        yield Limit(
            "clusters",
            f"lineage.{lineage}",
            f"Batches that share ancestors by '{lineage}' are not joined in the clusters of "
            "verdicts: with the groups they have it would run through most of the plant. "
            "finding.failure_dependence counts them by themselves.",
        )


def _batch_limits(batches: pl.DataFrame, phases: pl.DataFrame) -> Iterator[Limit]:
    is_dated = batches["started_at"].is_not_null() & (batches["started_at_precision"] != "order")
    if not is_dated.any():
        yield Limit(
            "time",
            "no_dates",
            "Batches have no dates: their order of production stands for time, rates are per batch "
            "and not per year of the calendar.",
        )
    elif (batches["started_at_precision"].drop_nulls() == "month").any():
        yield Limit(
            "time",
            "months_only",
            "Batches are dated to the month: order within a month is that of production, and no "
            "duration shorter than a month is computed.",
        )
    if not phases.is_empty():
        missing = batches.join(phases, on="batch_id", how="anti").height
        if missing:
            yield Limit(
                "gates",
                "batches_without_phases",
                f"{missing} of {batches.height} batches have no phases: their gates have no "
                "instants, and the stage of each record decides.",
            )
    if batches["campaign_id"].is_null().all():
        yield Limit(
            "clusters",
            "no_campaigns",
            "Campaigns are not recorded: batches are grouped by the parent lot they share, where "
            "one is known.",
        )
    if batches["disposition"].is_null().all():
        yield Limit(
            "outcomes",
            "no_dispositions",
            "The source records no dispositions: what counts as a failure is what the profile "
            "declares, and a proxy is called one wherever it is shown.",
        )


def _outcome_limits(
    definitions: pl.DataFrame, outcomes: pl.DataFrame, batches: pl.DataFrame
) -> Iterator[Limit]:
    if definitions.is_empty():
        yield Limit(
            "outcomes",
            "no_outcomes",
            "The profile declares no outcome: nothing is predicted, and no verdict is given.",
        )
    decisive = losing(definitions)
    if definitions.height and decisive.is_empty():
        yield Limit(
            "outcomes",
            "no_lost_batch",
            "No outcome the profile declares loses a batch: failures are counted and studied, and "
            "nothing is priced.",
        )
    elif decisive.height and decisive["is_proxy"].all():
        yield Limit(
            "outcomes",
            "all_proxies",
            "Every outcome by which a batch counts as lost is a proxy, a limit set on results: no "
            "batch is recorded as lost, and what is priced is arithmetic.",
        )
    counts = outcomes.group_by("outcome", "status").len().sort("outcome", "status")
    words = {OutcomeStatus.PENDING: "still pending", OutcomeStatus.NOT_MEASURED: "not measured"}
    for outcome, status, count in counts.iter_rows():
        if status in words:
            yield Limit(
                "outcomes",
                f"{status}.{outcome}",
                f"The outcome '{outcome}' is {words[status]} for {count} of {batches.height} "
                "batches; they are neither good nor failed.",
            )
    for row in definitions.filter(pl.col("margin_quantity").is_null()).iter_rows(named=True):
        yield Limit(
            "outcomes",
            f"no_margin.{row['outcome']}",
            f"No measured quantity stands behind '{row['outcome']}': margins to specification are "
            "not modelled, and the label alone carries the evidence.",
        )


def _stray_limits(strays: pl.DataFrame) -> Iterator[Limit]:
    for strayed, records in strays.filter(pl.col("records") > 0).sort("table_name").iter_rows():
        yield Limit(
            "records",
            f"unknown_batch.{strayed}",
            f"{records} records of raw.{strayed} name a batch that raw.batches does not have; they "
            f"stay in raw.{strayed} and are left out of core.{strayed}.",
        )
