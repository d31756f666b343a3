"""One story: are worth, cost, payback and rate the same on every output, and do the sums multiply?

    python benchmarks/one_story.py --home HOME            # 50 random sets of prices on its records
    python benchmarks/one_story.py --home HOME --sets 5 --draws 4000

The records of a home are priced with random sets within the ranges of the set that ships. For each
the report, the summary and the workbook are written and read back, and every product and sum among
the claims is redone from the printed figures. Rows are in ``benchmarks/results/one_story.csv``.
"""

import argparse
import math
import re
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl

from assets.savings.business_case import business_case
from assets.savings.defs import CASE_TABLES, EVIDENCE, RECORDS
from assets.savings.records.baseline import baseline
from assets.savings.records.business_records import BusinessRecords
from assets.savings.records.rate_arithmetic import RATE_ARITHMETIC, rate_arithmetic
from assets.savings.uncertainty.assumptions import assumptions as declared
from benchmarks.studies.printed_figures import span
from benchmarks.studies.random_assumptions import random_set
from benchmarks.studies.recalculated_workbook import RecalculatedWorkbook
from benchmarks.studies.record import RESULTS, StudyRecord
from data_contracts.assumptions import Assumptions, load_run_assumptions
from data_contracts.catalogue import contract
from reports.claims import claim_id, evaluate, written
from reports.made_of import parts, remade
from reports.pages.facts import Facts
from reports.site.question_pages import render_pages
from reports.summary.content import content
from reports.workbook.run_workbook import write_run_workbook

SHOWN = {
    "worth": "annual_net_savings_usd",
    "cost": "implementation_cost_usd",
    "payback": "payback_months",
}
RATE = "cost.failures_per_year"
# The table of scenarios calls the rate by a name of its own.
SAME = {RATE: (RATE, "savings.measure[base/baseline_failures_per_year]")}
BOOK_LABELS = {
    "worth": "Worth a year, net",
    "cost": "Costs once",
    "payback": "Pays back after",
    "rate": "Failures a year today",
}


def _table(name: str) -> str:
    return contract(name).table


class Priced:
    """A copy of a published warehouse in memory, priced anew."""

    def __init__(self, file: Path) -> None:
        """Copy every table of a published file."""
        self._db = duckdb.connect()
        self._db.execute(f"ATTACH '{file}' AS source (READ_ONLY)")
        for schema, name in self._db.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source'"
        ).fetchall():
            self._db.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            self._db.execute(
                f'CREATE TABLE {schema}."{name}" AS SELECT * FROM source.{schema}."{name}"'
            )
        self._db.execute("DETACH source")

    def query(self, sql: str) -> pl.DataFrame:
        """Answer a query."""
        return self._db.execute(sql).pl()

    def put(self, name: str, frame: pl.DataFrame) -> None:
        """Replace a table."""
        self._db.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM frame")

    def price(self, assumptions: Assumptions, draws: int, seed: int) -> None:
        """Work out the business case and the claims anew."""
        tables: dict[str, Any] = {
            _table(name): self.query(f"SELECT * FROM {name}") for name in (*RECORDS, *EVIDENCE)
        }
        case = business_case(
            assumptions, BusinessRecords(**tables), draws=draws, seed=seed, resamples=20
        )
        for name in CASE_TABLES:
            self.put(name, getattr(case, _table(name)))
        counted = baseline(**{name: tables[name] for name in map(_table, RECORDS)})
        self.put(RATE_ARITHMETIC, rate_arithmetic(counted, assumptions))
        self.put("economics.assumptions", declared(assumptions))
        self.put("evidence.claims", evaluate(self.query))


def disagreements(plant: Any, assumptions: Assumptions, folder: Path) -> list[str]:
    """Compare the outputs of a priced plant, and redo every product and sum as printed.

    Args:
        plant: Answers queries, with claims.
        assumptions: The set it is priced with.
        folder: Where the workbook is written.

    Returns:
        What does not agree, in words.
    """
    facts = Facts(plant.query)
    return [*_sums(facts), *_outputs(plant, facts, assumptions, folder)]


def _printed(facts: Facts, full_id: str) -> str:
    row = facts.claims[full_id]
    return written(
        full_id, row["value"], row["interval_low"], row["interval_high"], row["unit"]
    ).value


def _sums(facts: Facts) -> list[str]:
    found = []
    for name, claim in facts.claims.items():
        if claim["made_of"] is None:
            continue
        said = span(_printed(facts, name))
        made = remade(claim["made_of"], lambda part: span(_printed(facts, part)))
        if not made.meets(said):
            pieces = [f"{part} {_printed(facts, part)}" for _, part in parts(claim["made_of"])]
            found.append(f"{name} is printed {_printed(facts, name)}, made of {pieces}")
    return found


def _outputs(plant: Any, facts: Facts, assumptions: Assumptions, folder: Path) -> list[str]:
    """Compare each headline on the page, in the summary and in the workbook with its claim."""
    html = "".join(render_pages(plant).values())
    tiles = [tile["value"] for tile in content(facts)["tiles"]]
    file = write_run_workbook(plant, assumptions, folder)
    book = RecalculatedWorkbook.read(file).cells
    labels = {text: cell for (sheet, cell), text in book.items() if sheet == "Summary"}
    found = []
    claims = {name: claim_id("savings.measure", f"base/{key}") for name, key in SHOWN.items()}
    claims["rate"] = RATE
    for name, full_id in claims.items():
        if full_id not in facts.claims:
            continue
        printed, value = _printed(facts, full_id), facts.claims[full_id]["value"]
        shown = set().union(*(_figures(html, each) for each in SAME.get(full_id, (full_id,))))
        if printed not in shown:
            found.append(f"{name}: {printed} is not on the page")
        if name in SHOWN and printed not in tiles:
            found.append(f"{name}: {printed} is not in the summary")
        cell = labels.get(BOOK_LABELS[name])
        held = None if cell is None else book["Summary", f"C{cell[1:]}"]
        if held is None or (held != "never" and not math.isclose(float(held), value)):
            found.append(f"{name}: {value} on the page, {held} in the workbook")
    return found


def _figures(html: str, full_id: str) -> set[str]:
    pattern = rf'data-claim="{re.escape(full_id)}"[^>]*>(.*?)</span>'
    shown = re.findall(pattern, html, flags=re.DOTALL)
    return {unescape(re.sub(r"<[^>]+>", "", text)).strip().split(" (")[0] for text in shown}


def main() -> None:
    """Price a home's records with random sets and compare its outputs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--set", dest="name", type=Path, default=None)
    parser.add_argument("--sets", type=int, default=50)
    parser.add_argument("--draws", type=int, default=4_000)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    plant = Priced(asked.home / "published" / "warehouse.duckdb")
    base = load_run_assumptions(asked.name, None, Path())
    record = StudyRecord("one_story", ("home", "seed"), asked.results)
    for home, seed in record.missing([(asked.home.name, seed) for seed in range(asked.sets)]):
        assumptions = random_set(base, seed)
        plant.price(assumptions, asked.draws, seed)
        with TemporaryDirectory() as folder:
            wrong = disagreements(plant, assumptions, Path(folder))
        sums = plant.query("SELECT count(made_of) AS n FROM evidence.claims")["n"][0]
        told = {"sums_redone": sums, "disagreements": len(wrong), "which": "; ".join(wrong)[:300]}
        record.append({"home": home, "seed": seed} | told)
        print(home, seed, sums, wrong or "agree", flush=True)


if __name__ == "__main__":
    main()
