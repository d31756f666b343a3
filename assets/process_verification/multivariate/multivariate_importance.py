"""``finding.multivariate_importance``: which features a prediction rests on, by VIP."""

from typing import Any

from assets.process_verification.multivariate.quality_model import QualityModel

TOLD = 20
PARTS = ("unit_procedure", "phase", "tag", "detail")
Row = dict[str, Any]


def importance_rows(model: str, fit: QualityModel) -> list[Row]:
    """Return the features a prediction rests on, the leading twenty.

    Args:
        model: Its name.
        fit: As it was fitted; one that was read from text no longer knows.

    Source: Wold, Johansson & Cocchi (1993) for VIP.
    """
    slopes = fit.rotation @ fit.slopes
    order = sorted(range(len(fit.names)), key=lambda at: (-fit.importance[at], fit.names[at]))
    return [
        {
            "model": model,
            "rank": rank,
            **dict(zip(PARTS, fit.names[at].split(" | "), strict=True)),
            "importance": float(fit.importance[at]),
            "slope": float(slopes[at]),
        }
        for rank, at in enumerate(order[:TOLD], start=1)
    ]
