"""A run whose plant delivers standard costs and a write-off: every output prices with them.

200 batches a year, 6 failed, priced as sterile vials. By standard a batch of A spends 400,000 on
material and 150,000 on crew and rooms, one of B 600,000 and 250,000; three of each failed, and for
one of B 660,000 of material were booked. So material is 510,000 a batch on average, crew 200,000;
the set's other categories come to 210,000: 920,000 each, 5.52 million a year.
"""

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.verification import verify
from warehouse.paths import Home
from warehouse.published_copy.published import open_published

Lotwise = Callable[..., subprocess.CompletedProcess[str]]
PROFILE = """\
profile: booked_line
title: Aseptic filling with costs on record
files:
  batches: {path: batches.csv}
  standards: {path: standards.csv}
  postings: {path: postings.csv}
tables:
  batches:
    file: batches
    same_names: [batch_id, production_order, product, disposition]
    constants: {started_at_precision: order}
  parameters:
    file: batches
    columns: {batch_id: batch_id}
    unpivot:
      mixing_time_min: {name: mixing_time_min, stage: 3, unit: min}
      solution_ph: {name: solution_ph, stage: 3, unit: pH}
  standard_costs:
    file: standards
    same_names: [product, stage, effective_at, full_usd, variable_usd]
  write_offs:
    file: postings
    same_names: [batch_id, category, amount_usd]
outcomes:
  - name: failure
    title: Batch rejected
    rule: disposition = 'rejected'
    first_known_stage: 6
"""
STANDARDS = """\
product,stage,effective_at,full_usd,variable_usd
A,2,2020-01-01,300000,300000
A,4,2020-01-01,200000,100000
A,6,2020-01-01,50000,0
A,7,2020-01-01,9000,9000
B,2,2020-01-01,500000,500000
B,4,2020-01-01,300000,100000
B,6,2020-01-01,50000,0
"""


@pytest.fixture(scope="module")
def run(lotwise: Lotwise, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What the run said, and its home."""
    folder = tmp_path_factory.mktemp("booked")
    (folder / "profile.yaml").write_text(PROFILE)
    drawn = random.Random(1)
    rows = ["batch_id,production_order,product,mixing_time_min,solution_ph,disposition"]
    for i in range(200):
        values = f"{drawn.gauss(30, 3):.2f},{drawn.gauss(6.5, 0.1):.3f}"
        said = "rejected" if i % 33 == 7 else "released"
        rows.append(f"B{i:03d},{i},{'AB'[i % 2]},{values},{said}")
    (folder / "batches.csv").write_text("\n".join(rows) + "\n")
    (folder / "standards.csv").write_text(STANDARDS)
    (folder / "postings.csv").write_text(
        "batch_id,category,amount_usd\nB007,direct_material,660000\n"
    )
    home = folder / "home"
    words = ("--source", folder / "profile.yaml", "--data", folder, "--home", home)
    done = lotwise("run", "--quick", *words, "--assumptions", "sterile_vials", "--json")
    return json.loads(done.stdout), home


def test_the_first_page_prices_with_the_books_and_says_so(
    run: tuple[dict[str, Any], Path],
) -> None:
    cost = run[0]["page_one"]["cost"]
    assert cost.startswith("6 failures a year at $920k each make $5.52M a year")
    assert cost.endswith(
        "The set is sterile_vials; of the ledger 12% is written off for the batch itself, 65% is "
        "standard cost of the product up to the stage it failed at, 23% is priced with "
        "placeholders that came with lotwise."
    )


def test_every_claim_holds_and_the_recorded_numbers_are_listed(
    run: tuple[dict[str, Any], Path], lotwise: Lotwise
) -> None:
    home = run[1]
    with open_published(Home(home)) as published:
        prices = dict(published.query("SELECT name, base FROM economics.recorded_prices").rows())
        each = published.query("SELECT sum(amount_usd) / 6 FROM economics.copq_ledger").item()
        assert verify(published, Home(home).reports_dir / "report.html") == []
        limits = published.query("SELECT code FROM evidence.limits WHERE topic = 'economics'")
    assert prices["direct_material_usd_per_batch"] == pytest.approx(510000)
    assert prices["suite_usd_per_day"] == pytest.approx(200000 / 8)  # days of the set's base
    assert prices["sunk_cost_share_gate_2"] == pytest.approx((3 / 4 + 5 / 6) / 2)
    assert float(each) == pytest.approx(920000)
    assert limits.is_empty()
    listed = json.loads(lotwise("assumptions", "--home", home, "--json").stdout)
    by_name = {row["name"]: row for row in listed}
    assert by_name["direct_material_usd_per_batch"]["origin"] == "records"
    assert by_name["direct_material_usd_per_batch"]["base"] == pytest.approx(510000)
    assert by_name["capa_share"]["origin"] == "placeholder"
