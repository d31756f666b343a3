"""The draft of each challenge: what is used, what a wrong answer would do, and usual bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.statistics.agreement.panel_sizes import detection_trials, inspections_needed
from assets.tier_evidence.drafting.draft_text import Criterion, draft_text
from data_contracts.codes.records import PlantedWorth
from data_contracts.codes.tier_evidence import (
    EvidenceChallenge,
    EvidenceComparison,
    EvidenceTier,
)

AT_LEAST, AT_MOST = EvidenceComparison.AT_LEAST, EvidenceComparison.AT_MOST
PANEL_FILE = "panel.csv"
GOOD, DEFECTIVE = "good", "defective"
# Replicates of a part may all agree, and a part then counts once: sizes are planned for that.
CONTENT, HOPED, REPLICATES, ALIKE = 0.9, 0.99, 3, 1.0
MOST_READINGS = 3
STATES = 10_000
STEPS_ACROSS = 20  # a step is this share of the acceptable range


@dataclass(frozen=True)
class DraftRecords:
    """What a draft is made from.

    Attributes:
        window_studies: ``finding.window_studies``.
        parameters: ``core.parameters``.
        dictionary: ``feature.dictionary``.
        gate_values: ``feature.gate_values``.
        drivers: ``finding.drivers``.
    """

    window_studies: pl.DataFrame
    parameters: pl.DataFrame
    dictionary: pl.DataFrame
    gate_values: pl.DataFrame
    drivers: pl.DataFrame


def window_of(lever: str, window_studies: pl.DataFrame) -> Mapping[str, Any] | None:
    """Return the study of the window of a lever, or None where none was estimated.

    Args:
        lever: Lever and outcome.
        window_studies: ``finding.window_studies``.
    """
    name, _, outcome = lever.partition(".")
    own = window_studies.filter(
        (pl.col("lever") == name)
        & (pl.col("outcome") == outcome)
        & (pl.col("subject") == "as_recorded")
        & pl.col("not_estimated_because").is_null()
    )
    return own.row(0, named=True) if own.height else None


def bounded_draft(lever: str, tier: int, records: DraftRecords) -> str | None:
    """Draft tier 3: bounded behaviour of the window that is recommended.

    Args:
        lever: Lever and outcome.
        tier: Of the lever.
        records: What is on record.

    Returns:
        The text; None where no window is recommended.
    """
    study = window_of(lever, records.window_studies)
    if study is None:
        return None
    known = records.dictionary.filter(pl.col("feature") == study["feature"]).row(0, named=True)
    unit = known["unit"] or "units"
    low, high = _acceptable(known, records)
    readings = _readings(study["feature"], lever.partition(".")[2], known, records)
    said = {
        **_head(lever, f"tier_{tier}", EvidenceChallenge.BOUNDED_BEHAVIOUR),
        "title": f"Bounded behaviour of the window for {study['title']}",
        "intended_use": (
            f"Advises a set-point of {study['title']} {_spoken(study)}. People decide and set it; "
            "nothing is set by the software."
        ),
        "context_of_use": (
            "Beside the process's own in-process controls, inside the proven acceptable range, on "
            "batches like those on record. Not to be used outside the hull of the records, nor to "
            "release a batch."
        ),
        "risk": (
            "A recommendation outside the acceptable range, too large a step, or one that a failed "
            "sensor moves may make a failed batch. In-process control and release testing would "
            "notice it, late. Hence no exceedance at all is accepted."
        ),
        "settings": {
            "par_low": low,
            "par_high": high,
            "largest_step": float(f"{(high - low) / STEPS_ACROSS:.3g}"),
            "unit": unit,
            "readings": ", ".join(readings),
            "states": STATES,
            "seed": 1,
        },
        "data": [
            {"table": "finding.window_studies", "split": "built"},
            {"table": "feature.gate_values", "split": "built"},
        ],
    }
    criteria: list[Criterion] = [
        ("inside_par", "Never outside the proven acceptable range", AT_MOST, 0.0, unit),
        ("largest_step", "Never a larger step than stated", AT_MOST, 0.0, unit),
        ("monotone", "Never lower from a higher present set-point", AT_MOST, 0.0, unit),
        ("refused_outside_records", "No answer outside the records", AT_MOST, 0.0, "distance"),
        ("sensors", "Unmoved by twelve failures of each sensor", AT_MOST, 0.0, unit),
        ("answered", "Answers, so that refusing all does not pass", AT_LEAST, 0.01, "share"),
    ]
    return draft_text(said, criteria)


def panel_draft(lever: str, title: str, tier: int, records: DraftRecords) -> str:
    """Draft tier 2: a panel of known parts, lots or batches, with the sizes it needs.

    Args:
        lever: Lever and outcome.
        title: What a reader calls the lever.
        tier: Of the lever.
        records: What is on record.
    """
    study = window_of(lever, records.window_studies)
    parts = inspections_needed(detection_trials(HOPED, CONTENT), REPLICATES, ALIKE)
    limit = f" The limit is {_spoken(study)} for {study['title']}." if study else ""
    data = [{"file": PANEL_FILE, "split": "held_out"}]
    if study:
        data.insert(0, {"table": "finding.window_studies", "split": "built"})
    said = {
        **_head(lever, f"tier_{tier}", EvidenceChallenge.PANEL),
        "title": f"Seeded panel: {title}",
        "intended_use": f"Accepts or rejects by measurement: {title}.{limit}",
        "context_of_use": (
            "In the place of, or beside, today's inspection. Not to be used on classes of defects "
            "that are not in the panel."
        ),
        "risk": (
            "A defect that is accepted reaches the next stage; a good part that is rejected costs "
            "money. Hence detection is shown class by class with an exact bound, and false rejects "
            "are bounded from above."
        ),
        "settings": {
            "panel": PANEL_FILE,
            "good_class": GOOD,
            "parts_per_class": parts,
            "replicates": REPLICATES,
            "margin": 0.1,
            "method": "to be named: instrument, software and its version",
        },
        "data": data,
    }
    criteria: list[Criterion] = [
        (f"detection_{DEFECTIVE}", "Defective parts found, at 95% confidence", AT_LEAST, CONTENT,
         "share"),
        ("false_reject", "Good parts rejected, at 95% confidence", AT_MOST, 0.1, "share"),
        ("kappa_to_reference", "Agreement with the known classes", AT_LEAST, 0.7, "kappa"),
    ]  # fmt: skip
    if study is None:  # a machine in the place of people; what limits a lot replaces nobody
        criteria += [
            ("knapp_ratio", "Knapp: reject zone efficiency beside people", AT_LEAST, 0.9, "ratio"),
            ("difference_to_people", "Detection less that of people", AT_LEAST, -0.1, "share"),
        ]
    return draft_text(said, criteria, more=" --results RESULTS.csv")


def panel_template(parts_per_class: int, classes: tuple[str, ...] = (GOOD, DEFECTIVE)) -> str:
    """Return a panel to be filled in: so many parts of each class.

    Args:
        parts_per_class: From the draft.
        classes: Names of the classes, the good one first.
    """
    numbers = range(1, parts_per_class + 1)
    rows = [f"{name}_{number:03d},{name}" for name in classes for number in numbers]
    return "\n".join(["part,class", *rows]) + "\n"


def excursions_draft(lever: str, title: str, tier: int) -> str:
    """Draft tier 1: detection of seeded excursions by the frozen detector.

    Args:
        lever: Lever and outcome.
        title: What a reader calls the lever.
        tier: Of the lever.
    """
    said = {
        **_head(lever, f"tier_{tier}", EvidenceChallenge.EXCURSIONS),
        "title": f"Seeded excursions: {title}",
        "intended_use": f"Draws people's attention to a batch: {title}. People decide.",
        "context_of_use": (
            "Beside limits on single readings. Not to be relied on for readings, kinds and sizes "
            "that the report lists as never seen."
        ),
        "risk": (
            "An excursion that is not seen lets a batch go on that would have been looked at; "
            "release testing still stands behind. A false alarm costs an investigation."
        ),
        "settings": {"kind": "step", "size": 1.0},
        "data": [
            {"table": "core.batches", "split": "held_out"},
            {"table": "finding.chart_limits", "split": "built"},
        ],
    }
    criteria: list[Criterion] = [
        ("seen", "Series in which nine of ten are seen", AT_LEAST, 0.9, "share"),
        ("shown", "Series in which counts show it at 95%", AT_LEAST, 0.5, "share"),
        ("false_alarms", "Untouched twins flagged, at 95% confidence", AT_MOST, 0.1, "share"),
        ("monotone", "Series in which detection rises with size", AT_LEAST, 0.9, "share"),
    ]
    return draft_text(said, criteria)


def self_test_draft() -> str:
    """Draft the self-test on own records."""
    said = {
        "protocol": "self_test",
        "tier": EvidenceTier.OWN_RECORDS,
        "challenge": EvidenceChallenge.PLANTED_CAUSES,
        "title": "Self-test on own records: causes of a known worth, planted and counted",
        "intended_use": (
            "Tells whether a study that names no cause could have seen one, on this plant's own "
            "features, lots, gaps and results."
        ),
        "context_of_use": (
            "Beside the verdicts of the same model versions. It says what would be found, not what "
            "is there."
        ),
        "risk": (
            "A study without power that says 'no signal' is taken for a clean process. Hence the "
            "lower end of the share that is found is judged, and controls that cannot prevent a "
            "failure must stay unclaimed."
        ),
        "settings": {"worth": PlantedWorth.HALF_OF_FAILURES},
        "data": [
            {"table": "core.outcomes", "split": "built"},
            {"table": "feature.gate_values", "split": "built"},
        ],
    }
    criteria: list[Criterion] = [
        ("found_share", "Planted causes found, lower end of 95%", AT_LEAST, 0.5, "share"),
        ("trials", "Causes planted", AT_LEAST, 20.0, "count"),
        ("controls_claimed", "Controls claimed", AT_MOST, 0.0, "count"),
    ]
    return draft_text(said, criteria)


def _head(lever: str, tier: str, challenge: str) -> dict[str, Any]:
    name = f"{tier}_{lever}".replace(".", "_")
    return {"protocol": name, "tier": tier, "challenge": challenge, "lever": lever}


def _acceptable(known: Mapping[str, Any], records: DraftRecords) -> tuple[float, float]:
    """The normal operating range where one is on record, else the middle 98% of what is."""
    own = records.parameters.filter(pl.col("parameter") == known["quantity"])
    low, high = own["nor_low"].min(), own["nor_high"].max()
    if known["kind"] == "parameter" and low is not None and high is not None:
        return float(low), float(high)  # type: ignore[arg-type]
    values = records.gate_values.filter(pl.col("feature") == known["feature"])["value"].drop_nulls()
    low, high = values.quantile(0.01), values.quantile(0.99)
    return float(f"{low:.4g}"), float(f"{high:.4g}")


def _readings(
    feature: str, outcome: str, known: Mapping[str, Any], records: DraftRecords
) -> list[str]:
    """What a recommendation looks at: the leading features known by its gate, besides its own."""
    gate = known["available_at_gate"]
    numeric = records.dictionary.filter(
        (pl.col("data_type") == "numeric")
        & (pl.col("available_at_gate") <= gate)
        & (pl.col("feature") != feature)
    )
    ranked = (
        records.drivers.filter(pl.col("outcome") == outcome)
        .group_by("driver")
        .agg(pl.col("rank").min())
        .sort("rank", "driver")["driver"]
    )
    leading = [name for name in ranked if name in set(numeric["feature"])]
    varied = set(
        records.gate_values.filter(pl.col("feature").is_in(leading))
        .group_by("feature")
        .agg(pl.col("value").n_unique())
        .filter(pl.col("value") > MOST_READINGS)["feature"]
    )
    return [name for name in leading if name in varied][:MOST_READINGS] or [feature]


def _spoken(study: Mapping[str, Any]) -> str:
    low, high = study["window_low"], study["window_high"]
    if low is None:
        return f"below {high:.5g}"
    return f"above {low:.5g}" if high is None else f"between {low:.5g} and {high:.5g}"
