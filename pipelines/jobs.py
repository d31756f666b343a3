"""Which assets run together.

The main job is everything; the nightly job is everything but the refit, because a verdict belongs
to a model version and a finding to its search: neither must flip overnight.
"""

from typing import Any

import dagster as dg

MAIN_JOB = "main"
NIGHTLY_JOB = "nightly"
REFIT_GROUPS = ("failure_models", "failure_patterns")


def jobs() -> list[Any]:
    """Return the main job (also the monthly refit) and the nightly job."""
    everything = dg.AssetSelection.all()
    refit = dg.AssetSelection.groups(*REFIT_GROUPS)
    return [
        dg.define_asset_job(
            MAIN_JOB,
            selection=everything,
            description="Sources to published warehouse and reports, models refitted.",
        ),
        dg.define_asset_job(
            NIGHTLY_JOB,
            selection=everything - refit,
            description="New records, features, money and reports; verdicts stay as last refitted.",
        ),
    ]
