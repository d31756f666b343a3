"""How frames travel between assets: every asset key is a warehouse table of the same name.

The IO manager is the only place where an asset's return value meets the warehouse; contracts are
enforced there, so a topic cannot save a frame its contract does not describe.
"""

import dagster as dg
import polars as pl

from warehouse.store import Warehouse

PREVIEW_ROWS, PREVIEW_COLUMNS = 5, 8


def table_of(key: dg.AssetKey) -> str:
    """Return the ``schema.table`` an asset key stands for."""
    return ".".join(key.path)


def preview(frame: pl.DataFrame) -> str:
    """Return the first rows of a frame as a Markdown table for Dagster's UI."""
    shown = frame.head(PREVIEW_ROWS).select(frame.columns[:PREVIEW_COLUMNS])
    head = "| " + " | ".join(shown.columns) + " |\n|" + "---|" * shown.width
    rows = ["| " + " | ".join(str(value)[:40] for value in row) + " |" for row in shown.rows()]
    return "\n".join([head, *rows])


class WarehouseIOManager(dg.IOManager):
    """Saves frames into the warehouse under contract and loads them back."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame) -> None:
        """Write a frame, whole, into the table named by the asset key."""
        written = self._warehouse.write(table_of(context.asset_key), obj)
        context.add_output_metadata(
            {
                "dagster/row_count": written.rows,
                "content_hash": written.content_hash,
                "preview": dg.MetadataValue.md(preview(obj)),
            }
        )

    def load_input(self, context: dg.InputContext) -> pl.DataFrame:
        """Read the table named by the upstream asset key, whole."""
        return self._warehouse.read(table_of(context.asset_key))


@dg.io_manager(required_resource_keys={"warehouse"})
def warehouse_io(context: dg.InitResourceContext) -> WarehouseIOManager:
    """The IO manager over this run's working warehouse."""
    return WarehouseIOManager(context.resources.warehouse)
