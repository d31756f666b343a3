"""A run refuses what ``check`` refuses, before anything is written, and decides what it counted."""

from collections.abc import Callable

import pytest

from assets.core.defs import core_genealogy, core_outcomes, core_tables
from assets.sources.defs import EVIDENCE, RAW_TABLES
from assets.sources.inspection import inspect_source
from data_contracts.errors import SourceError
from data_contracts.profile import load_profile
from pipelines.replay.outcome_preview import decided_outcomes
from warehouse.store import Warehouse

from .conftest import SmallSource
from .source_run import materialise


def unlisted_disposition(small: SmallSource) -> None:
    small.batches.append("B101,101,P1,,,thrown away")


def all_pending(small: SmallSource) -> None:
    small.batches = [line.replace("released", "pending") for line in small.batches]


def sorted_by_result(small: SmallSource) -> None:
    text = small.profile.read_text().replace("[batch_id, production_order,", "[batch_id,")
    order = (
        "batches\n    columns: {production_order: {row_number: true}}\n    same_names: [batch_id,"
    )
    text = text.replace("batches\n    same_names: [batch_id,", order).replace("started_at, ", "")
    small.profile.write_text(text)
    small.batches[1:21] = [line.replace("released", "rejected") for line in small.batches[1:21]]


def results_of_other_batches(small: SmallSource) -> None:
    small.results = [line.replace("B0", "b-0").replace("B1", "b-1") for line in small.results]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (unlisted_disposition, r"batches\.csv, line 102, disposition = 'thrown away'"),
        (all_pending, r"batches\.csv, disposition: all 100 batches are pending"),
        (sorted_by_result, r"batches\.csv, line 22, the row number = 'B021'"),
        (
            results_of_other_batches,
            r"results\.csv, line 2, batch_id = 'b-001': none of 100 records",
        ),
    ],
)
def test_a_run_is_refused_before_anything_is_written(
    small_source: SmallSource,
    warehouse: Warehouse,
    spoil: Callable[[SmallSource], None],
    told: str,
) -> None:
    spoil(small_source)
    small_source.deliver()
    profile = load_profile(small_source.profile)
    report = inspect_source(profile, small_source.data, decided_outcomes)
    with pytest.raises(SourceError, match=f"nothing was written(?s:.*){told}") as refusal:
        materialise(small_source, warehouse)
    assert all(error.sentence in str(refusal.value) for error in report.prospects.errors)
    assert not any(warehouse.exists(table) for table in (*RAW_TABLES, *EVIDENCE))


def test_outcomes_are_counted_as_a_run_decides_them(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    text = small_source.profile.read_text()
    low = (
        "  - {name: low, title: Low, rule: assay_pct < 99.3, first_known_stage: 6, "
        "margins: [{quantity: assay_pct, spec_low: 99.3}]}\n"
    )
    small_source.profile.write_text(text + low)
    small_source.batches[5:9] = [
        line.replace("released", word)
        for line, word in zip(
            small_source.batches[5:9], ["rejected", "pending", "reworked", ""], strict=True
        )
    ]
    small_source.results = small_source.results[:60]
    small_source.deliver()
    report = inspect_source(load_profile(small_source.profile), small_source.data, decided_outcomes)
    materialise(small_source, warehouse, more=[core_genealogy, *core_tables, core_outcomes])
    decided = warehouse.read("core.outcomes")
    for told in report.prospects.outcomes:
        own = decided.filter(outcome=told.outcome)
        assert told.failed == own["is_failure"].sum()
        assert told.good == (~own["is_failure"]).sum()
        assert told.pending == own.filter(status="pending").height
        assert told.not_measured == own.filter(status="not_measured").height
    failure, low_assay = report.prospects.outcomes
    assert (failure.failed, failure.good, failure.pending) == (1, 97, 2)
    assert (low_assay.failed, low_assay.good, low_assay.not_measured) == (29, 30, 41)
