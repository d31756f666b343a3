"""Which assets run together.

The main job is everything; the nightly job is everything but the refit, because a verdict belongs
to a model version and a finding to its fit or search: neither must flip overnight.
"""

from typing import Any

import dagster as dg

from assets.defs import asset_key

MAIN_JOB = "main"
SENSOR_MONTH_JOB = "sensor_month"
NIGHTLY_JOB = "nightly"
SELF_TEST_JOB = "self_test"
SELF_TEST_TRIALS = 40
EXCURSIONS_JOB = "excursions"
EXCURSION_BATCHES = 29
JOB_OF_SCHEDULE = {"nightly": NIGHTLY_JOB, "refit": MAIN_JOB, "self_test": SELF_TEST_JOB}
# What is fitted or searched: models, rules, events, lives of equipment, columns like a result, what
# holding a driver in a window would do, what every suspect could cost at most, what normal batches
# look like.
REFIT_GROUPS = (
    *("failure_models", "rules", "precursors", "time_to_failure", "leak_questions"),
    *("window_studies", "upper_bounds", "multivariate_models"),
)


def self_test_config(trials: int) -> dict[str, Any]:
    """Return the run configuration of a self-test.

    Args:
        trials: Causes planted per outcome and worth.
    """
    return {"ops": {"evidence__power": {"config": {"trials": trials}}}}


def excursions_config(batches: int) -> dict[str, Any]:
    """Return the run configuration of a replay of excursions.

    Args:
        batches: Good batches changed for each parameter.
    """
    return {"ops": {"evidence__excursion_runs": {"config": {"batches": batches}}}}


def jobs() -> list[Any]:
    """Return the main job (also the monthly refit), the nightly job and those run on request."""
    one_month = dg.AssetSelection.assets(dg.AssetKey(["kept", SENSOR_MONTH_JOB]))
    everything = dg.AssetSelection.all() - one_month
    refit = dg.AssetSelection.groups(*REFIT_GROUPS)
    power = dg.AssetSelection.assets(asset_key("evidence.power"))
    excursions = dg.AssetSelection.assets(asset_key("evidence.excursion_runs"))
    # A self-test or a replay says something new, so it is a run of its own in the history.
    recorded = dg.AssetSelection.groups("history") | dg.AssetSelection.assets(
        *map(asset_key, ("evidence.runs", "mart.runs"))
    )
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
            SELF_TEST_JOB,
            selection=power.downstream() | recorded,
            description="What the study would have found, on causes planted into the run's own "
            "records; an hour's work, so a job of its own after each refit.",
            config=self_test_config(SELF_TEST_TRIALS),
        ),
        dg.define_asset_job(
            EXCURSIONS_JOB,
            selection=excursions.downstream() | recorded,
            description="Which excursions the detector sees, injected into readings of held-out "
            "good batches; minutes of work, so a job of its own when evidence is owed.",
            config=excursions_config(EXCURSION_BATCHES),
        ),
        dg.define_asset_job(
            SENSOR_MONTH_JOB,
            selection=one_month,
            description="Sensor readings and features of one month, for late exports.",
        ),
    ]
