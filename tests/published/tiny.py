"""Make the tiny published warehouse: a few rows of each table a report reads, of a real run.

``make tiny`` runs the demo in a folder of its own, which takes minutes, and keeps of what it
published what is listed here, a Parquet file a table. A home with a finished demo can be given
instead. Tests read the files; what they assert they change first (``changed_rows.py``).

    python -m tests.published.tiny [--home HOME]
"""

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from warehouse.paths import Home
from warehouse.published_copy.published import PublishedWarehouse, open_published

FOLDER = Path(__file__).parent / "tables"
BATCHES = 500
_FIRST = f"(SELECT batch_id FROM core.batches WHERE production_order <= {BATCHES})"
_OWN = "outcome = 'failure'"
_LAST = f"{_OWN} AND gate = 5"
_NAMED = f"(SELECT driver FROM finding.drivers WHERE {_LAST} AND rank <= 5)"

# What is kept of each table; nothing is said where it is small as it is.
KEPT = {
    "core.batches": f"batch_id IN {_FIRST}",
    "core.outcome_definitions": _OWN,
    "core.outcomes": f"{_OWN} AND batch_id IN {_FIRST}",
    "economics.alarm_prices": "gate IN (4, 5)",
    "economics.assumptions": "name IN ('direct_material_usd_per_batch', 'suite_usd_per_day', "
    "'rescuable_share_gate_5', 'effectiveness', 'discount_rate')",
    "economics.cash_by_year": "",
    "economics.controller_answers": "position <= 1",
    "economics.copq_ledger": f"batch_id IN {_FIRST}",
    "economics.levers": _OWN,
    "economics.price_shares": "rank <= 3",
    "economics.price_standing": "",
    "economics.programme_arithmetic": "",
    "economics.rate_arithmetic": "",
    "economics.scenarios": "lever IN ('all', 'window.failure')",
    "economics.sensitivity": "rank <= 2",
    "economics.value_by_gate": _OWN,
    "economics.window_effects": _OWN,
    "evidence.acceptance_criteria": _OWN,
    "evidence.contract_results": "table_name IN ('core.batches', 'core.phases') "
    "AND rule IN ('required', 'unique')",
    "evidence.ingestion": "table_name IN ('raw.batches', 'raw.lab_results', 'raw.sensor_readings')",
    "evidence.inputs": "file IN ('batches.csv', 'lims_results.csv')",
    "evidence.limits": "",
    "evidence.refused_features": f"{_OWN} AND feature LIKE 'lab.%'",
    "evidence.runs": "",
    "feature.dictionary": f"feature IN {_NAMED}",
    "finding.driver_curves": f"{_LAST} AND driver IN {_NAMED}",
    "finding.drivers": f"{_OWN} AND gate IN (4, 5) AND rank <= 5",
    "finding.trends": "",
    "finding.trial_designs": "",
    "model.alarm_counts": f"{_LAST} AND alarm_budget = 0.05 AND fold >= 2",
    "model.alarm_performance": _LAST,
    "model.alarm_periods": _LAST,
    "model.attributions": f"{_LAST} AND feature IN {_NAMED} AND batch_id IN {_FIRST}",
    "model.calibration": _LAST,
    "model.permutation_nulls": f"{_OWN} AND statistic = 'margin_gain_over_product'",
    "model.validations": _LAST,
    "model.verdicts": _OWN,
    "quarantine.records": "table_name = 'raw.lab_results'",
}


def make(home: Path, folder: Path = FOLDER) -> None:
    """Keep of what a home published what is listed.

    Args:
        home: After a run of the built-in plant.
        folder: Where the tables go.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.parquet"):
        file.unlink()
    with open_published(Home(home)) as published:
        for name, kept in KEPT.items():
            _keep(published, name, kept, folder / f"{name}.parquet")


def _keep(published: PublishedWarehouse, name: str, kept: str, file: Path) -> None:
    rows = published.query(f"FROM {name} WHERE {kept or 'true'} ORDER BY ALL")
    if name == "evidence.runs":  # whose machine it was is nobody's business
        rows = rows.with_columns(command=pl.lit("lotwise run"), started_by=pl.lit(None, pl.String))
    rows.write_parquet(file, compression="zstd", statistics=False)


def main() -> None:
    """Run the demo unless a home is given, and keep what is listed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, help="a home after a run of the built-in plant")
    asked = parser.parse_args()
    if asked.home is not None:
        make(asked.home)
        return
    with TemporaryDirectory() as home:
        command = [sys.executable, "-m", "pipelines.command_line", "run", "--home", home]
        subprocess.run(command, check=True)
        make(Path(home))


if __name__ == "__main__":
    main()
