"""What the pages of batches show beyond a plain plant: a failed batch with all on record."""

from datetime import datetime, timedelta

from tests.published.changed_rows import Rows

BATCH, BEFORE = "B00079", "B00069"  # two that failed
TAG = "torque_nm"
BEGAN = datetime.fromisoformat("2021-03-01T08:00")


def leaf_tables() -> dict[str, Rows]:
    """Tables of the pages of batches, in contract shape, about one failed batch."""
    where = {"unit_procedure": "blending", "phase": "blend", "tag": TAG}
    line = {
        "outcome": "failure",
        "gate": 5,
        "batch_id": BATCH,
        "explained_by": "out_of_fold",
        "base_value": 0.02,
        "predicted_value": 0.25,
        "good_batches": 40,
        "good_low": 1.0,
        "good_median": 2.0,
        "good_high": 3.0,
    }
    return {
        "finding.batch_contributions": [
            line
            | {
                "rank": 1,
                "feature": "parameter.torque",
                "title": "Blender torque <b>",
                "value": 5.5,
            }
            | {"features": "parameter.torque, parameter.load", "contribution": 0.25},
            line
            | {"rank": 2, "feature": "parameter.load", "title": "Blender load", "value": 2.5}
            | {"features": "parameter.load", "contribution": -0.02},
        ],
        "feature.gate_values": [
            {
                "batch_id": f"B{i + 45:05d}",
                "gate": 3,
                "feature": "parameter.torque",
                "value": 2 + i / 50,
            }
            | {"known_at": BEGAN}
            for i in range(40)
        ],
        "feature.golden_trajectories": [
            where
            | {"month": BEGAN.date(), "product": "any product", "step": step, "batches": 30}
            | {"centre": 10.0, "spread": 1.0}
            for step in range(1, 33)
        ],
        "feature.phase_trajectories": [
            where
            | {"month": BEGAN.date(), "batch_id": BATCH, "stage": 3}
            | {f"step_{step:02}": 10.0 + step / 8 for step in range(1, 33)}
        ],
        "core.phases": [
            {"batch_id": BATCH, "stage": 3, "unit_procedure": "blending", "phase": "blend"}
            | {"equipment_id": "BLN-1", "started_at": BEGAN}
            | {"ended_at": BEGAN + timedelta(hours=2)}
        ],
        "core.equipment_events": [
            {"equipment_id": "BLN-1", "event": "cleaning"}
            | {"occurred_at": BEGAN - timedelta(days=days)}
            for days in (2, 40)
        ],
        "core.deviations": [
            {"deviation_id": "DEV-7", "batch_id": BATCH, "category": "moisture"}
            | {"severity": "major", "opened_at": BEGAN + timedelta(hours=3)}
            | {"confirmed_cause": "torque"}
        ],
        "finding.similar_batches": [
            {"batch_id": BATCH, "compared_by": "features", "neighbour_id": other, "rank": rank}
            | {"neighbour_result": result, "distance": 0.5, "usual_distance": 1.0}
            | {"shared_share": 1.0, "last_gate": 5, "compared_batches": 30, "good_batches": 29}
            | {"is_own_product": True, "alike": None, "different": None}
            for rank, other, result in ((1, BEFORE, "failed"), (2, "B00001", "good"))
        ],
    }
