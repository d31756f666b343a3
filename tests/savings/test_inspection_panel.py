"""Inspection by machine: a panel of seeded defects shows detection, or does not."""

import pytest

from assets.savings.arithmetic.lever_kinds.inspection import panel_refusal
from data_contracts.assumptions import with_overrides


@pytest.mark.parametrize(
    ("defects", "found", "said"),
    [
        (0, 0, "No panel of seeded defects was inspected"),
        (28, 28, "28 of 28 seeded defects were found: that shows at least 90%"),
        (29, 29, None),
        (59, 58, None),
        (40, 38, "38 of 40 seeded defects were found: that shows at least 85%"),
    ],
)
def test_a_panel_shows_ninety_percent_from_29_of_29(assumptions, defects, found, said):
    """0.05^(1/29) = 90.2%, 0.05^(1/28) = 89.9%; 58 of 59 shows 92.2%, 38 of 40 85.1%."""
    panel = with_overrides(
        assumptions,
        [
            f"panel_defects_count={defects}",
            f"panel_detected_count={found}",
            "required_detection_share=0.9",
        ],
    )
    lever = next(each for each in panel.levers if each.kind == "inspection")
    refusal = panel_refusal(panel, lever)
    assert (refusal is None) if said is None else str(refusal).startswith(said)
