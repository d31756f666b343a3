"""Every result of a run beside one another, each once."""

import numpy as np

from assets.batch_matrix.outcome_panel import OutcomeDefinition, OutcomePanel
from assets.batch_matrix.past_results import results_of

NAN = float("nan")


def panel(name: str, label: list[float], margins: dict[str, list[float]]) -> OutcomePanel:
    table = np.column_stack(list(margins.values())) if margins else np.empty((len(label), 0))
    return OutcomePanel(
        np.array(label),
        np.full(len(label), NAN),
        OutcomeDefinition(name, name, False, 6, 5),
        list(margins),
        table,
        table,
        np.zeros(table.shape, dtype=np.int64),
        {},
    )


def test_margins_stand_once_in_the_order_of_their_names_and_the_label_last() -> None:
    found = results_of(
        [
            panel("failure", [1, 0, 0, NAN], {"weight": [1, 2, 3, 4], "assay": [5, 6, 7, 8]}),
            panel("mode", [NAN, 1, 0, NAN], {"assay": [5, 6, 7, 8]}),
            panel("other", [NAN, NAN, NAN, NAN], {}),
        ]
    )
    assert np.array_equal(
        found,
        np.array([[5, 1, 1], [6, 2, 1], [7, 3, 0], [8, 4, NAN]]),  # failed in any way; not known
        equal_nan=True,
    )


def test_without_margins_there_is_the_label_alone() -> None:
    assert results_of([panel("failure", [0, 1], {})]).tolist() == [[0], [1]]
