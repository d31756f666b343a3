"""Plan and review as commands, on a finished run."""

import json
from pathlib import Path

from data_contracts.verification_plan.reader import read_plan
from warehouse.paths import Home
from warehouse.published_copy.published import open_published


def test_the_records_draft_plans_that_can_be_read(
    plant_home: Path, lotwise, tmp_path: Path
) -> None:
    lotwise("verification-plan", "--draft", "--out", tmp_path, "--home", plant_home)
    with open_published(Home(plant_home)) as published:
        charted = published.query(
            "SELECT product, count(*) AS n FROM finding.chart_plan WHERE standing = 'charted' "
            "GROUP BY ALL"
        )
    plans = {plan.product: len(plan.charts) for plan in map(read_plan, tmp_path.glob("*.yaml"))}
    assert plans == dict(charted.iter_rows())
    refused = lotwise("verification-plan", "--home", plant_home, check=False)
    assert refused.returncode == 2
    assert "Say --draft" in refused.stderr


def test_a_review_is_written_and_a_wrong_year_refused(plant_home: Path, lotwise, tmp_path) -> None:
    with open_published(Home(plant_home)) as published:
        product, year, batches = published.query(
            "SELECT product, year(started_at), count(*) FROM core.batches GROUP BY ALL "
            "ORDER BY 3 DESC, 1 LIMIT 1"
        ).row(0)
    asked = ("review", "--product", product, "--out", tmp_path, "--home", plant_home)
    lotwise(*asked, "--year", str(year))
    (kept,) = tmp_path.glob("review_*.json")
    claims = {claim["claim_id"]: claim for claim in json.loads(kept.read_text())["claims"]}
    assert claims["batches[made]"]["value"] == batches
    assert kept.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    refused = lotwise(*asked, "--year", "1999", check=False)
    assert refused.returncode == 2
    assert "made no batch in 1999" in refused.stderr
