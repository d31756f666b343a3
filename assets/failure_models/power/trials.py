"""One trial of a self-test: a cause planted, the ladder climbed, and whether it was found."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from assets.batch_matrix.outcome_panel import SIDES, OutcomePanel
from assets.failure_models.dataset.shared_fits import SharedFits
from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.dataset.task import Task
from assets.failure_models.drivers.driver_clusters import correlated_clusters, levels_joined
from assets.failure_models.drivers.driver_ranking import rank_clusters
from assets.failure_models.drivers.driver_study import has_drivers
from assets.failure_models.drivers.explanation import explain
from assets.failure_models.power.plasmode import (
    OwnResults,
    in_spreads,
    planted,
    share_worth,
    shifted,
)
from assets.failure_models.signal.acceptance_criteria import criteria_of
from assets.failure_models.signal.judgement import Judgement
from assets.failure_models.signal.null_distribution import number_of_clusters
from assets.failure_models.study import examine_all, judge_all, prepare
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.resampling.permutation import SharedDraws
from data_contracts.codes.records import Verdict
from data_contracts.tables import table

FEWEST_RECORDED = 0.8
AVERAGED_SHIFTS = 12


@dataclass(frozen=True)
class Trial:
    """What came of one planted cause.

    Attributes:
        feature: The feature that was made a cause.
        share: Share of the margin's variation it accounts for.
        is_found: Whether the last gate before the result got a process signal.
        is_first: Whether it then stood first among the drivers.
    """

    feature: str
    share: float
    is_found: bool
    is_first: bool


@dataclass(frozen=True)
class PlantedOutcome:
    """An outcome causes are planted into.

    Attributes:
        inputs: The run's tables with this outcome alone.
        task: Its last gate before the result.
        results: Its results at that gate.
    """

    inputs: StudyInputs
    task: Task
    results: OwnResults

    @classmethod
    def of(
        cls, inputs: StudyInputs, outcome: str, seed: int, spill_dir: Path | None = None
    ) -> "PlantedOutcome | str":
        """Gather an outcome, or say why nothing can be planted into it."""
        own = _alone(inputs, outcome)
        tasks, _ = prepare(own, seed, SharedFits(spill_dir))
        primary = [task for task in tasks if task.is_primary]
        if not primary or primary[0].obstacle:
            reason = primary[0].obstacle if primary else "no batch reached its last gate."
            return f"Nothing can be planted: {reason}"
        if not primary[0].has_margins:
            return "Nothing can be planted: the outcome has no continuous margin to plant into."
        panel, product = primary[0].panel, primary[0].matrix.product
        if not (panel.label == 1).any():
            return "Nothing can be planted: no batch failed, so no cause could be worth a failure."
        made = cls(own, primary[0], OwnResults(panel.margins, panel.label, product))
        if not made.candidates:
            return "Nothing can be planted: no number is recorded of nearly every batch."
        return made

    @property
    def candidates(self) -> list[int]:
        """Columns a cause can be planted as: numbers that are nearly always recorded."""
        matrix = self.task.matrix
        recorded = np.isfinite(matrix.values).mean(axis=0) >= FEWEST_RECORDED
        return [int(j) for j in np.flatnonzero(recorded) if not matrix.is_level(int(j))]

    @property
    def quantity(self) -> int:
        """The margin that most batches fall short of."""
        return int(np.argmax((self.results.margins < 0).sum(axis=0)))


def trials(
    tested: PlantedOutcome, prevented_per_batch: float, number: int, settings: StudySettings
) -> Iterator[Trial | None]:
    """Plant causes one after another.

    Args:
        tested: The outcome.
        prevented_per_batch: Failures each cause is worth.
        number: Causes planted.
        settings: Draws and seed of the ladder.

    Yields:
        What came of each; None where the feature drawn cannot be worth as much.
    """
    candidates = tested.candidates
    for trial in range(number):
        rng = np.random.default_rng([settings.seed, trial, 11])
        column = int(rng.choice(candidates))
        yield _trial(tested, column, prevented_per_batch, settings, rng)


def _trial(
    tested: PlantedOutcome,
    column: int,
    prevented_per_batch: float,
    settings: StudySettings,
    rng: np.random.Generator,
) -> Trial | None:
    results, batches = tested.results, tested.results.product.size
    sign = float(rng.choice([-1.0, 1.0]))
    standard = sign * in_spreads(tested.task.matrix.values[:, column], results.product)
    # A shift of a few batches would leave much of what there was in place.
    shifts = rng.integers(batches // 10, batches - batches // 10, size=AVERAGED_SHIFTS)
    share = share_worth(results, standard, tested.quantity, prevented_per_batch, shifts)
    if share is None:
        return None
    made = planted(shifted(results, int(shifts[0])), standard, tested.quantity, share)
    judged = _judged(_with_results(tested, made), settings)
    is_found = judged is not None and judged.verdict == Verdict.PROCESS_SIGNAL
    return Trial(
        tested.task.matrix.features[column],
        share,
        is_found,
        judged is not None and is_found and has_drivers(judged) and _leads(judged, column),
    )


def _judged(inputs: StudyInputs, settings: StudySettings) -> Judgement | None:
    """The last gate before the result, judged beside all others; None where it cannot be."""
    tasks, _ = prepare(inputs, settings.seed, SharedFits(settings.spill_dir))
    open_tasks = [task for task in tasks if not task.obstacle]
    shared = SharedDraws(number_of_clusters(tasks), settings.permutations, settings.seed)
    criteria = {t.outcome: criteria_of(inputs.acceptance_criteria, t.outcome) for t in tasks}
    judged, _ = judge_all(examine_all(open_tasks, criteria, shared, settings), criteria)
    return next((one for one in judged if one.examination.task.is_primary), None)


def _leads(judged: Judgement, column: int) -> bool:
    task = judged.examination.task
    view = task.views[-1].design[task.tested]
    clusters = levels_joined(correlated_clusters(view), task.matrix.features)
    ranked = rank_clusters(explain(judged.examination), view, clusters, [], places=1, shown=1)
    return bool(ranked) and column in ranked[0].columns


def _alone(inputs: StudyInputs, outcome: str) -> StudyInputs:
    """The tables with one outcome, its rules and questions left out."""
    own = pl.col("outcome") == outcome
    return replace(
        inputs,
        outcomes=inputs.outcomes.filter(own),
        outcome_definitions=inputs.outcome_definitions.filter(own),
        outcome_margins=inputs.outcome_margins.filter(own),
        leak_questions=table("evidence.leak_questions"),
        rules=table("finding.rules"),
        rule_effects=table("finding.rule_effects"),
    )


def _with_results(tested: PlantedOutcome, made: OwnResults) -> StudyInputs:
    """The tables with planted results in place of those on record."""
    inputs, ids = tested.inputs, tested.task.matrix.batch_ids
    failed = pl.DataFrame({"batch_id": ids, "planted": made.label}).with_columns(
        pl.col("planted").fill_nan(None) == 1, is_planted=True
    )
    outcomes = inputs.outcomes.join(failed, on="batch_id", how="left", maintain_order="left")
    # A result not known yet moves with its batch; one on record would tell of the features again.
    is_known = pl.col("is_failure").is_not_null() & pl.col("is_planted")
    return replace(
        inputs,
        outcomes=outcomes.with_columns(
            is_failure=pl.when(is_known).then("planted").otherwise("is_failure")
        ).drop("planted", "is_planted"),
        outcome_margins=_planted_margins(tested, made),
    )


def _planted_margins(tested: PlantedOutcome, made: OwnResults) -> pl.DataFrame:
    """The margins with planted ones, which are reported no farther than the usual limit either."""
    ids, panel = tested.task.matrix.batch_ids, tested.task.panel
    limit, side = _usual_limits(panel)
    is_beyond = (made.margins - limit) * side > 0
    bounds = [name for _, name in sorted((one, name) for name, one in SIDES.items())]
    margins = pl.DataFrame(
        {
            "batch_id": np.repeat(ids, len(panel.quantities)),
            "quantity": panel.quantities * len(ids),
            "planted": np.where(is_beyond, limit, made.margins).ravel(),
            "is_beyond": is_beyond.ravel(),
            "beyond": [bounds[int(one > 0)] for one in np.tile(side, len(ids))],
        }
    ).with_columns(pl.col("planted").fill_nan(None))
    recorded = tested.inputs.outcome_margins
    if "bound" not in recorded.columns:
        recorded = recorded.with_columns(bound=pl.lit(None, pl.String))
    is_planted = pl.col("planted").is_not_null()
    return (
        recorded.join(margins, on=["batch_id", "quantity"], how="left", maintain_order="left")
        .with_columns(
            margin=pl.coalesce("planted", "margin"),
            is_censored=pl.when(is_planted).then("is_beyond").otherwise("is_censored"),
            bound=pl.when(~is_planted).then("bound").when("is_beyond").then("beyond"),
        )
        .drop("planted", "is_beyond", "beyond")
    )


def _usual_limits(panel: OutcomePanel) -> tuple[FloatArray, IntArray]:
    """Per quantity the middle of its bounds, and the side on which true margins lie; 0 for none."""
    limits, sides = np.full(len(panel.quantities), np.nan), np.zeros(len(panel.quantities))
    for j, column in enumerate(panel.side.T):
        sides[j] = np.sign(column.sum())
        own = panel.bounds[column == sides[j], j]
        if sides[j] and own.size:
            limits[j] = np.median(own)
    return limits, sides.astype(np.int64)
