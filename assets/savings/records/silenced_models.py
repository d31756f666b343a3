"""Models that may claim nothing for now: one that was stopped, or that waits in the place of one.

Only what a decision on levers needs is kept of ``model.model_standing``: age and evidence move
every night, and a night on which nothing was stopped or approved must find the same here.
"""

from collections.abc import Mapping

import polars as pl

STANDING = "model.model_standing"
SILENT = ("stopped", "awaits_approval")
COLUMNS = ("outcome", "gate", "state", "reason")


def silenced_models(model_standing: pl.DataFrame) -> pl.DataFrame:
    """Return the kept models that may claim nothing, and why.

    Args:
        model_standing: ``model.model_standing``.

    Returns:
        Columns ``outcome``, ``gate``, ``state`` and ``reason``, sorted; one row per model that
        scores and is not in force.

    Examples:
        >>> row = {"outcome": "failure", "gate": 5, "is_current": True, "state": "stopped"}
        >>> standing = pl.DataFrame([row | {"reason": "it is 500 days old"}])
        >>> silenced_models(standing).rows()
        [('failure', 5, 'stopped', 'it is 500 days old')]
    """
    silent = model_standing.filter("is_current", pl.col("state").is_in(SILENT))
    return silent.select(COLUMNS).sort("outcome", "gate")


def reasons(silenced: pl.DataFrame | None) -> Mapping[tuple[str, int], str]:
    """Return why nothing is claimed, as a sentence by outcome and gate; empty where unknown."""
    if silenced is None:
        return {}
    return {
        (outcome, gate): _sentence(gate, state, reason)
        for outcome, gate, state, reason in silenced.select(COLUMNS).iter_rows()
    }


def _sentence(gate: int, state: str, reason: str) -> str:
    if state == "stopped":
        return (
            f"The model of gate {gate} was stopped because {reason}; nothing that rests on it is "
            "claimed until it is fitted again and approved."
        )
    return f"The model of gate {gate} claims nothing before it is approved. {reason}"
