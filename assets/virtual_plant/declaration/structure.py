"""The structural causal model: every variable from its parents and its own keyed numbers.

A value is ``F^-1(U | parents)`` with U keyed by (seed, batch, variable), so a policy that holds a
variable in a window redraws it from the same U inside the window (methods, section 7) and all that
is downstream keeps its own numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.base.expression import evaluate
from assets.virtual_plant.base.randomness import (
    Floats,
    normal_probability,
    normal_quantile,
    normals,
    stream,
    uniforms,
)
from assets.virtual_plant.declaration.plant import Material, Plant
from assets.virtual_plant.declaration.variable import Pattern, Term, Variable

Values = dict[str, NDArray[Any]]
# a supplier that cannot deliver within the limits after so many lots delivers outside them
_MOST_REPLACEMENTS = 30
# none: as declared; null: results keep their marginals and lose every parent; product_only: results
# keep the product's effect and lose the process
Cut = Literal["none", "null", "product_only"]


@dataclass(frozen=True)
class Policy:
    """Hold one variable inside a window.

    Attributes:
        variable: Batch variable or material attribute (``api.d90_um``).
        low: Lower end of the window, in the variable's unit.
        high: Upper end.
        how: ``redraw`` inside the window from the same number (methods, section 7), or ``reject``,
            for an attribute only: lots outside are sent back and replaced, all others stay.
    """

    variable: str
    low: float
    high: float
    how: Literal["redraw", "reject"] = "redraw"


@dataclass(frozen=True)
class Surroundings:
    """What a batch finds when it starts, and how the model is to be run.

    Attributes:
        seed: Seed of the simulation.
        context: Context name to one value per batch (numbers or levels).
        campaign: Campaign of each batch.
        lot_effect: (material, draws per batch of a standard normal lot effect keyed by variable).
        policy: Window held on one variable.
        drift: Factor on every declared drift.
        product_effect: Factor on the product's effect on results.
        cut: Which paths into the results are cut.
    """

    seed: int
    context: Values
    campaign: NDArray[np.int64]
    lot_effects: Mapping[str, Floats] = field(default_factory=dict)
    policy: Policy | None = None
    drift: float = 1.0
    product_effect: float = 1.0
    cut: Cut = "none"


@dataclass(frozen=True)
class TrueOutcome:
    """Every variable of every batch.

    Attributes:
        values: Name to values before rounding, one per batch, context included.
        centres: Result to its centre given its parents (log scale for a lognormal law).
    """

    values: Values
    centres: dict[str, Floats]


def run_model(plant: Plant, around: Surroundings) -> TrueOutcome:
    """Evaluate the plant's variables in causal order, all batches at once.

    Args:
        plant: The plant, variables in causal order.
        around: Context, seed, policy.

    Returns:
        Values of every variable and the centres of the results.
    """
    values: Values = dict(around.context)
    centres: dict[str, Floats] = {}
    for variable in plant.variables:
        if variable.expression:
            values[variable.name] = evaluate(variable.expression, variable.name, values)
            continue
        centre = _centre(variable, values, around)
        if variable.role == "cqa":
            centres[variable.name] = centre
        values[variable.name] = _draw(variable, centre, around)
        if variable.controller:
            loop, free = variable.controller, values[variable.name]
            values[f"{variable.name}.correction"] = loop.gain * (free - loop.setpoint)
            left = normals(around.seed, f"{variable.name}.loop", len(free)) * loop.residual_sd
            values[variable.name] = free - values[f"{variable.name}.correction"] + left
    return TrueOutcome(values, centres)


def draw_lots(
    material: Material, suppliers: NDArray[np.str_], seed: int, policy: Policy | None
) -> dict[str, Floats]:
    """Draw a material's attributes, once per lot.

    Args:
        material: The material, attributes in causal order.
        suppliers: Supplier of each lot.
        seed: Seed of the simulation.
        policy: Window held on one variable, written ``material.attribute`` for an attribute. A
            replacement comes from the same supplier.

    Returns:
        Attribute to value per lot, before rounding.
    """
    prefix = f"{material.name}."
    if not (policy and policy.variable.startswith(prefix)):
        return _draw_lots(material, suppliers, seed, prefix, None)
    own = replace(policy, variable=policy.variable.removeprefix(prefix))
    if own.how == "redraw":
        return _draw_lots(material, suppliers, seed, prefix, own)
    drawn = _draw_lots(material, suppliers, seed, prefix, None)
    for attempt in range(1, _MOST_REPLACEMENTS + 1):
        value = drawn[own.variable]
        is_refused = (value < own.low) | (value > own.high)
        if not is_refused.any():
            break
        again = _draw_lots(material, suppliers, seed, f"{prefix}replacement{attempt}.", None)
        drawn = {name: np.where(is_refused, again[name], drawn[name]) for name in drawn}
    return drawn


def _draw_lots(
    material: Material, suppliers: NDArray[np.str_], seed: int, key: str, policy: Policy | None
) -> dict[str, Floats]:
    values: Values = {"supplier": suppliers}
    for attribute in material.attributes:
        centre = _base(attribute) + sum(
            (term_effect(term, values) for term in attribute.terms), np.zeros(len(suppliers))
        )
        uniform = uniforms(seed, key + attribute.name, len(suppliers))
        values[attribute.name] = quantile(attribute, centre, uniform, policy)
    return {attribute.name: values[attribute.name] for attribute in material.attributes}


def term_effect(term: Term, values: Mapping[str, NDArray[Any]]) -> Floats:
    """One parent's effect on its child.

    Args:
        term: The term.
        values: Parents by name.

    Returns:
        Effect in the child's unit (log units for a lognormal child).
    """
    parent = values[term.parent]
    if term.form == "levels":
        effect = np.zeros(len(parent))
        for level, size in term.levels.items():
            effect[parent == level] = size
        return effect
    if term.form == "log":
        return np.asarray(term.coefficient * np.log(parent / term.centre) / term.scale)
    step = (parent - term.centre) / term.scale
    if term.form == "quadratic":
        step = step**2
    elif term.form == "hinge":
        step = np.maximum(0.0, step)
    return np.asarray(term.coefficient * step)


def holds(pattern: Pattern, values: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Where all conditions of a planted pattern hold.

    Args:
        pattern: The pattern.
        values: Parents by name.

    Returns:
        One value per batch.
    """
    all_hold: NDArray[np.bool_] = np.ones(len(values[pattern.conditions[0].parent]), dtype=bool)
    for condition in pattern.conditions:
        parent = values[condition.parent]
        if condition.level is not None:
            all_hold &= parent == condition.level
        if condition.above is not None:
            all_hold &= parent > condition.above
        if condition.below is not None:
            all_hold &= parent < condition.below
    return all_hold


def quantile(
    variable: Variable, centre: Floats, uniform: Floats, policy: Policy | None = None
) -> Floats:
    """Values of a variable from its uniforms, held in the policy's window where it is the one held.

    Args:
        variable: The variable.
        centre: Its centre given its parents.
        uniform: Its keyed uniforms.
        policy: Window, or None.

    Returns:
        Values within the variable's minimum and maximum; levels as positions.
    """
    if policy and policy.variable == variable.name:
        low = _probability(variable, centre, policy.low)
        high = _probability(variable, centre, policy.high)
        uniform = np.clip(low + uniform * (high - low), 1e-12, 1 - 1e-12)
    value = _inverse(variable, centre, uniform)
    if variable.minimum is not None or variable.maximum is not None:
        value = np.clip(value, variable.minimum, variable.maximum)
    return value


def _inverse(variable: Variable, centre: Floats, uniform: Floats) -> Floats:
    if variable.distribution == "uniform":
        low, high = variable.minimum or 0.0, variable.maximum or 0.0
        return low + uniform * (high - low)
    if variable.distribution == "poisson":
        from scipy.special import pdtrik

        count = pdtrik(uniform, np.maximum(centre, 1e-9))
        return np.asarray(np.ceil(np.maximum(0.0, count) - 1e-9), dtype=np.float64)
    if variable.distribution == "categorical":
        edges = np.cumsum(list(variable.levels.values()))
        return np.searchsorted(edges / edges[-1], uniform, side="right").astype(np.float64)
    value = centre + (variable.sd or 0.0) * normal_quantile(uniform)
    if variable.distribution == "lognormal":
        return np.exp(value)
    return np.maximum(0.0, value) if variable.distribution == "rectified_normal" else value


def _probability(variable: Variable, centre: Floats, bound: float) -> Floats:
    """F(bound | parents) of a continuous law."""
    if variable.distribution == "uniform":
        low, high = variable.minimum or 0.0, variable.maximum or 0.0
        return np.full(len(centre), np.clip((bound - low) / (high - low), 0.0, 1.0))
    if variable.distribution == "lognormal":
        bound = float(np.log(max(bound, 1e-300)))
    return normal_probability((bound - centre) / (variable.sd or 1e-12))


def _base(variable: Variable) -> float:
    if variable.distribution == "lognormal":
        return float(np.log(variable.median or 1.0))
    return variable.mean or 0.0


def _centre(variable: Variable, values: Values, around: Surroundings) -> Floats:
    """Centre of a variable given its parents, its campaign, its lots and the calendar."""
    count = len(around.campaign)
    process, product = np.zeros(count), np.zeros(count)
    for term in variable.terms:
        effect = term_effect(term, values)
        if term.parent == "product":
            product += effect
        else:
            process += effect
    for pattern in variable.patterns:
        process += pattern.effect * holds(pattern, values)
    for change in variable.setpoint_changes:
        is_on = around.context["years_since_start"] >= change.at_year
        if change.line is not None:
            is_on = is_on & (around.context["line"] == change.line)
        process += change.shift * is_on
    if variable.lot_effect:
        process += variable.lot_effect.sd * around.lot_effects[variable.name]
    if variable.campaign_sd:
        draws = normals(around.seed, f"{variable.name}.campaign", int(around.campaign.max()) + 1)
        process += variable.campaign_sd * draws[around.campaign]
    if variable.role == "cqa":
        product = product * around.product_effect
        process, product = _cut(variable, process, product, around)
    drift = variable.drift_per_year * around.drift * around.context["years_from_middle"]
    return np.asarray(_base(variable) + process + product + drift, dtype=np.float64)


def _cut(
    variable: Variable, process: Floats, product: Floats, around: Surroundings
) -> tuple[Floats, Floats]:
    """Hand each batch another batch's causes: all marginals stay, every path is gone."""
    if around.cut == "none":
        return process, product
    order = stream(around.seed, f"{variable.name}.cut").permutation(len(process))
    return process[order], product[order] if around.cut == "null" else product


def _draw(variable: Variable, centre: Floats, around: Surroundings) -> NDArray[Any]:
    uniform = uniforms(around.seed, variable.name, len(centre))
    if variable.persistence:
        uniform = _persistent(uniform, variable.persistence)
    value = quantile(variable, centre, uniform, around.policy)
    if variable.distribution == "categorical":
        return np.array(list(variable.levels))[value.astype(np.int64)]
    return value


def _persistent(uniform: Floats, keep: float) -> Floats:
    """Uniforms whose normal scores follow a first-order autoregression along the batches."""
    from scipy.signal import lfilter

    score = normal_quantile(uniform)
    score[1:] *= np.sqrt(1 - keep**2)
    return normal_probability(np.asarray(lfilter([1.0], [1.0, -keep], score)))
