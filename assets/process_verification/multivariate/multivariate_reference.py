"""``finding.multivariate_reference``: whom phase I kept, whom it left out, and why."""

from collections.abc import Sequence
from typing import Any

from assets.process_verification.multivariate.phase_one import PhaseOne

Row = dict[str, Any]


def reference_rows(model: str, batch_ids: Sequence[str], cleaned: PhaseOne) -> list[Row]:
    """Return what phase I said of each batch.

    Args:
        model: Its name.
        batch_ids: Of the rows phase I was given.
        cleaned: What it left.
    """
    found: list[Row] = []
    for name, values in (("t2", cleaned.t2), ("spe", cleaned.spe)):
        about = {"model": model, "chart_statistic": name}
        for place, value in zip(cleaned.rows, values, strict=True):
            of_batch = {"batch_id": batch_ids[place], "value": float(value)}
            found.append(about | of_batch | {"membership": "reference"})
        for place, reason in sorted(cleaned.excluded.items()):
            of_batch = {"batch_id": batch_ids[place], "excluded_because": reason}
            found.append(about | of_batch | {"membership": "excluded"})
    return found
