"""Dagster assets of the evidence that tiers owe: curves of detection, the audit trail, levers."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import table_asset, table_ins, table_outputs, table_outs
from assets.run_settings import PLANT_OF_PROFILE, RunSettings
from assets.tier_evidence.conduct import Conduct
from assets.tier_evidence.demonstration import demonstrate
from assets.tier_evidence.detection_curves import TABLE as CURVES
from assets.tier_evidence.detection_curves import detection_curves
from assets.tier_evidence.drafting.drafts import DraftRecords
from assets.tier_evidence.freezing import ReadTable
from assets.tier_evidence.requirements.requirements import REQUIREMENTS, requirements
from assets.tier_evidence.subject import InUse
from assets.tier_evidence.trail.lever_standing import LEVER_STANDING, Evidence, lever_standing
from assets.tier_evidence.trail.protocols import PROTOCOLS, RESULTS, protocols, results
from data_contracts.catalogue import contract
from warehouse.noted.audit_trail import AUDIT_TRAIL, audit_trail
from warehouse.store import Warehouse

GROUP = "tier_evidence"
OF_TRAIL = (AUDIT_TRAIL, PROTOCOLS, RESULTS, LEVER_STANDING)
DRAFTED = (
    "finding.window_studies",
    "core.parameters",
    "feature.dictionary",
    "feature.gate_values",
    "finding.drivers",
)
IN_USE = ("finding.window_studies", "model.verdicts", "economics.alarm_prices")

matrix = table_asset(REQUIREMENTS, group=GROUP)(requirements)


# The trail lies beside the warehouses, so what it says is asked anew by every run.
@dg.multi_asset(
    name="tier_evidence",
    ins=table_ins(*sorted({*IN_USE, *DRAFTED}), "core.outcome_definitions"),
    outs=table_outs(*OF_TRAIL),
    group_name=GROUP,
    required_resource_keys={"run_settings", "warehouse"},
)
def tier_evidence(
    context: dg.AssetExecutionContext, outcome_definitions: pl.DataFrame, **tables: pl.DataFrame
) -> Iterator[Any]:
    """What was frozen, approved and run, and whether each lever has the evidence of its tier."""
    settings: RunSettings = context.resources.run_settings
    warehouse: Warehouse = context.resources.warehouse
    outcomes = outcome_definitions["outcome"].to_list()
    in_use = InUse(**{contract(name).table: tables[contract(name).table] for name in IN_USE})
    if settings.profile.name in PLANT_OF_PROFILE:
        conduct = Conduct(warehouse.home, warehouse.source_key, _reading(warehouse), in_use)
        records = DraftRecords(**{contract(n).table: tables[contract(n).table] for n in DRAFTED})
        levers = settings.assumptions().levers
        for said in demonstrate(conduct, levers, outcomes, records, settings.seed):
            context.log.info(said)
    trail = audit_trail(warehouse.home, warehouse.source_key)
    evidence = Evidence(trail, protocols(trail), results(trail))
    standing = lever_standing(
        settings.assumptions().levers,
        outcomes,
        evidence,
        in_use,
    )
    found = {
        AUDIT_TRAIL: trail,
        PROTOCOLS: evidence.protocols,
        RESULTS: evidence.results,
        LEVER_STANDING: standing,
    }
    yield from table_outputs(found, OF_TRAIL)


@table_asset(CURVES, "evidence.excursion_runs", group=GROUP)
def curves(excursion_runs: pl.DataFrame) -> pl.DataFrame:
    """Count what was seen of excursions by size."""
    return detection_curves(excursion_runs)


def _reading(warehouse: Warehouse) -> ReadTable:
    return lambda name: warehouse.read(name) if warehouse.exists(name) else None
