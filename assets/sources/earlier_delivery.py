"""What was delivered before, as the working warehouse remembers it.

Read before anything new is written; comparing it with a new delivery belongs to ``prospects``.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.profile_schema.units import CARRIES_UNIT
from warehouse.store import Warehouse

LEVEL_OF: Final = "level of "  # a categorical parameter has a vocabulary of its own
# Columns whose texts are a vocabulary: a new word among them is news.
VOCABULARY: Final = {
    "raw.batches": ("product", "strength", "site", "line", "disposition", "failure_mode"),
    "raw.phases": ("unit_procedure", "phase", "equipment_id", "shift"),
    "raw.parameters": ("parameter",),
    "raw.lab_results": ("test",),
    "raw.sensor_tags": ("tag",),
    "raw.deviations": ("category", "severity", "confirmed_cause"),
    "raw.equipment_events": ("event", "part"),
    "raw.material_lots": ("material", "supplier"),
    "raw.material_attributes": ("attribute",),
    "raw.inspections": ("defect_class",),
    "raw.genealogy": ("kind", "ancestor_material", "descendant_material"),
}


@dataclass(frozen=True)
class EarlierDelivery:
    """Everything delivered before, in short.

    Attributes:
        inputs: ``evidence.inputs`` of the last run: file, and ``columns`` where it kept them.
        batches: One row per batch: batch_id, source_file of its last version.
        units: Distinct table_name, quantity, unit, source_file.
        texts: Distinct table_name, column_name, value of every vocabulary.
    """

    inputs: pl.DataFrame
    batches: pl.DataFrame
    units: pl.DataFrame
    texts: pl.DataFrame


def earlier_delivery(warehouse: Warehouse) -> EarlierDelivery | None:
    """Return what earlier runs took in of this source, None where there was none.

    Raises:
        WarehouseError: The warehouse cannot be read.
    """
    if not warehouse.file.exists() or not warehouse.exists("raw.batches"):
        return None
    last = "arg_max(source_file, (received_at, ingested_at)) AS source_file"
    batches = warehouse.query(f"SELECT batch_id, {last} FROM raw.batches GROUP BY batch_id")
    if batches.is_empty() or not warehouse.exists("evidence.inputs"):
        return None
    return EarlierDelivery(
        inputs=warehouse.query("SELECT * FROM evidence.inputs"),
        batches=batches.sort("batch_id"),
        units=warehouse.query(_units_sql()),
        texts=warehouse.query(_texts_sql()),
    )


def _units_sql() -> str:
    """Units by quantity as records carry them; readings carry none."""
    parts = [
        f"SELECT DISTINCT '{table}' AS table_name, {_quantity_sql(table, name)} AS quantity, unit, "
        f"source_file FROM {table} WHERE unit IS NOT NULL"
        for table, name in CARRIES_UNIT.items()
        if "source_file" in contract(table).column_names
    ]
    return f"{' UNION ALL '.join(parts)} ORDER BY ALL"


def _quantity_sql(table: str, name: str) -> str:
    return "material || '/' || attribute" if table == "raw.material_attributes" else name


def _texts_sql() -> str:
    parts = [
        f"SELECT DISTINCT '{table}' AS table_name, '{column}' AS column_name, {column} AS value "
        f"FROM {table} WHERE {column} IS NOT NULL"
        for table, columns in VOCABULARY.items()
        for column in columns
    ]
    parts.append(
        "SELECT DISTINCT 'raw.parameters' AS table_name, "
        f"'{LEVEL_OF}' || parameter AS column_name, level AS value FROM raw.parameters "
        "WHERE level IS NOT NULL"
    )
    return f"{' UNION ALL '.join(parts)} ORDER BY ALL"
