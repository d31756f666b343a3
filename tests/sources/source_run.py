"""A small source read into a warehouse by the assets a run materialises."""

from collections.abc import Sequence
from datetime import datetime

import dagster as dg

from assets.run_settings import RunSettings
from assets.sources.defs import source
from assets.virtual_plant.defs import exports
from data_contracts.profile import load_profile
from pipelines.io_managers import warehouse_io
from pipelines.replay.outcome_preview import decided_outcomes
from warehouse.store import Warehouse

from .conftest import SmallSource

DELIVERED = "(FROM evidence.inputs WHERE used_as = 'delivered')"


def materialise(
    small: SmallSource,
    warehouse: Warehouse,
    more: Sequence[dg.AssetsDefinition] = (),
    run_id: str = "run-1",
    as_of: datetime | None = None,
) -> None:
    """Materialise the source of a run, and more where asked."""
    settings = RunSettings(
        profile=load_profile(small.profile),
        data_dir=small.data,
        source_key=warehouse.source_key,
        assumptions_file=None,
        as_of=as_of,
        is_quick=True,
        seed=1,
        run_id=run_id,
    )
    resources = {
        "run_settings": settings,
        "warehouse": warehouse,
        "decide_outcomes": decided_outcomes,
        "warehouse_io": warehouse_io,
        "io_manager": warehouse_io,
    }
    dg.materialize([exports, source, *more], resources=resources)
