"""What each kind of lever declares: its roles with their units, and the evidence it owes.

One entry a kind, in a table that the reader of assumptions goes by. What a kind is worth, and what
the records must show, is said by the module of the same name in ``assets.savings``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data_contracts.assumption_schema.model import Lever
from data_contracts.codes.tier_evidence import EvidenceChallenge

# Role of an assumption in a lever's arithmetic -> the unit it must have.
IDENTITY_ROLES: dict[str, str] = {
    "addressable_share": "share",
    "sensitivity": "share",
    "rescuable_share": "share",
    "effectiveness": "share",
}
PROGRAMME_ROLES: dict[str, str] = {
    "implementation_cost": "USD",
    "change_control_cost": "USD",
    "validation_cost": "USD",
    "run_cost": "USD/year",
    "implementation_time": "months",
    "ramp_time": "months",
}
_ALERT_ROLES: dict[str, str] = {
    "stoppable_share": "share",
    "sunk_cost_share": "share",
    "rescue_cost": "USD/batch",
    "false_alarm_cost": "USD/batch",
    "stop_given_false_alarm": "share",
    "good_batch_loss": "USD/batch",
    "alarm_budget": "share",
}
_WINDOW_ROLES: dict[str, str] = {
    "effect": "share",
    "adherence": "share",
}
_LOT_ROLES: dict[str, str] = {
    **_WINDOW_ROLES,
    "redirected_share": "share",
    "redirect_cost": "USD/batch",
}
_MAINTENANCE_ROLES: dict[str, str] = {
    "events_today": "events/batch",
    "events_planned": "events/batch",
    "renewals_today": "events/batch",
    "renewals_planned": "events/batch",
    "event_loss_share": "share",
    "repair_cost": "USD",
    "renewal_cost": "USD",
}
_INSPECTION_ROLES: dict[str, str] = {
    "inspection_time_saved": "hours/batch",
    "inspection_cost": "USD/hour",
    "false_reject_share": "share",
    "batch_value": "USD/batch",
    "panel_defects": "count",
    "panel_detected": "count",
    "required_detection": "share",
}
_RELEASE_ROLES: dict[str, str] = {
    "lead_time_before": "hours/batch",
    "lead_time_after": "hours/batch",
    "batch_value": "USD/batch",
    "carrying_rate": "share/year",
    "laboratory_time_saved": "hours/batch",
    "laboratory_cost": "USD/hour",
    "equipment_time_freed": "hours/batch",
    "equipment_value": "USD/hour",
    "capacity_limited": "share",
    "run_cost": "USD/year",
}
# A claim of somebody else's gives a payback, which the unknown implementation cost is solved from.
_RELEASE_CLAIM_ROLES: dict[str, str] = {"payback": "months"}
_RELEASE_PROGRAMME_ROLES: dict[str, str] = {
    "eligible_share": "share",
    "wrong_release_limit": "share",
    **{role: unit for role, unit in PROGRAMME_ROLES.items() if role != "run_cost"},
}


@dataclass(frozen=True)
class LeverTerms:
    """What a kind of lever must declare.

    Attributes:
        roles: Roles it must name, each with the unit of its assumption.
        evidence: What it must be shown to do before it is carried out.
        choices: Groups of further roles: all of the first group of which it names any, else all of
            the last.
        raises_alarms: Whether it acts on alarms: these are priced by the cost of a failure, and a
            run needs such a lever.
        holds_values: Whether it keeps recorded values in a window. The window is cut from the
            records, and its effect is read from records nobody randomised, so something unmeasured
            may be behind it.
        challenge: What a protocol of its tier puts it through before it may enter a programme, an
            ``EvidenceChallenge``.
        is_followed: Whether records show if it was carried out: a promise may say which recorded
            value it keeps within which limits.
    """

    roles: Mapping[str, str]
    evidence: str
    choices: tuple[Mapping[str, str], ...] = ({},)
    raises_alarms: bool = False
    holds_values: bool = False
    challenge: str = EvidenceChallenge.NONE
    is_followed: bool = False

    def wanted(self, named: Iterable[str]) -> dict[str, str]:
        """Return every role a lever of this kind must name, with its unit.

        Args:
            named: Roles it names.
        """
        given = set(named)
        chosen = next((each for each in self.choices if given & set(each)), self.choices[-1])
        return {**self.roles, **chosen}


LEVER_KINDS: dict[str, LeverTerms] = {
    # The identity alone (arithmetic), or everything a programme costs.
    "alert": LeverTerms(
        IDENTITY_ROLES,
        "a process signal at its gate, and failures among later batches it would have caught",
        choices=({**_ALERT_ROLES, **PROGRAMME_ROLES}, {}),
        raises_alarms=True,
        challenge=EvidenceChallenge.EXCURSIONS,
    ),
    "window": LeverTerms(
        {**_WINDOW_ROLES, **PROGRAMME_ROLES},
        "a process signal, a named driver, and an effect standardised over recorded batches that "
        "overlap with the window",
        holds_values=True,
        challenge=EvidenceChallenge.BOUNDED_BEHAVIOUR,
        is_followed=True,
    ),
    "lots": LeverTerms(
        {**_LOT_ROLES, **PROGRAMME_ROLES},
        "a process signal, a named material attribute, and an effect standardised over recorded "
        "lots",
        holds_values=True,
        challenge=EvidenceChallenge.PANEL,
        is_followed=True,
    ),
    "maintenance": LeverTerms(
        {**_MAINTENANCE_ROLES, **PROGRAMME_ROLES},
        "a replacement interval whose saving is told from chance by the fitted hazards",
        is_followed=True,
    ),
    "inspection": LeverTerms(
        {**_INSPECTION_ROLES, **PROGRAMME_ROLES},
        "detection shown on a panel of seeded defects",
        challenge=EvidenceChallenge.PANEL,
    ),
    # Somebody's claimed payback, or a programme of one's own.
    "release": LeverTerms(
        _RELEASE_ROLES,
        "a process signal, and a bound on the risk of a wrong release among later batches",
        choices=(_RELEASE_CLAIM_ROLES, _RELEASE_PROGRAMME_ROLES),
        challenge=EvidenceChallenge.PANEL,
    ),
}


def raising_alarms(levers: Iterable[Lever]) -> list[Lever]:
    """Return the levers that act on alarms, in their order."""
    return [lever for lever in levers if LEVER_KINDS[lever.kind].raises_alarms]


def holding_values(levers: Iterable[Lever]) -> list[Lever]:
    """Return the levers that keep recorded values in a window, in their order."""
    return [lever for lever in levers if LEVER_KINDS[lever.kind].holds_values]
