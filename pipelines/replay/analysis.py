"""From core tables to verdicts, rules and money in one process, in the order of a run.

The same functions the assets call, on frames in memory: nothing is read from a warehouse and
nothing is written. Sensor readings are taken as the features they became.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import polars as pl

from assets.core.margins import outcome_margins
from assets.core.outcome_inputs import read_by
from assets.core.outcomes import outcome_definitions, outcomes
from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.signal.acceptance_criteria import criteria_frame
from assets.failure_models.study import run_study
from assets.gate_features.composition import CoreRecords, gate_features
from assets.gate_features.gates import batch_gates
from assets.leak_questions.questions import Answers, leak_questions
from assets.leak_questions.withheld import withheld_features
from assets.rules.study import RuleInputs, run_rule_study
from assets.rules.tables import rule_tables
from assets.rules.target_search import RuleSettings
from assets.savings.business_case import BusinessCase, business_case
from assets.savings.records.business_records import BusinessRecords
from data_contracts.assumptions import Assumptions
from data_contracts.profile_schema.outcomes import Outcome
from data_contracts.tables import table

Tables = dict[str, pl.DataFrame]

RECORDS = (
    "batches",
    "phases",
    "parameters",
    "lab_results",
    "deviations",
    "material_usage",
    "material_attributes",
    "weighings",
    "inspections",
    "equipment_events",
    "sensor_tags",
    "genealogy_edges",
    "genealogy_trace",
)


@dataclass(frozen=True)
class ReplayEffort:
    """How hard a replay looks.

    Attributes:
        study: Draws, resamples and refits of the failure models.
        rules: Draws of the search for rules; None leaves rules out.
        draws: Draws of the money; 0 leaves money out.
        resamples: Bootstrap resamples behind a window's interval.
    """

    study: StudySettings
    rules: RuleSettings | None = None
    draws: int = 0
    resamples: int = 100


def features_of(
    core: Mapping[str, pl.DataFrame], declared: tuple[Outcome, ...], stages: Mapping[str, int]
) -> Tables:
    """Decide outcomes and build features from core tables.

    Args:
        core: Core tables by name without schema; absent ones are empty.
        declared: Outcomes of the profile.
        stages: Stages before which a quantity is not available, by its name in the source.

    Returns:
        ``core`` and ``feature`` tables of what was given, by full name.
    """
    records = {name: core.get(name, table(f"core.{name}")) for name in RECORDS}
    measured = read_by(declared, records["batches"], records)
    margins = outcome_margins(declared, measured)
    definitions = outcome_definitions(declared)
    gates = batch_gates(records["batches"], records["phases"], records["lab_results"])
    sensors = table("feature.sensor_phase_features")
    decided = outcomes(declared, records["batches"], measured, margins)
    return {
        **{f"core.{name}": frame for name, frame in records.items()},
        "core.outcome_definitions": definitions,
        "core.outcome_margins": margins,
        "core.outcomes": decided,
        "feature.batch_gates": gates,
        **gate_features(
            CoreRecords(
                **records,
                sensor_phase_features=sensors,
                outcomes=decided,
                outcome_margins=margins,
            ),
            gates,
            definitions,
            quantity_stages=stages,
        ),
    }


def analysed(
    tables: Tables,
    effort: ReplayEffort,
    assumptions: Assumptions | None = None,
    answers: Answers = MappingProxyType({}),
) -> Tables:
    """Judge, search and price what ``features_of`` gave.

    Args:
        tables: Its tables.
        effort: How hard to look.
        assumptions: Prices; None leaves money out.
        answers: ``measured_before_result`` of the profile.

    Returns:
        The tables given and those found, by full name.
    """
    found = dict(tables)
    names = tables["core.outcome_definitions"]["outcome"].sort().to_list()
    found |= withheld_of(found, answers)
    now = datetime.now(UTC).replace(tzinfo=None)
    found["evidence.acceptance_criteria"] = criteria_frame(names, now)
    found |= {name: table(name) for name in ("finding.rules", "finding.rule_effects")}
    if effort.rules is not None:
        rules = run_rule_study(RuleInputs(**handed(found, RuleInputs)), effort.rules)
        found |= rule_tables(rules, effort.rules)
    found |= run_study(StudyInputs(**handed(found, StudyInputs)), effort.study)
    if assumptions is not None and effort.draws:
        case = _case(found, effort, assumptions)
        found |= {
            "economics.levers": case.levers,
            "economics.scenarios": case.scenarios,
            "economics.window_effects": case.window_effects,
            "economics.negative_controls": case.negative_controls,
        }
    return found


def withheld_of(found: Tables, answers: Answers) -> Tables:
    """Return the questions of leaks and what is withheld, of ``features_of``, by full name."""
    refused, dictionary = found["evidence.refused_features"], found["feature.dictionary"]
    asked = leak_questions(
        found["feature.gate_values"],
        dictionary,
        found["feature.batch_gates"],
        found["core.outcomes"],
        found["core.outcome_definitions"],
        found["core.outcome_margins"],
        refused,
        answers,
    )
    return {
        "evidence.leak_questions": asked,
        "evidence.withheld_features": withheld_features(refused, asked, dictionary),
    }


def _case(found: Tables, effort: ReplayEffort, assumptions: Assumptions) -> BusinessCase:
    records = BusinessRecords(**handed(found, BusinessRecords))
    return business_case(
        assumptions,
        records,
        draws=effort.draws,
        seed=effort.study.seed,
        resamples=effort.resamples,
    )


def handed(found: Tables, kind: Any) -> Tables:
    """Return the tables a step is handed, under their own names without schema."""
    by_name = {name.partition(".")[2]: frame for name, frame in found.items()}
    return {field.name: by_name[field.name] for field in fields(kind) if field.name in by_name}
