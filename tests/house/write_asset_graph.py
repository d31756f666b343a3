"""Writes the snapshot of the asset graph anew, after a change that was meant."""

from pipelines.build import build_definitions
from tests.house.test_asset_graph import SNAPSHOT, described

if __name__ == "__main__":
    SNAPSHOT.write_text(described(build_definitions()), encoding="utf-8")
