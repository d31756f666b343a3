"""A run over 200 batches a year with 6 failures, priced as sterile vials, prints published figures.

The plant is an own CSV file of which nobody has stated a price; so the run asks for none but those.
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
profile: aseptic_line
title: Aseptic filling, a row per batch
wide_table:
  path: batches.csv
  separator: ","
  batch_id: batch
  batches: {product: product}
  numeric:
    3: [mixing_time_min, solution_ph]
    4: [fill_speed_per_min]
  label: {column: failed, failed: ["1"], stage: 6}
"""


@pytest.fixture(scope="module")
def run(lotwise: Lotwise, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What the run said, and its home."""
    folder = tmp_path_factory.mktemp("vials")
    (folder / "profile.yaml").write_text(PROFILE)
    drawn = random.Random(1)
    rows = ["batch,product,mixing_time_min,solution_ph,fill_speed_per_min,failed"]
    for i in range(200):
        values = f"{drawn.gauss(30, 3):.2f},{drawn.gauss(6.5, 0.1):.3f},{drawn.gauss(300, 9):.1f}"
        rows.append(f"B{i:03d},{'AB'[i % 2]},{values},{int(i % 33 == 7)}")
    (folder / "batches.csv").write_text("\n".join(rows) + "\n")
    home = folder / "home"
    words = ("--source", folder / "profile.yaml", "--data", folder, "--home", home)
    done = lotwise("run", "--quick", *words, "--assumptions", "sterile_vials", "--json")
    return json.loads(done.stdout), home


def test_three_to_twelve_million_a_year_and_two_to_eight_saved(
    run: tuple[dict[str, Any], Path],
) -> None:
    cost = run[0]["page_one"]["cost"]
    assert cost.startswith("6 failures a year at $1.25M each make $7.5M a year")
    assert "at its low end $3M, at its high end $12M" in cost
    assert "From 3% to 1% of batches" in cost
    assert "4 fewer would fail a year: $5M a year, or $2M to $8M at the ends" in cost


def test_nobody_is_asked_for_money(run: tuple[dict[str, Any], Path]) -> None:
    said, home = run
    page = said["page_one"]
    assert "of the variance of the yearly cost of failures" in page["prices"]
    assert "Sterile vials, planning figures" in page["prices"]
    assert "Approve" not in page["ask"]
    assert "put in these prices: direct material cost per batch" in page["ask"]
    with open_published(Home(home)) as published:
        assert verify(published, Home(home).reports_dir / "report.html") == []
        owned = published.query("SELECT DISTINCT has_own_prices FROM mart.savings")
    assert owned["has_own_prices"].to_list() == [False]
