"""How a topic's assets are run: inputs read, outputs written and judged, nothing done twice.

A topic says what is computed from what. Here belongs the rest, the same for all: a step whose
tables, settings and code are as they were, and whose outputs are still what it wrote, is not run
again and says so; any other is, its tables are written under contract, and each is judged in
the same step. Only steps that can read nothing unsaid are ever passed over: those that are handed
all they read, and those that name the tables they ask the warehouse for
(``assets.defs.asks_only``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

import dagster as dg
import polars as pl

from assets.defs import ASKS_ONLY
from data_contracts.catalogue import contract_names
from pipelines.incremental.contract_result import CONTRACT_CHECK, contract_result
from pipelines.incremental.kept_work import KEPT_WORK, KeptWork
from pipelines.incremental.read_settings import ReadSettings
from pipelines.incremental.traces import Trace
from pipelines.io_managers import preview, table_of
from pipelines.process.returned_memory import give_back
from pipelines.site.installed_code import foundation_hash
from pipelines.terminal.progress import AS_BEFORE
from warehouse.reading_files import READING_MONTHS, READINGS
from warehouse.store import Warehouse

RUN_BECAUSE = "run because"
_RESOURCES = {"warehouse", "run_settings", "data_docs", KEPT_WORK}


class IncrementalStep:
    """One step of a topic, as it is run.

    Args:
        asset: The topic's definition; all it makes are tables under contract.
    """

    def __init__(self, asset: dg.AssetsDefinition) -> None:
        self.asset = asset
        self.name = asset.op.name
        self.writes = tuple(sorted(map(table_of, asset.keys)))
        compute = cast("Any", asset.op.compute_fn)
        self._function: Callable[..., Any] = compute.decorated_fn
        self._has_context = bool(compute.has_context_arg())
        inputs = asset.node_keys_by_input_name
        self.handed = {
            name: table_of(inputs[name])
            for name, each in asset.op.ins.items()
            if not cast("Any", each.dagster_type).is_nothing
        }
        said = asset.op.tags.get(ASKS_ONLY)
        self.reads = {table_of(key) for key in inputs.values()} | set((said or "").split())
        under_contract = set(contract_names())
        # A step that asks the warehouse for whatever it likes, reads files, or is told something of
        # its own is always run.
        asks = "warehouse" in asset.required_resource_keys and said is None
        self.may_be_kept = not asks and self.reads <= under_contract and not _config_of(asset)

    def run(self, context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        """Run the step, or say that all is as it was."""
        kept: KeptWork = context.resources.kept_work
        settings: ReadSettings = context.resources.run_settings
        warehouse: Warehouse = context.resources.warehouse
        reason = "what it reads is not known beforehand"
        if self.may_be_kept:
            with warehouse.connection():
                before = kept.traces.of(self.name)
                now = self._trace(warehouse, settings, (before.settings if before else ()))
            changed = "it was not run before" if before is None else before.changed(now)
            if changed is None:
                yield from (self._as_before(context, table) for table in self.writes)
                return
            reason = changed
        with settings.noting() as read:
            found = list(self._results(context, warehouse))
        while found:
            yield self._written(context, warehouse, found.pop(0), reason)
        give_back()
        if self.may_be_kept:
            kept.traces.keep(self.name, self._trace(warehouse, settings, read))

    def _trace(self, warehouse: Warehouse, settings: ReadSettings, read: Iterable[str]) -> Trace:
        """What the step depends on and has written, as things stand."""
        return Trace(
            foundation_hash(),
            {table: _fingerprint(warehouse, table) for table in sorted(self.reads)},
            settings.values(read),
            {table: _fingerprint(warehouse, table) for table in self.writes},
        )

    def _results(self, context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
        """What the topic's function hands over or reports."""
        kept: KeptWork = context.resources.kept_work
        with warehouse.connection():
            frames = {name: kept.frames.read(table) for name, table in self.handed.items()}
        found = self._function(*([context] if self._has_context else []), **frames)
        if isinstance(found, pl.DataFrame | dg.MaterializeResult):
            yield found
        else:
            yield from found

    def _written(
        self, context: dg.AssetExecutionContext, warehouse: Warehouse, result: Any, reason: str
    ) -> dg.MaterializeResult[None]:
        """Write what is not written yet, and judge it."""
        if isinstance(result, dg.MaterializeResult):
            (key,) = [result.asset_key] if result.asset_key else self.asset.keys
            metadata: Mapping[str, Any] = result.metadata or {}
        else:
            is_named = isinstance(result, dg.Output)
            frame: pl.DataFrame = result.value if is_named else result
            outputs = self.asset.node_keys_by_output_name
            (key,) = [outputs[result.output_name]] if is_named else self.asset.keys
            written = warehouse.write(table_of(key), frame)
            context.resources.kept_work.frames.wrote(table_of(key), frame)
            metadata = {
                "dagster/row_count": written.rows,
                "content_hash": written.content_hash,
                "preview": dg.MetadataValue.md(preview(frame)),
            }
        return dg.MaterializeResult(
            asset_key=key,
            metadata={**metadata, RUN_BECAUSE: reason},
            data_version=dg.DataVersion(_fingerprint(warehouse, table_of(key))),
            check_results=[contract_result(context, key)],
        )

    def _as_before(
        self, context: dg.AssetExecutionContext, table: str
    ) -> dg.MaterializeResult[None]:
        key, holds = dg.AssetKey(table.split(".")), context.resources.warehouse.holds(table)
        return dg.MaterializeResult(
            asset_key=key,
            metadata={
                "dagster/row_count": holds.rows,
                "content_hash": holds.content_hash,
                AS_BEFORE: "tables read, settings and code are unchanged; nothing was computed",
            },
            data_version=dg.DataVersion(_fingerprint(context.resources.warehouse, table)),
            check_results=[contract_result(context, key)],
        )


def incremental(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Return a topic's asset in the form in which it is run, under the same name and keys.

    Args:
        asset: The topic's definition; one that makes something else than tables is returned as it
            is.
    """
    if asset.partitions_def or not {table_of(key) for key in asset.keys} <= set(contract_names()):
        return asset
    step = IncrementalStep(asset)

    @dg.multi_asset(
        name=step.name,
        specs=[_plain(spec) for spec in asset.specs],
        check_specs=[
            dg.AssetCheckSpec(
                CONTRACT_CHECK,
                asset=key,
                blocking=True,
                description=f"{table_of(key)} satisfies its data contract.",
            )
            for key in asset.keys
        ],
        required_resource_keys=set(asset.required_resource_keys) - {"warehouse_io"} | _RESOURCES,
        config_schema=_config_of(asset),
    )
    def run(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        yield from step.run(context)

    return run


def _plain(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The spec of a table the step writes by itself."""
    return dg.AssetSpec(
        key=spec.key, deps=list(spec.deps), group_name=spec.group_name, description=spec.description
    )


def _config_of(asset: dg.AssetsDefinition) -> dict[str, Any] | None:
    """The fields of a step's own configuration."""
    field = asset.op.config_field
    return dict(getattr(field.config_type, "fields", {})) if field is not None else None


def _fingerprint(warehouse: Warehouse, table: str) -> str:
    """What stands for a table's contents; nothing where it is not there.

    Readings are a view over files named by content, which their months list.
    """
    listed = READING_MONTHS if table == READINGS else table
    return warehouse.state(listed).fingerprint if warehouse.exists(listed) else ""
