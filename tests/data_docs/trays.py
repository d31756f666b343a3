"""A small table under contract, filled by hand, for what is said of it in suites and pages."""

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.contract import Column, Contract, RowRule
from data_contracts.data_docs.index import About
from data_contracts.data_docs.project import Project
from data_contracts.data_docs.refused import received_suite
from data_contracts.data_docs.site import build_site
from data_contracts.generated.polars_schema import polars_schema
from data_contracts.quality.suites import contract_suite

NOON = datetime.fromisoformat("2024-03-01 12:00:00")
TRAYS = Contract(
    "raw.trays",
    "Trays of a lyophiliser.",
    "One tray.",
    (
        Column("tray_id", "string", "VARCHAR", "Tray.", True, True, pattern="T[0-9]+"),
        Column("vials", "integer", "BIGINT", "Vials on it.", unit="vials", minimum=0, maximum=500),
        Column("filled_at", "timestamp", "TIMESTAMP", "Filled, UTC."),
        Column("closed_at", "timestamp", "TIMESTAMP", "Closed, UTC."),
    ),
    (RowRule("closed_after_filling", "closed_at >= filled_at", "a tray closes once filled"),),
)


def trays(**changes: list[Any]) -> pl.DataFrame:
    """Three trays that keep the contract, but for what is changed."""
    clean: dict[str, list[Any]] = {
        "tray_id": ["T1", "T2", "T3"],
        "vials": [0, 500, None],
        "filled_at": [NOON] * 3,
        "closed_at": [NOON, NOON, None],
    }
    schema = polars_schema(TRAYS)
    return pl.DataFrame([pl.Series(n, v).cast(schema[n]) for n, v in (clean | changes).items()])


def site_of(folder: Path, *validations: Any, run_id: str = "run-1") -> Path:
    """Keep results in a project of their own and return the folder of its pages."""
    project = Project(folder)
    project.keep_suites([received_suite(TRAYS), contract_suite(TRAYS)])
    for validation in validations:
        project.keep_result(validation, run_id, NOON)
    build_site(project, folder / "site", About("trays", run_id, str(project.folder), 100_000))
    return folder / "site"


def page_text(site: Path, name: str) -> str:
    """The HTML of a table's latest result, found by the address that stays."""
    forward = (site / "tables" / f"{name}.html").read_text(encoding="utf-8")
    target = forward.partition('href="')[2].partition('"')[0]
    return (site / "tables" / target).resolve().read_text(encoding="utf-8")
