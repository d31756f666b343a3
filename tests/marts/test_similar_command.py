"""``lotwise similar`` on a finished run says what the mart says, and refuses with names."""

import json
from pathlib import Path

import pytest

from warehouse.paths import Home
from warehouse.published_copy.published import open_published


@pytest.mark.parametrize("by", ["trajectory", "features"])
def test_the_command_finds_what_the_mart_holds(plant_home: Path, lotwise, by: str) -> None:
    with open_published(Home(plant_home)) as published:
        batch, neighbour, distance = published.query(
            "SELECT batch_id, neighbour_id, distance FROM mart.similar_batches "
            "WHERE compared_by = ? AND neighbour_result = 'good' AND rank = 1 ORDER BY ALL",
            by,
        ).row(0)
    asked = ("similar", batch, "--by", by, "--outcome", "good", "--top", "1", "--json")
    (nearest,) = json.loads(lotwise(*asked, "--home", plant_home).stdout)["neighbours"]
    assert nearest["batch_id"] == neighbour
    assert nearest["distance"] == pytest.approx(distance, abs=1e-6)
    assert nearest["result"] == "good"
    assert nearest["different"]


def test_an_unknown_tag_is_refused_with_those_there_are(plant_home: Path, lotwise) -> None:
    with open_published(Home(plant_home)) as published:
        (batch,) = published.query("SELECT batch_id FROM mart.batches ORDER BY ALL").row(0)
    refused = lotwise("similar", batch, "--tag", "nope", "--home", plant_home, check=False)
    assert refused.returncode == 2
    assert "No trajectory has the tag nope. Known: atomising_pressure_bar" in refused.stderr
