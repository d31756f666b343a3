"""Records of one parameter and one margin whose truth is declared."""

import numpy as np

from assets.savings.windows.records import WindowRecords

BATCHES = 900


def window_records_of(effect: float, seed: int = 1, batches: int = BATCHES) -> WindowRecords:
    """A confounder moves x and the margin; x lowers the margin by ``effect``; lots of three."""
    rng = np.random.default_rng(seed)
    cluster = np.arange(batches) // 3
    lot = rng.normal(0, 0.3, cluster.max() + 1)[cluster]
    past = rng.normal(size=(batches, 3))
    value = 0.7 * past[:, 0] + rng.normal(0, 0.7, batches)
    product = (np.arange(batches) % 2).astype(np.int64)
    margin = 1.9 - effect * value - 0.4 * past[:, 0] + lot + rng.normal(0, 0.8, batches)
    return WindowRecords(
        value=value,
        earlier=past,
        neighbours=np.empty((batches, 0)),
        product=product,
        levels=np.eye(2)[product],
        cluster=cluster,
        half=cluster % 2,
        time=np.linspace(0, 1, batches),
        margins=margin[:, None],
        is_failed=margin < 0,
    )
