"""Which delivered records a kind of event, or a fact of a batch, is made from."""

from data_contracts.profile_schema.rule_names.batch_facts import OUT_OF_TREND, REPEATS
from data_contracts.profile_schema.rule_names.defining_events import DEVIATION_CLASS

RECORDS_OF = {
    "deviation": "raw.deviations",
    DEVIATION_CLASS: "raw.deviations",
    "equipment": "raw.equipment_events",
    REPEATS: "raw.phases",
    OUT_OF_TREND: "raw.lab_results",
}


def records_of(name: str) -> str | None:
    """Return the table without which nothing of a name can be known; None for other names."""
    family, dot, _ = name.partition(".")
    return RECORDS_OF.get(family) if dot else None
