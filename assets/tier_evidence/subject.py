"""What a protocol is about, as things stand: the window, the model versions, the code that decides.

Evidence holds for what was frozen with it. Each part has a name and a value, so that whoever is
refused is told which part is another than it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from data_contracts.codes.tier_evidence import EvidenceChallenge

HASH_DIGITS = 16
# Packages whose code decides what a challenge finds: named, never imported from here.
DECIDES = {
    EvidenceChallenge.EXCURSIONS: (
        "assets.failure_models.scoring",
        "assets.process_verification",
        "assets.sensor_features.kernel",
        "assets.statistics.charts",
        "assets.statistics.multivariate",
    ),
    EvidenceChallenge.PANEL: ("assets.tier_evidence.scoring", "assets.statistics.agreement"),
    EvidenceChallenge.BOUNDED_BEHAVIOUR: (
        "assets.tier_evidence.scoring",
        "assets.statistics.bounded_behaviour",
    ),
    EvidenceChallenge.PLANTED_CAUSES: ("assets.failure_models",),
}


@dataclass(frozen=True)
class InUse:
    """The tables that say what is in use.

    Attributes:
        window_studies: ``finding.window_studies``.
        verdicts: ``model.verdicts``.
        alarm_prices: ``economics.alarm_prices``.
    """

    window_studies: pl.DataFrame
    verdicts: pl.DataFrame
    alarm_prices: pl.DataFrame


def subject_of(challenge: str, lever: str | None, tested: InUse) -> dict[str, str]:
    """Return what is tested, name to value.

    Args:
        challenge: An ``EvidenceChallenge``.
        lever: Lever and outcome, as in ``economics.levers``; None of a self-test.
        tested: What is in use.

    Returns:
        ``code`` and, of a window or lot limit, what is held and where; of what scores batches, its
        model versions and thresholds by gate. What nothing is known of has its code alone.
    """
    found = {"code": code_version(DECIDES[challenge])}
    name, _, outcome = (lever or "").partition(".")
    if challenge in (EvidenceChallenge.BOUNDED_BEHAVIOUR, EvidenceChallenge.PANEL):
        found |= _window(name, outcome, tested.window_studies)
    if challenge == EvidenceChallenge.EXCURSIONS:
        found |= _models(tested.verdicts.filter(pl.col("outcome") == outcome))
        found |= _thresholds(tested.alarm_prices)
    if challenge == EvidenceChallenge.PLANTED_CAUSES:
        found |= _models(tested.verdicts)
    return found


def _window(lever: str, outcome: str, window_studies: pl.DataFrame) -> dict[str, str]:
    own = window_studies.filter(
        (pl.col("lever") == lever)
        & (pl.col("outcome") == outcome)
        & (pl.col("subject") == "as_recorded")
    )
    if own.is_empty():
        return {}
    row = own.row(0, named=True)
    ends = [row["window_low"], row["window_high"]]
    low, high = ("open" if end is None else f"{end:.10g}" for end in ends)
    return {"window": f"{row['feature']} in [{low}, {high}]"}


def _models(verdicts: pl.DataFrame) -> dict[str, str]:
    rows = verdicts.select("outcome", "gate", "model_version").drop_nulls().sort("outcome", "gate")
    return {
        f"model_version of {outcome} at gate {gate}": version
        for outcome, gate, version in rows.iter_rows()
    }


def _thresholds(alarm_prices: pl.DataFrame) -> dict[str, str]:
    rows = alarm_prices.select("gate", "alarm_budget", "least_prob").sort("gate")
    return {
        f"thresholds at gate {gate}": f"budget {budget:.10g}, least risk {least:.10g}"
        for gate, budget, least in rows.iter_rows()
    }


@cache
def code_version(packages: tuple[str, ...]) -> str:
    """Return the hash of the code of some packages, 16 hexadecimal digits.

    Args:
        packages: Dotted names.
    """
    digest = sha256()
    for package in packages:
        spec = find_spec(package)
        assert spec is not None
        assert spec.submodule_search_locations
        root = Path(spec.submodule_search_locations[0])
        for file in sorted(root.rglob("*.py")):
            digest.update(f"{package}/{file.relative_to(root)}".encode() + b"\0")
            digest.update(file.read_bytes())
    return digest.hexdigest()[:HASH_DIGITS]


def is_held(frozen: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Tell whether what was tested is still what is in use."""
    return dict(frozen) == dict(now)
