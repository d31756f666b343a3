"""A small smoke of the replay: a month of nights, the book beside a plain count."""

from benchmarks.score_book_replay import HandCount, replay


def test_a_month_of_nights_leaves_a_whole_book_that_agrees_with_a_plain_count() -> None:
    rows = replay("tablets", 3, months=1, batches=100)
    assert rows
    assert {row["is_count_equal"] for row in rows} == {True}
    assert {(row["sealed_entries_changed"], row["broken_seals"]) for row in rows} == {(0, 0)}
    assert sum(row["scored"] for row in rows) == rows[0]["entries"] - rows[0]["said_otherwise"]


def test_the_plain_count_is_right_by_hand() -> None:
    """What is said of a batch whose result has come, and what is said again, do not count."""
    who = {"outcome": "failure", "gate": 5, "model_version": "m"}
    said = [
        who | {"batch_id": batch, "failure_prob": prob, "is_alarm": alarm}
        for batch, prob, alarm in (("B1", 0.9, True), ("B2", 0.2, False), ("B3", 0.5, True))
    ]
    counted = HandCount()
    counted.night(said, {("B1", "failure"): None, ("B2", "failure"): None, ("B3", "failure"): True})
    counted.night([said[0] | {"failure_prob": 0.1, "is_alarm": False}], {("B1", "failure"): None})
    found = counted.counts({("B1", "failure"): True, ("B2", "failure"): None})
    assert found == {("failure", 5, "m"): [2, 1, 1, 1, 1, 0, 0.9]}
