"""Near-duplicate descriptions are grouped, whatever category they were filed under."""

import polars as pl

from assets.deviations.groups import deviation_groups
from data_contracts.tables import table
from tests.deviations.conftest import described


def test_near_duplicates_share_a_group_and_others_do_not():
    texts = ["Press 12 stopped on feeder alarm", "press stopped on feeder alarms",
             "Press  stopped on a feeder alarm", "Room humidity above alert limit",
             "Room humidity above its alert limit 45"]  # fmt: skip
    rows = deviation_groups(described(texts, ["a", "b", "a", "c", "c"]))
    assert rows.sort("deviation_id")["group_id"].to_list() == [1, 1, 1, 2, 2]
    assert rows.filter(pl.col("group_id") == 1)["categories"].unique().to_list() == [2]


def test_groups_survive_nothing_one_and_no_text():
    assert deviation_groups(table("core.deviations")).is_empty()
    assert deviation_groups(described(["Only one"], ["a"]))["group_size"].to_list() == [1]
    assert deviation_groups(described([None, ""], ["a", "a"])).is_empty()
