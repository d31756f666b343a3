"""Which assets run together.

The main job is everything; the nightly job is everything but the refit, because a verdict belongs
to a model version and a finding to its search: neither must flip overnight.
"""

from typing import Any

import dagster as dg

MAIN_JOB = "main"
SENSOR_MONTH_JOB = "sensor_month"
NIGHTLY_JOB = "nightly"
REFIT_GROUPS = ("failure_models", "rules", "precursors")


def jobs() -> list[Any]:
    """Return the main job (also the monthly refit), the nightly job and that of one month."""
    one_month = dg.AssetSelection.assets(dg.AssetKey(["kept", SENSOR_MONTH_JOB]))
    everything = dg.AssetSelection.all() - one_month
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
        dg.define_asset_job(
            SENSOR_MONTH_JOB,
            selection=one_month,
            description="Sensor readings and features of one month, for late exports.",
        ),
    ]
