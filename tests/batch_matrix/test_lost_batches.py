"""Which outcomes lose a batch, and which merely happen to one."""

from assets.batch_matrix.lost_batches import losing, unpriced
from data_contracts.codes.records import OutcomeSeverity
from data_contracts.profile_schema.outcomes import SEVERITIES
from data_contracts.tables import table


def test_only_a_lost_batch_has_a_price() -> None:
    common = {"title": "T", "is_proxy": False, "rule": "x", "first_known_stage": 6}
    definitions = table(
        "core.outcome_definitions",
        [
            common | {"outcome": severity, "severity": severity, "last_gate_before": 5}
            for severity in SEVERITIES
        ],
    )
    assert losing(definitions)["outcome"].to_list() == [OutcomeSeverity.LOST]
    assert unpriced(definitions) == {"reworked", "deviated", "out_of_trend", "late"}
    assert unpriced(definitions.clear()) == frozenset()
