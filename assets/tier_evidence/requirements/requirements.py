"""The requirements of every guideline, as one table."""

from importlib.resources import files

import polars as pl
import yaml

from data_contracts.tables import table
from data_contracts.yaml_loader import SAFE_LOADER

REQUIREMENTS = "evidence.requirements"


def requirements() -> pl.DataFrame:
    """Return the traceability matrix.

    Returns:
        ``evidence.requirements``: one row per requirement, by guideline and clause.
    """
    rows = []
    for file in sorted(files(__package__).iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".yaml"):
            continue
        source = file.name.removesuffix(".yaml")
        asked = yaml.load(file.read_text(encoding="utf-8"), Loader=SAFE_LOADER)
        rows += [
            {"source": source, "position": position, **each}
            for position, each in enumerate(asked["requirements"], start=1)
        ]
    return table(REQUIREMENTS, rows)
