"""Kinds of event that define an outcome: the event is the failure, so it cannot come before it.

Here belongs how such kinds are named and which events a name means. Which batches had the event is
decided in ``assets.core``; who must leave it out asks ``is_defining``.
"""

from collections.abc import Iterable

from data_contracts.catalogue import contract
from data_contracts.codes.records import EquipmentEvent
from data_contracts.profile_schema.document import Section

KEY = "defined_by_events"
# Recorded events can decide an outcome; the others are computed from readings and times later.
DEVIATION_CLASS = "deviation_class"
RECORDED, COMPUTED = ("deviation", DEVIATION_CLASS, "equipment"), ("excursion", "hold")
EQUIPMENT_EVENTS = tuple(
    value for name, value in vars(EquipmentEvent).items() if not name.startswith("_")
)


def read_defining_events(section: Section, *, has_rule: bool) -> tuple[str, ...]:
    """Read the kinds of event an outcome is defined by.

    Args:
        section: The outcome.
        has_rule: Whether a rule decides the outcome; else the events themselves do.

    Raises:
        ProfileError: A name is none of ``deviation.<category>``, ``deviation_class.<severity>``,
            ``equipment.<event>``, ``equipment.<event>.<unit procedure>``,
            ``excursion.<unit procedure>.<tag>`` and ``hold.<from>_to_<to>``, or events computed
            from readings are to decide by themselves.
    """
    names = section.texts(KEY)
    require_events(section, names, KEY)
    for name in names:
        if not has_rule and name.partition(".")[0] not in RECORDED:
            section.fail(
                KEY,
                f"'{name}' is computed from readings or times and cannot decide an outcome alone; "
                "give a 'rule' too",
            )
    return names


def require_events(section: Section, names: Iterable[str], key: str) -> None:
    """Check that names are those of kinds of event.

    Args:
        section: The outcome.
        names: Kinds of event.
        key: The key that names them, for the error.

    Raises:
        ProfileError: One names no kind of event.
    """
    for name in names:
        kind, _, rest = name.partition(".")
        if kind not in (*RECORDED, *COMPUTED) or not rest or "," in name or '"' in name:
            section.fail(
                key,
                f"'{name}' names no kind of event; write deviation.<category>, "
                "deviation_class.<severity>, equipment.<event>, "
                "equipment.<event>.<unit procedure>, excursion.<unit procedure>.<tag> or "
                "hold.<from>_to_<to>, as event findings write it",
            )
        if kind == "equipment" and rest.partition(".")[0] not in EQUIPMENT_EVENTS:
            known = ", ".join(EQUIPMENT_EVENTS)
            section.fail(key, f"'{name}' is no event of equipment; there are: {known}")
        if kind == DEVIATION_CLASS and rest not in _severities():
            known = ", ".join(_severities())
            section.fail(key, f"'{name}' is no class of deviation; there are: {known}")


def _severities() -> tuple[str, ...]:
    return tuple(map(str, contract("raw.deviations").column("severity").valid_values or ()))


def events_in(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names a rule reads that are kinds of recorded event."""
    return tuple(name for name in names if "." in name and name.partition(".")[0] in RECORDED)


def rule_of(names: Iterable[str]) -> str:
    """Return the rule of an outcome that its events decide: a batch fails with any of them."""
    return " OR ".join(f'"{name}" > 0' for name in names)


def is_defining(event_type: str, names: Iterable[str]) -> bool:
    """Tell whether an event is of a kind that defines an outcome.

    Args:
        event_type: As ``finding.precursors`` writes it, such as ``equipment.breakdown.drying``.
        names: The outcome's kinds; ``equipment.breakdown`` means that of every unit procedure. A
            class of deviations may hold any category, so that it means them all.
    """
    if event_type.startswith("deviation.") and any(
        name.startswith(f"{DEVIATION_CLASS}.") for name in names
    ):
        return True
    return any(event_type == name or event_type.startswith(f"{name}.") for name in names)


def listed_events(text: str | None) -> tuple[str, ...]:
    """Return the kinds that ``core.outcome_definitions.defining_events`` lists."""
    return tuple((text or "").split(",")) if text else ()
