"""``evidence.excursion_runs`` between two replays: what was measured stays."""

from pathlib import Path

from pipelines.replay.excursions.runs_asset import TABLE, kept_runs
from tests.tier_evidence.test_detection_curves import runs
from warehouse.paths import Home
from warehouse.store import Warehouse


def test_excursion_runs_stay_until_they_are_measured_again(tmp_path: Path) -> None:
    warehouse = Warehouse(Home(tmp_path), "plant")
    assert kept_runs(warehouse).is_empty()
    measured = runs([0, 3, 15, 28, 29, 29])
    warehouse.write(TABLE, measured)
    kept, order = kept_runs(warehouse), ["kind", "size", "batch_id"]
    assert kept.sort(order).equals(measured.sort(order))
