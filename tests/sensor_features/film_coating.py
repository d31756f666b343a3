"""The published film-coating batches, read from their spreadsheet without a library for it."""

import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl

NAME = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TAGS = ("DP_DRUM", "INLET_AIR_TEMP", "EXHAUST_AIR_TEMP", "INLET_AIR", "SPRAY_RATE",
        "TOTAL_SPRAY_USED", "INLET_AIR_HUMIDITY")  # fmt: skip


def film_coating(file: Path) -> pl.DataFrame:
    """One row per time of each batch: batch, phase, minutes, seven sensors."""
    with zipfile.ZipFile(file) as book:
        strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(t.text or "" for t in item.iter(f"{NAME}t")) for item in strings]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        rows = [[_cell(c, texts) for c in row] for row in sheet.iter(f"{NAME}row")]
    frame = pl.DataFrame(rows[1:], schema=[str(title) for title in rows[0]], orient="row")
    return frame.select("BATCH NUMBER", "PHASE", pl.col("Time (min)", *TAGS).cast(pl.Float64))


def _cell(cell: Any, texts: list[str]) -> str | None:
    value = cell.find(f"{NAME}v")
    if value is None:
        return None
    return texts[int(value.text)] if cell.get("t") == "s" else value.text
