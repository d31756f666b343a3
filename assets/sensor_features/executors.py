"""Which executor runs the kernel: this machine, unless a cluster is named."""

import os

from assets.sensor_features.phase_features import Executor

MASTER = "LOTWISE_SPARK_MASTER"


def chosen_executor() -> Executor:
    """Return the executor the environment asks for.

    ``LOTWISE_SPARK_MASTER`` names a Spark master, such as ``spark://host:7077``; unset or empty,
    the months are streamed over this machine's cores. The figures are the same.
    """
    master = os.environ.get(MASTER, "")
    if master:
        from assets.sensor_features.spark.executor import features_on_cluster

        return features_on_cluster(master)
    from assets.sensor_features.local_executor import features_of_months

    return features_of_months
