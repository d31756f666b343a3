"""What counts as a failure: a rule over results, the margins behind it, and what defines it.

An outcome that the source does not record itself is a proxy and says so. Which features an outcome
may use is decided in ``assets.gate_features`` from what is declared here.
"""

from dataclasses import dataclass

from data_contracts.codes.records import OutcomeSeverity
from data_contracts.expressions import columns_of
from data_contracts.profile_schema.document import Section
from data_contracts.profile_schema.labels import OTHER, Label, read_other
from data_contracts.profile_schema.rule_names.batch_facts import require_fact, underlying_quantity
from data_contracts.profile_schema.rule_names.defining_events import (
    KEY,
    events_in,
    read_defining_events,
    require_events,
    rule_of,
)

OUTCOME_KEYS = [
    "name",
    "title",
    "is_proxy",
    "rule",
    "margins",
    "first_known_stage",
    "defined_by",
    "same_quantity",
    "severity",
    KEY,
    OTHER,
]
# The worst first: a batch that fails by several outcomes is told by the first of them.
SEVERITIES = tuple(
    value for name, value in vars(OutcomeSeverity).items() if not name.startswith("_")
)
# Columns of core.batches a rule may read beside the names of tests and parameters.
BATCH_COLUMNS = ("disposition", "failure_mode")


@dataclass(frozen=True)
class Margin:
    """A quantity whose distance to its specification limits carries the outcome.

    Attributes:
        quantity: Name of a laboratory test or parameter.
        spec_low: Lowest value inside specification, in the quantity's unit; None for no limit.
        spec_high: Highest value inside specification; None for no limit.
    """

    quantity: str
    spec_low: float | None
    spec_high: float | None


@dataclass(frozen=True)
class Outcome:
    """One way in which a batch fails.

    Attributes:
        name: snake_case, unique in the profile.
        title: As a report shows it.
        is_proxy: Whether the source records no such failure and the rule stands in for one.
        rule: SQL condition, true for a failed batch, over names of tests and parameters, over
            ``disposition`` and ``failure_mode``, over kinds of event and over facts of a batch
            (``batch_facts``); where events alone decide, that there was one.
        margins: Continuous quantities behind the rule; empty where there are none.
        first_known_stage: Stage (1 to 7) at which the outcome is first known; the last gate before
            it is one less.
        defined_by: Tests and parameters that decide the rule.
        same_quantity: The same quantities by another name, as unavailable as what they copy.
        where: Place in the profile.
        defined_by_events: Kinds of event that are the failure, and so are no precursor of it.
        label: The delivered column that decides it, where one column does.
        is_other_good: Whether a text the rule does not name is known to mean a good batch.
        severity: One of ``SEVERITIES``; only failures that lose the batch are priced.
    """

    name: str
    title: str
    is_proxy: bool
    rule: str
    margins: tuple[Margin, ...]
    first_known_stage: int
    defined_by: tuple[str, ...]
    same_quantity: tuple[str, ...]
    where: str
    defined_by_events: tuple[str, ...] = ()
    label: Label | None = None
    is_other_good: bool = False
    severity: str = OutcomeSeverity.LOST

    @property
    def last_gate_before(self) -> int:
        """Return the last gate at which the outcome is not known yet, 0 to 6."""
        return self.first_known_stage - 1

    @property
    def defining_quantities(self) -> tuple[str, ...]:
        """Return every name that gives the outcome away, each once."""
        names = (*self.rule_quantities, *self.defined_by, *self.same_quantity)
        measured = [underlying_quantity(name) for name in self.rule_quantities]
        return tuple(
            dict.fromkeys(
                (
                    *names,
                    *(margin.quantity for margin in self.margins),
                    *(name for name in measured if name is not None),
                )
            )
        )

    @property
    def rule_quantities(self) -> tuple[str, ...]:
        """Return the tests, parameters, kinds of event and facts of a batch the rule reads."""
        names = columns_of(self.rule, self.where)
        return tuple(name for name in names if name not in BATCH_COLUMNS)


def read_outcomes(root: Section) -> tuple[Outcome, ...]:
    """Read the list ``outcomes``.

    Raises:
        ProfileError: An outcome is incomplete, its rule does not parse, or a name occurs twice.
    """
    outcomes = tuple(_outcome(section) for section in root.sections("outcomes"))
    names = [outcome.name for outcome in outcomes]
    for outcome in outcomes:
        if names.count(outcome.name) > 1:
            root.fail("outcomes", f"the outcome '{outcome.name}' is declared twice; rename one")
    return outcomes


def read_failure_modes(section: Section) -> dict[str, int]:
    """Read the stage (1 to 7) in which each failure mode originates.

    Raises:
        ProfileError: A mode has no stage, or one that is none of the seven.
    """
    found = {}
    for mode in section.values:
        stage = section.stage(mode)
        if stage is None:
            section.fail(mode, "has no stage; write the stage (1 to 7) where it originates")
        found[mode] = stage
    return found


def _outcome(section: Section) -> Outcome:
    section.only(OUTCOME_KEYS)
    events = read_defining_events(section, has_rule="rule" in section.values)
    missing = f"a condition, true for a failed batch (or '{KEY}')"
    is_by_events = bool(events) and "rule" not in section.values
    rule = rule_of(events) if is_by_events else section.required_text("rule", missing)
    read = columns_of(rule, section.where("rule"))
    for name in read:
        require_fact(section, name)
    named = events_in(read)
    require_events(section, named, "rule")
    stage = section.stage("first_known_stage")
    if stage is None:
        section.fail(None, "'first_known_stage' is missing: the stage at which the result is known")
    return Outcome(
        name=section.name("name", "a snake_case name"),
        title=section.required_text("title", "as a report shows it"),
        is_proxy=section.flag("is_proxy"),
        rule=rule,
        margins=tuple(_margin(item) for item in section.sections("margins")),
        first_known_stage=stage,
        defined_by=section.texts("defined_by"),
        same_quantity=section.texts("same_quantity"),
        where=section.where(),
        defined_by_events=tuple(dict.fromkeys((*events, *named))),
        is_other_good=read_other(section),
        severity=section.choice("severity", SEVERITIES, OutcomeSeverity.LOST),
    )


def _margin(section: Section) -> Margin:
    section.only(("quantity", "spec_low", "spec_high"))
    margin = Margin(
        quantity=section.required_text("quantity", "the name of a test or parameter"),
        spec_low=section.number("spec_low"),
        spec_high=section.number("spec_high"),
    )
    if margin.spec_low is None and margin.spec_high is None:
        section.fail(None, "give spec_low, spec_high or both: the limits of the specification")
    return margin
