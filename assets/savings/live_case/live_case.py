"""What a reader's own case is recomputed from: recorded steps, inputs, and draws of the run.

The draws are the run's own, thinned: ordered by net present value, every so many-th is taken, so
that few draws still hold the run's percentiles of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from assets.savings.levers.lever_decisions import ALL_LEVERS, LeverDecision
from assets.savings.live_case.case_figures import case_figures
from assets.savings.live_case.live_inputs import InputDraws, live_inputs
from assets.savings.live_case.recording import Recording
from assets.savings.programme.plan_inputs import (
    measured_assumptions,
    measured_roles,
    planned_name,
)
from assets.savings.programme.scenario_figures import CHUNK
from assets.savings.programme.simulation import joint_npv_usd, simulate
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
from assets.savings.windows.effect import WindowEffect
from assets.statistics.array_types import FloatArray
from data_contracts.assumptions import Assumptions
from data_contracts.tables import table

TAKEN = 2_500  # draws a page carries: percentiles of what they are ordered by are exact to 0.04%


@dataclass(frozen=True)
class LiveCase:
    """The tables of a case that can be recomputed.

    Attributes:
        live_steps: ``economics.live_steps``.
        live_inputs: ``economics.live_inputs``.
        live_draws: ``economics.live_draws``.
    """

    live_steps: pl.DataFrame
    live_inputs: pl.DataFrame
    live_draws: pl.DataFrame


def live_case(
    drawn: Draws,
    counts: FailureCounts,
    kept: Sequence[LeverDecision],
    plan_inputs: pl.DataFrame,
    titles: Mapping[str, str],
) -> LiveCase:
    """Return what a reader's own case is recomputed from; empty tables without a programme.

    Args:
        drawn: Draws of the base scenario, all of them.
        counts: Failures and verdicts.
        kept: The levers of the programme.
        plan_inputs: ``economics.plan_inputs`` of the same programme.
        titles: Outcome to its title.
    """
    if not kept:
        return LiveCase(*(table(f"economics.live_{part}") for part in ("steps", "inputs", "draws")))
    newest = max(each.as_of for each in drawn.assumptions.parameters.values())
    plan = measured_assumptions(drawn.assumptions, plan_inputs, newest)
    record = Recording()
    for name, figure in case_figures(plan, record.input).items():
        record.figure(name, figure)
    draws = taken_draws(drawn, counts, kept, plan, record.inputs)
    held = {
        planned_name(each.name): each.measured.title
        for each in kept
        if isinstance(each.measured, WindowEffect)
    }
    inputs = live_inputs(plan, draws, titles, held)
    return LiveCase(live_steps(record), inputs, live_draws(draws))


def live_steps(record: Recording) -> pl.DataFrame:
    """Return the arithmetic as a table.

    Args:
        record: What was recorded.

    Returns:
        ``economics.live_steps``: one row per step.
    """
    columns = ("first_step", "second_step", "third_step")
    rows = [
        {
            "step": place,
            "operation": step.operation,
            **dict(zip(columns, step.operands, strict=False)),
            "number": step.number,
            "name": step.name,
        }
        for place, step in enumerate(record.steps)
    ]
    return table("economics.live_steps", rows)


def live_draws(draws: InputDraws) -> pl.DataFrame:
    """Return the draws of the inputs that are uncertain.

    Args:
        draws: Draws of every input.

    Returns:
        ``economics.live_draws``: one row per uncertain input and draw.
    """
    frames = [
        pl.DataFrame({"input": name, "draw": np.arange(1, values.size + 1), "value": values})
        for name, values in draws.uncertain.items()
    ]
    return table("economics.live_draws", pl.concat(frames) if frames else ())


def taken_draws(
    drawn: Draws,
    counts: FailureCounts,
    kept: Sequence[LeverDecision],
    plan: Assumptions,
    names: Sequence[str],
) -> InputDraws:
    """Draw every input of the plan, and thin the draws by net present value.

    Args:
        drawn: Draws of the base scenario, all of them.
        counts: Failures and verdicts.
        kept: The levers of the programme.
        plan: The set of the run.
        names: Names of the plan's numbers that are used.
    """
    worth, values = [], []
    for chunk, start in enumerate(range(0, drawn.size, CHUNK)):
        part = drawn.anew(size=min(CHUNK, drawn.size - start), chunk=chunk)
        worth.append(joint_npv_usd(simulate(part, counts, kept), part))
        measured = _measured(part, counts, kept, plan)
        values.append({name: measured[name] if name in measured else part(name) for name in names})
    npv = np.concatenate(worth)
    taken = every_so_many(npv, TAKEN)
    return InputDraws(
        {name: np.concatenate([each[name] for each in values])[taken] for name in names},
        npv[taken],
        drawn.size,
    )


def every_so_many(ordered_by: FloatArray, count: int) -> npt.NDArray[np.int64]:
    """Return the places of draws evenly spread over their order, as they were drawn.

    Args:
        ordered_by: What they are ordered by, shape (draws,).
        count: How many to take; all of them where there are no more.

    Returns:
        Places, ascending.
    """
    size = ordered_by.size
    places = np.arange(min(count, size))
    middle = ((2 * places + 1) * size) // (2 * places.size)
    return np.sort(np.argsort(ordered_by, kind="stable")[middle])


def _measured(
    drawn: Draws, counts: FailureCounts, kept: Sequence[LeverDecision], plan: Assumptions
) -> dict[str, FloatArray]:
    """Return draws of what was measured, under the names the plan has for it."""
    levers = {lever.name: lever for lever in plan.levers}
    found: dict[str, FloatArray] = {}
    for each in measured_roles(drawn, counts, kept):
        if each.lever == ALL_LEVERS:
            found[each.role] = each.values
            continue
        name = levers[planned_name(each.lever)].uses.get(each.role)
        if name is not None:
            found[name] = each.values
    return found
