"""Scores are sealed before their result, once for each thing said, and joined to it by hand."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from assets.history.live_performance import live_performance
from assets.history.score_book import new_entries
from assets.history.score_chain import BEFORE_THE_FIRST, breaks, entry_hash
from data_contracts.tables import table

DAY = timedelta(days=1)
FIRST = datetime.fromisoformat("2026-01-01")
PRICE = {
    "lever": "alert", "caught_failure_usd": 1.0, "false_alarm_usd": 1.0, "break_even_prob": 0.1,
    "least_prob": 0.1,
}  # fmt: skip


def prices() -> pl.DataFrame:
    return table("economics.alarm_prices", [{"gate": 5, "alarm_budget": 0.25, **PRICE}])


def scores(*said: tuple[str, float], version: str = "m-1", signal: bool = True) -> pl.DataFrame:
    return table(
        "model.batch_scores",
        [
            {
                "outcome": "failure", "gate": 5, "batch_id": batch, "model": "m",
                "model_version": version, "failure_prob": prob, "threshold": 0.5,
                "verdict": "process_signal" if signal else "no_signal",
                "is_alarm": prob > 0.5 if signal else None, "foretold": "undecided",
                "inputs_hash": f"{prob}",
            }
            for batch, prob in said
        ],
    )  # fmt: skip


def outcomes(**results: bool | None) -> pl.DataFrame:
    return table(
        "core.outcomes",
        [
            {
                "batch_id": batch, "outcome": "failure", "is_failure": failed, "is_censored": False,
                "known_at": FIRST + 10 * DAY if failed is not None else None,
                "status": "pending" if failed is None else "known",
            }
            for batch, failed in results.items()
        ],
    )  # fmt: skip


def batches(*names: str) -> pl.DataFrame:
    return table(
        "core.batches",
        [
            {"batch_id": name, "production_order": i, "cluster_id": name,
             "started_at_precision": "order"}
            for i, name in enumerate(names)
        ],
    )  # fmt: skip


def night(
    book: pl.DataFrame, said: pl.DataFrame, known: pl.DataFrame, number: int, **run: Any
) -> pl.DataFrame:
    """The book after one more night."""
    row = {"run_id": f"r{number}", "as_of": FIRST + number * DAY, "is_look_back": False, **run}
    added = new_entries(book, said, known, prices(), row, FIRST + number * DAY)
    return pl.concat([book, added])


@pytest.fixture
def book() -> pl.DataFrame:
    """Three nights: two batches, the same two again, and one of them with a corrected record."""
    empty, open_now = table("history.score_book"), outcomes(B1=None, B2=None)
    first = night(empty, scores(("B1", 0.9), ("B2", 0.1)), open_now, 1)
    second = night(first, scores(("B1", 0.9), ("B2", 0.1)), open_now, 2)
    return night(second, scores(("B1", 0.4), ("B2", 0.1)), open_now, 3)


def test_a_thing_is_entered_once_and_what_was_said_first_stays(book: pl.DataFrame) -> None:
    said = book.select("entry", "batch_id", "revision", "failure_prob", "run_id").rows()
    assert said == [(1, "B1", 1, 0.9, "r1"), (2, "B2", 1, 0.1, "r1"), (3, "B1", 2, 0.4, "r3")]


def test_entries_carry_the_seal_of_the_one_before(book: pl.DataFrame) -> None:
    assert breaks(book) == []
    assert book["previous_hash"].to_list() == [BEFORE_THE_FIRST, *book["entry_hash"][:-1]]


@pytest.mark.parametrize(
    ("known", "run"),
    [
        (outcomes(B3=True), {}),
        (outcomes(B3=None), {"is_look_back": True}),
        (outcomes(B4=None), {}),
    ],
    ids=["result known", "a look back", "no such outcome"],
)
def test_what_is_not_foretold_is_not_sealed(
    book: pl.DataFrame, known: pl.DataFrame, run: dict[str, Any]
) -> None:
    assert night(book, scores(("B3", 0.9)), known, 4, **run).height == book.height


def test_a_new_version_says_things_of_its_own(book: pl.DataFrame) -> None:
    after = night(book, scores(("B1", 0.4), version="m-2"), outcomes(B1=None), 4)
    assert after.select("entry", "revision", "model_version").row(-1) == (4, 1, "m-2")


def test_live_performance_by_hand(book: pl.DataFrame) -> None:
    """B1 was foretold at 0.9 with an alarm and failed nine days later; B2 at 0.1 and was good."""
    (row,) = live_performance(
        book, outcomes(B1=True, B2=False), batches("B1", "B2")
    ).to_dicts()  # fmt: skip
    counts = ("scored", "revised", "known_before", "alarms", "results", "failures", "detected")
    assert [row[name] for name in counts] == [2, 1, 0, 1, 2, 1, 1]
    assert row["false_alarms"] == 0
    assert row["lead_time_h"] == 9 * 24
    assert row["expected_failures"] == pytest.approx(1.0)
    assert row["observed_to_expected"] == pytest.approx(1.0)
    assert row["brier"] == pytest.approx(0.01)
    assert row["alarm_share"] == 0.5
    assert row["is_budget_kept"]  # one of two does not show that more than a quarter are flagged
    assert row["alarm_share_low"] < 0.25 < row["alarm_share_high"]


def test_a_version_without_a_signal_has_raised_no_alarm() -> None:
    said = night(
        table("history.score_book"), scores(("B1", 0.9), signal=False), outcomes(B1=None), 1
    )
    (row,) = live_performance(said, outcomes(B1=True), batches("B1")).to_dicts()
    assert (row["alarms"], row["detected"], row["sensitivity"]) == (None, None, None)
    assert (row["results"], row["failures"]) == (1, 1)


def test_a_result_by_now_known_before_counts_in_nothing(book: pl.DataFrame) -> None:
    early = outcomes(B1=True, B2=False).with_columns(known_at=pl.lit(FIRST).cast(pl.Datetime("us")))
    (row,) = live_performance(book, early, batches("B1", "B2")).to_dicts()
    assert (row["scored"], row["known_before"], row["results"], row["failures"]) == (2, 2, 0, 0)


def test_a_failure_that_was_called_impossible_is_in_the_brier_score() -> None:
    """No ratio has 0 below it, but of two batches called safe one failed: (1 + 0) / 2."""
    said = night(
        table("history.score_book"), scores(("B1", 0.0), ("B2", 0.0)), outcomes(B1=None, B2=None), 1
    )
    found = live_performance(said, outcomes(B1=True, B2=False), batches("B1", "B2"))
    (row,) = found.to_dicts()
    assert (row["brier"], row["observed_to_expected"]) == (0.5, None)


def test_nothing_sealed_is_nothing_told() -> None:
    empty = table("history.score_book")
    assert live_performance(empty, outcomes(B1=True), batches("B1")).is_empty()
    assert breaks(empty) == []


def test_the_seal_is_of_every_word(book: pl.DataFrame) -> None:
    row = book.row(0, named=True)
    for name in set(row) - {"entry_hash"}:
        assert entry_hash({**row, name: "other"}) != row["entry_hash"], name
