"""Costs from the books of a plant: mapped as the documentation says, and refused row by row."""

import re
from datetime import datetime
from pathlib import Path

import yaml

from assets.core.defs import core_genealogy, core_tables
from tests.sources.conftest import PROFILE, SmallSource
from tests.sources.source_run import materialise
from warehouse.store import Warehouse

PAGE = Path(__file__).parents[2] / "docs" / "your_prices.md"
STANDARDS = """Material,Step,Valid from,Full,Variable
P1,WEIGH,01.01.2024,120.5,100
P1,PRESS,01.01.2024,80,20
P1,PACK,01.01.2090,1,1
P1,QC,01.01.2024,5,6
P1,9,01.01.2024,5,5
"""
POSTINGS = """Order,Account,Line,Amount,Posted,Reason
B001,5100,1,41234.56,03.02.2024,SCRAP
B001,5300,1,10000,03.02.2024,SCRAP
B001,5300,2,-1000,04.02.2024,SCRAP
B001,5100,9,7,03.02.2024,SAMPLE
B002,9999,1,12,03.02.2024,SCRAP
B003,5100,1,,03.02.2024,SCRAP
B999,5100,1,5,03.02.2024,SCRAP
"""


def documented() -> dict:
    """The piece of a profile that the page shows."""
    (piece,) = re.findall(
        r"^```yaml\n(files:.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S
    )
    return yaml.safe_load(piece)


def test_books_become_core_tables_as_the_page_says(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    profile, piece = yaml.safe_load(PROFILE), documented()
    for part in ("files", "tables"):
        profile[part] |= piece[part]
    small_source.profile.write_text(yaml.safe_dump(profile, sort_keys=False))
    small_source.deliver()
    books = small_source.data / "erp"
    books.mkdir()
    (books / "standard_costs.csv").write_text(STANDARDS)
    (books / "postings.csv").write_text(POSTINGS)
    # Of so few rows more are refused than a run takes, so they are read first without those.
    refused = small_source.read().quarantined()
    broken = refused.select("table_name", "source_row", "rule").rows()
    assert sorted(broken) == BROKEN
    (books / "standard_costs.csv").write_text("".join(STANDARDS.splitlines(True)[:4]))
    (books / "postings.csv").write_text(
        "".join(row for row in POSTINGS.splitlines(True) if row[:4] not in ("B002", "B003"))
    )
    materialise(small_source, warehouse, [core_genealogy, *core_tables], as_of=datetime(2024, 6, 1))  # noqa: DTZ001
    standard = warehouse.read("core.standard_costs")
    # What takes effect after the as-of date is not known yet.
    assert standard.select(
        "product", "strength", "batch_size", "stage", "full_usd", "variable_usd"
    ).rows() == [("P1", "any", 0.0, 2, 120.5, 100.0), ("P1", "any", 0.0, 4, 80.0, 20.0)]
    booked = warehouse.read("core.write_offs")
    assert booked.select("batch_id", "category", "posting_no", "amount_usd").rows() == [
        ("B001", "deviation_investigation", 1, 10000.0),
        ("B001", "deviation_investigation", 2, -1000.0),
        ("B001", "direct_material", 1, 41234.56),
    ]
    strays = warehouse.query("SELECT count(*) FROM raw.write_offs WHERE batch_id = 'B999'")
    assert strays.item() == 1


BROKEN = [
    ("raw.standard_costs", 5, "variable_within_full"),
    ("raw.standard_costs", 6, "range"),
    ("raw.write_offs", 6, "valid_values"),
    ("raw.write_offs", 7, "required"),
]
