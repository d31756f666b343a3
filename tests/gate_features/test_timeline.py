"""Durations and holds by hand."""

import polars as pl

from assets.gate_features.observed.timeline import timeline_features


def phase(procedure, stage, start, end, name="run"):
    return {
        "batch_id": "B1",
        "stage": stage,
        "unit_procedure": procedure,
        "phase": name,
        "started_at": start,
        "ended_at": end,
    }


def test_durations_and_holds(table, hours):
    phases = table(
        "core.phases",
        phase("granulation", 3, hours(0), hours(1), "wetting"),
        phase("granulation", 3, hours(1.5), hours(3), "mixing"),
        phase("drying", 3, hours(5), hours(9)),
        phase("compression", 4, hours(8), hours(20)),  # starts before drying ended: no hold
        phase("coating", 4, hours(21), None),  # still running
    )
    values = timeline_features(phases).values
    found = {row["feature"]: row for row in values.iter_rows(named=True)}
    assert found["phase.granulation.duration_h"]["value"] == 3.0
    assert found["phase.granulation.duration_h"]["known_at"] == hours(3)
    assert found["hold.granulation_to_drying_h"]["value"] == 2.0
    assert found["hold.granulation_to_drying_h"]["known_at"] == hours(5)
    assert found["hold.compression_to_coating_h"]["stage"] == 4
    assert "hold.drying_to_compression_h" not in found
    assert "phase.coating.duration_h" not in found


def test_titles(table, hours):
    phases = table(
        "core.phases",
        phase("fluid_bed_drying", 3, hours(0), hours(1)),
        phase("blending", 3, hours(2), hours(3)),
    )
    titles = dict(timeline_features(phases).features.select("feature", "title").iter_rows())
    assert titles["phase.fluid_bed_drying.duration_h"] == "Fluid bed drying duration (h)"
    assert (
        titles["hold.fluid_bed_drying_to_blending_h"]
        == "Hold between fluid bed drying and blending (h)"
    )
    assert pl.Series(list(titles)).is_unique().all()
