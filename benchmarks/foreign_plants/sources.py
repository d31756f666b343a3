"""A foreign table as a plant would deliver it: one CSV and a profile, no Python."""

from pathlib import Path
from typing import Any

import yaml

from benchmarks.foreign_plants.table import ForeignTable, as_frame

UNITS = {
    "min": "min", "rpm": "rpm", "c": "degC", "g_per_min": "g/min", "mbar": "mbar", "kg": "kg",
    "pct": "%", "g_ml": "g/mL", "n": "N", "kn": "kN", "mg": "mg", "mm": "mm", "bar": "bar",
    "s": "s", "h": "h", "c_per_h": "degC/h", "l_per_min": "L/min", "us": "uS", "ml": "mL",
    "load": "1",
}  # fmt: skip


def write_source(table: ForeignTable, folder: Path) -> Path:
    """Write ``batches.csv`` and ``profile.yaml``; returns the profile."""
    folder.mkdir(parents=True, exist_ok=True)
    as_frame(table).write_csv(folder / "batches.csv")
    profile = folder / "profile.yaml"
    profile.write_text(yaml.safe_dump(profile_of(table), sort_keys=False), encoding="utf-8")
    return profile


def profile_of(table: ForeignTable) -> dict[str, Any]:
    """Return the profile that maps the CSV onto the raw contracts."""
    batches: dict[str, Any] = {
        "batch_id": "batch",
        "production_order": {"row_number": True},
        "product": "product",
        "disposition": "decision",
    }
    if table.days is not None:
        batches |= {"started_at": {"column": "made_at", "format": "%Y-%m-%dT%H:%M:%S"}}
    if table.campaign is not None:
        batches["campaign_id"] = "campaign"
    described: dict[str, Any] = {"file": "batches", "columns": batches}
    if table.days is None:
        described["constants"] = {"started_at_precision": "order"}
    tables: dict[str, Any] = {
        "batches": described,
        "parameters": {
            "file": "batches",
            "columns": {"batch_id": "batch"},
            "unpivot": _parameters(table),
        },
        "lab_results": {
            "file": "batches",
            "columns": {"batch_id": "batch"},
            "unpivot": {
                "assay_pct": {
                    "name": "assay_pct", "stage": 6, "unit": "%", "spec_low": float(table.spec_low),
                }
            },
        },
    }  # fmt: skip
    if table.lots is not None:
        tables["material_usage"] = {
            "file": "batches",
            "columns": {"batch_id": "batch", "lot": "lot"},
            "constants": {"material": "binder", "quantity": 1.0, "unit": "kg", "stage": 1},
        }
    outcome = {
        "name": "failure",
        "title": "Batch rejected",
        "rule": "disposition = 'rejected'",
        "margins": [{"quantity": "assay_pct", "spec_low": float(table.spec_low)}],
        "first_known_stage": 6,
        "defined_by": ["assay_pct"],
    }
    return {
        "profile": f"foreign_{table.kind}_{table.seed}",
        "title": "A table from elsewhere",
        "files": {"batches": {"path": "batches.csv"}},
        "tables": tables,
        "outcomes": [outcome],
    }


def _parameters(table: ForeignTable) -> dict[str, dict[str, Any]]:
    numeric = {
        each.name: {"name": each.name, "stage": each.stage, "unit": _unit(each.name)}
        for each in table.parameters
    }
    levels = {
        name: {"name": name, "stage": stage, "is_text": True}
        for name, (stage, _) in table.categories.items()
    }
    return numeric | levels


def _unit(name: str) -> str:
    words = name.split("_")
    for length in (3, 2, 1):
        if unit := UNITS.get("_".join(words[-length:])):
            return unit
    return "1"
