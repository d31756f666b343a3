"""Windows asked of one plant whose truth is known: the answer, or why there is none, and the truth.

Windows are drawn by shares of the recorded values, without a look at a result, as somebody would
who knows the process and not the records: narrow and wide ones, on causes and on what only goes
with them. Each parameter that is asked about alone has its upper bound held against the truth too.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from assets.savings.upper_bounds.prevention_bound import prevention_bound, tried_windows
from assets.savings.what_if.conditions import AskedCondition
from assets.savings.what_if.held_effect import held_effect
from assets.savings.what_if.parameters import asked_parameters, meaning_refusal
from assets.savings.windows.estimation import FEWEST_FAILURES
from assets.savings.windows.policy import Window
from assets.savings.windows.records import window_records
from assets.savings.windows.window_effects import KINDS
from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.declaration.policy import require_held
from assets.virtual_plant.declaration.structure import Cut, Policy
from assets.virtual_plant.fast_path.prepared_plant import batch_features
from assets.virtual_plant.production.batches import Settings, make_batches
from benchmarks.foreign_plants.kinds import foreign_table
from benchmarks.foreign_plants.sources import write_source
from benchmarks.foreign_plants.table import ForeignTable
from benchmarks.studies.foreign_judgement import core_tables, names_of
from benchmarks.verdict_study import study_inputs
from data_contracts.profile import load_profile
from pipelines.replay.analysis import features_of, withheld_of

FAILURE, LAST_GATE, ACTING_GATE = "failure", 5, 5
PLANT_WORLDS: dict[str, Cut] = {"plant": "none", "null_plant": "null"}
QUESTIONS, TRIMMED_SHARE = 3, 0.2
FIRST_RERUN = 60_000_000  # of the re-runs; no plant of any study has such a seed
Truth = Callable[[Sequence[Mapping[str, Window]]], list[float]]


@dataclass(frozen=True)
class KnownPlant:
    """A plant's records as the product reads them, and its truth.

    Attributes:
        tables: By name without schema.
        causes: Features that act on failure, or look as if they did.
        others: Features that do not.
        truth: Failures prevented per batch by windows on features together, asked about at once.
    """

    tables: dict[str, pl.DataFrame]
    causes: Sequence[str]
    others: Sequence[str]
    truth: Truth
    can_be_joined: bool


def marks(
    world: str, seed: int, *, resamples: int, reruns: int, batches: int
) -> list[dict[str, Any]]:
    """Ask a plant a few questions; one row each.

    Args:
        world: A name in ``PLANT_WORLDS``, or a kind of foreign table.
        seed: Seed of the plant.
        resamples: Bootstrap resamples of lots.
        reruns: Re-runs of the virtual plant behind its truth.
        batches: Batches of the virtual plant, 200 a year.
    """
    is_plant = world in PLANT_WORLDS
    known = _virtual(world, seed, reruns, batches) if is_plant else _foreign(world, seed)
    rng = np.random.default_rng([seed, 21])
    rows = []
    # Nobody can hold two variables of the virtual plant at once, so it is not asked about that.
    for number in range(QUESTIONS if known.can_be_joined else QUESTIONS - 1):
        started = time.perf_counter()
        asked = _asked(known, number, rng)
        row = {"world": world, "seed": seed, "question": number}
        row |= _answer(known, asked, seed, resamples)
        if len(asked) == 1:
            row |= _bound(known, next(iter(asked)))
        rows.append(row | {"seconds": round(time.perf_counter() - started, 2)})
    return rows


def _asked(known: KnownPlant, number: int, rng: np.random.Generator) -> dict[str, Window]:
    """The windows of one question: the first on a cause, the next on anything, the last on two."""
    likely = list(known.causes) or list(known.others)
    every = [*known.causes, *known.others]
    names = [str(rng.choice(likely if number != 1 else every))]
    if number == QUESTIONS - 1:
        names.append(str(rng.choice([name for name in every if name != names[0]])))
    return {name: _window(known, name, rng) for name in names}


def _window(known: KnownPlant, feature: str, rng: np.random.Generator) -> Window:
    values = known.tables["gate_values"].filter(feature=feature)["value"].drop_nulls().to_numpy()
    shares: tuple[float | None, float | None] = (None, rng.uniform(0.4, 0.95))
    side = rng.integers(3)
    if side == 1:
        shares = (rng.uniform(0.05, 0.6), None)
    elif side == 2:
        centre, half = rng.uniform(0.2, 0.8), rng.uniform(0.02, 0.4)
        shares = (max(centre - half, 0.0), min(centre + half, 1.0))
    low, high = (None if each is None else float(np.quantile(values, each)) for each in shares)
    if low is not None and high is not None and not low < high:
        low = None
    return Window(-np.inf if low is None else low, np.inf if high is None else high)


def _answer(
    known: KnownPlant, asked: Mapping[str, Window], seed: int, resamples: int
) -> dict[str, Any]:
    dictionary = known.tables["dictionary"]
    kinds = dict(dictionary.select("feature", "kind").iter_rows())
    lever = "lots" if all(kinds[name] in KINDS["lots"] for name in asked) else "window"
    held_kinds = {each for own in KINDS.values() for each in own}
    conditions = [AskedCondition(name, name, window, "") for name, window in asked.items()]
    # A question may join a lot's attribute and a parameter here; no lever of the product does.
    told = dictionary.with_columns(
        kind=pl.when(pl.col("kind").is_in(held_kinds))
        .then(pl.lit(KINDS[lever][0]))
        .otherwise("kind")
    )
    parameters = asked_parameters(conditions, told, lever)
    refusal = meaning_refusal(
        parameters,
        FAILURE,
        LAST_GATE,
        ACTING_GATE,
        known.tables["withheld_features"],
        known.tables["refused_features"],
    )
    row: dict[str, Any] = {
        "asked": "; ".join(f"{name} in [{w.low:.6g}, {w.high:.6g}]" for name, w in asked.items()),
        "is_cause": any(name in known.causes for name in asked),
        "failures": int(known.tables["outcomes"].filter(outcome=FAILURE)["is_failure"].sum()),
        "code": "" if refusal is None else str(refusal.code),
    }
    if refusal is not None:
        return row
    found = held_effect(known.tables, FAILURE, parameters, resamples=resamples, seed=seed)
    row |= {"code": "" if found.refusal is None else str(found.refusal.code)}
    row["inside_share"] = found.inside_share
    if found.effect is None:
        return row
    effect, truth = found.effect, known.truth([asked])[0]
    wide = effect.expected.at_95
    return row | {
        "prevented": effect.expected.value,
        "low_90": effect.expected.low,
        "high_90": effect.expected.high,
        "truth": truth,
        "covers_90": effect.expected.low <= truth <= effect.expected.high,
        "covers_95": wide.low <= truth <= wide.high,
    }


def _bound(known: KnownPlant, feature: str) -> dict[str, Any]:
    """The bound on what a parameter could prevent, and the most its windows truly do."""
    same = known.tables["dictionary"].filter(feature=feature)["quantity"].item()
    aliases = known.tables["dictionary"].filter(quantity=same)["feature"].to_list()
    records = window_records(known.tables, FAILURE, feature, aliases)
    if records is None or records.is_failed.sum() < FEWEST_FAILURES:
        return {}
    windows = tried_windows(records.value, TRIMMED_SHARE)
    found = prevention_bound(records, windows)
    if found is None:
        return {}
    truth = max(known.truth([{feature: window} for window in windows]))
    return {
        "bound": found.per_batch,
        "bound_by_margins": found.is_by_margins,
        "bound_truth": truth,
        "bound_holds": truth <= found.per_batch,
    }


def _virtual(world: str, seed: int, reruns: int, batches: int) -> KnownPlant:
    cut, plant, years = PLANT_WORLDS[world], load_plant("tablets"), batches / 200
    fast = batch_features(plant, seed=seed, batches=batches, years=years, cut=cut)
    inputs = study_inputs(fast, (LAST_GATE,))
    recorded = fast.gate_values["feature"].unique()
    variables = _variables(plant, set(recorded))
    acting = {cause.variable for each in plant.mechanisms for cause in each.causes}
    dictionary = inputs.dictionary.with_columns(
        available_at_gate="stage", unit=pl.lit(None, pl.String)
    )

    def policy(windows: Mapping[str, Window]) -> Policy:
        ((feature, window),) = windows.items()
        held = Policy(variables[feature], window.low, window.high)
        return replace(held, how="reject") if feature.startswith("material.") else held

    def truth(asked: Sequence[Mapping[str, Window]]) -> list[float]:
        if cut == "null":
            return [0.0 for _ in asked]
        saved = np.zeros(len(asked))
        for number in range(reruns):
            settings = Settings(batches, years, FIRST_RERUN + 1000 * (seed % 1000) + number)
            before = make_batches(plant, settings)
            for place, windows in enumerate(asked):
                held = replace(settings, policy=policy(windows))
                after = make_batches(plant, held, before.when)
                saved[place] += before.failure_prob.sum() - after.failure_prob.sum()
        return [float(each) for each in saved / reruns / batches]

    return KnownPlant(
        {
            "batches": fast.batches,
            "outcomes": inputs.outcomes,
            "outcome_margins": inputs.outcome_margins,
            "gate_values": fast.gate_values,
            "dictionary": dictionary,
            "withheld_features": inputs.withheld_features,
            "refused_features": inputs.withheld_features.clear(),
        },
        [name for name, variable in variables.items() if variable in acting],
        [name for name, variable in variables.items() if variable not in acting],
        truth,
        can_be_joined=False,
    )


def _variables(plant: Plant, recorded: set[str]) -> dict[str, str]:
    """Features that are a variable of the plant which can be held, known before the result."""
    names = {f"parameter.{each.name}": each.name for each in plant.variables}
    names |= {
        f"material.{material.name}.{each.name}": f"{material.name}.{each.name}"
        for material in plant.materials
        for each in material.attributes
    }
    found = {}
    for feature, variable in sorted(names.items()):
        try:
            require_held(variable, plant, variable)
        except PlantError:
            continue
        if feature in recorded:
            found[feature] = variable
    return found


def _foreign(kind: str, seed: int) -> KnownPlant:
    table = foreign_table(kind, seed)
    with TemporaryDirectory(prefix="what-if-") as folder:
        profile = load_profile(str(write_source(table, Path(folder))))
        core = core_tables(profile, Path(folder))
    found = features_of(core, profile.outcomes, profile.quantity_stages)
    found |= withheld_of(found, profile.measured_before_result)
    columns = {each.name: _feature(found, each.name) for each in table.parameters}
    suspects = {*table.causes, *table.inert, *table.copies}
    return KnownPlant(
        {
            "batches": found["core.batches"],
            "outcomes": found["core.outcomes"],
            "outcome_margins": found["core.outcome_margins"],
            "gate_values": found["feature.gate_values"],
            "dictionary": found["feature.dictionary"],
            "withheld_features": found["evidence.withheld_features"],
            "refused_features": found["evidence.refused_features"],
        },
        [feature for name, feature in columns.items() if name in suspects],
        [feature for name, feature in columns.items() if name not in suspects],
        lambda asked: [_foreign_truth(table, columns, windows) for windows in asked],
        can_be_joined=True,
    )


def _feature(found: Mapping[str, pl.DataFrame], column: str) -> str:
    return names_of(dict(found), (column,))[0]


def _foreign_truth(
    table: ForeignTable, columns: Mapping[str, str], windows: Mapping[str, Window]
) -> float:
    named = {feature: name for name, feature in columns.items()}
    recorded = {each.name: each.values for each in table.parameters}
    held = {
        named[feature]: table.parameter(named[feature]).held(window.low, window.high)
        for feature, window in windows.items()
    }
    return float(np.mean(table.risk(recorded) - table.risk(recorded | held)))
