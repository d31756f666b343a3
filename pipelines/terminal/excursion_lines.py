"""What a replay of excursions says on the terminal: the smallest step of each parameter seen."""

from pathlib import Path
from typing import Any

from warehouse.paths import Home
from warehouse.published_copy.published import open_published

_STEPS = """
SELECT unit_procedure, phase, tag, batches, smallest_seen, is_never_seen, largest_tried,
    range_width, unit
FROM evidence.detection_curves
WHERE detector = 'any' AND product = 'all products' AND kind = 'step'
ORDER BY smallest_seen NULLS LAST, unit_procedure, phase, tag
"""
_UNTOUCHED = """
SELECT count(*) AS untouched, count(*) FILTER (WHERE is_seen) AS flagged,
    count(DISTINCT (unit_procedure, phase, tag)) AS parameters
FROM evidence.excursion_runs WHERE kind = 'untouched'
"""


def excursion_lines(home: Path) -> list[str]:
    """Say the smallest step of every parameter that is seen in nine of ten batches."""
    where = Home(home)
    with open_published(where) as published:
        steps = published.query(_STEPS).to_dicts()
        untouched = published.query(_UNTOUCHED).row(0, named=True)
    if not steps:
        return ["No parameter could be tried: no series of readings has good batches enough."]
    alarms = (
        f"Of {untouched['untouched']:,} untouched series of {untouched['parameters']} parameters "
        f"{untouched['flagged']:,} were flagged."
    )
    return [
        *map(_line, steps),
        alarms,
        f"Report:    {(where.reports_dir / 'report.html').absolute()}",
    ]


def _line(row: dict[str, Any]) -> str:
    named = f"{row['unit_procedure']}, {row['phase']}, {row['tag']}"
    if not row["batches"]:
        return f"{named}: no batch is left to try, every one is flagged untouched."
    if row["is_never_seen"]:
        most = row["largest_tried"] * row["range_width"]
        return (
            f"{named}: a step is not seen in nine of ten of {row['batches']} batches up to "
            f"{most:.3g} {row['unit'] or ''}".rstrip()
            + "."
        )
    height = row["smallest_seen"] * row["range_width"]
    size = f"{height:.3g} {row['unit'] or ''}".rstrip()
    return (
        f"{named}: a step of {size} ({row['smallest_seen']:g} of the normal range) is seen in nine "
        f"of ten of {row['batches']} batches."
    )
