"""Plants with a planted rule: batches, columns of every sort, and failures that follow the rule.

2,000 batches of three products in campaigns of five. Columns: numbers drawn per batch, numbers
that belong to the campaign, numbers that wander slowly (never planted: decoys), and categories from
shifts (3 levels) to lots (20 lots that come back). Inside the rule 40 to 60% fail, outside 2%; 30
to 60 failures match it. A null plant has failures that depend on product and campaign alone.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from assets.rules.study import RuleInputs
from data_contracts.tables import table

BATCHES, CAMPAIGN, PRODUCTS = 2_000, 5, 3
LEVELS = {"shift": 3, "granulator": 3, "press": 4, "operator": 5, "binder_lot": 20, "api_lot": 20}
TEMPERATURES, AMOUNTS, SPEEDS = 8, 8, 8
CAMPAIGN_NUMBERS, WANDERING = 4, 4
FEWEST, MOST = 30, 60
RATE_OUTSIDE = 0.02
CONDITIONS = {"one": 1, "two": 2, "three": 3, "derived": 1, "null": 0}
GATE = 4


@dataclass(frozen=True)
class RulePlant:
    """A plant and what was planted in it.

    Attributes:
        frame: One row per batch: batch_id, product, campaign, the columns and ``failed``.
        numbers: Names of the numeric columns.
        categories: Names of the categorical ones.
        features: Columns of the planted rule; empty for a null plant.
        text: The planted rule in words.
        covers: Per batch, whether the planted rule covers it.
    """

    frame: pl.DataFrame
    numbers: list[str]
    categories: list[str]
    features: tuple[str, ...]
    text: str
    covers: np.ndarray


def rule_plant(kind: str, seed: int) -> RulePlant:
    """Make one plant.

    Args:
        kind: ``one``, ``two``, ``three`` conditions, ``derived`` or ``null``.
        seed: Seed.
    """
    rng = np.random.default_rng([seed, sorted(CONDITIONS).index(kind)])
    campaign = np.arange(BATCHES) // CAMPAIGN
    product = rng.integers(0, PRODUCTS, size=campaign.max() + 1)[campaign]
    columns = _numbers(rng, campaign) | {
        name: rng.integers(0, levels, size=BATCHES) for name, levels in LEVELS.items()
    }
    if kind == "null":
        features: tuple[str, ...] = ()
        text, covers = "", np.zeros(BATCHES, dtype=bool)
        failed = _null_failures(rng, product, campaign)
    else:
        features, text, covers = _planted(rng, kind, columns)
        failed = _failures(rng, covers)
    named = {
        name: [f"{name}_{code:02d}" for code in values] if name in LEVELS else values
        for name, values in columns.items()
    }
    frame = pl.DataFrame(
        {
            "batch_id": [f"B{i:04d}" for i in range(BATCHES)],
            "product": [f"P{code}" for code in product],
            "campaign": [f"C{code:03d}" for code in campaign],
            **named,
            "failed": failed,
        }
    )
    numbers = [name for name in columns if name not in LEVELS]
    return RulePlant(frame, numbers, sorted(LEVELS), features, text, covers)


def _numbers(rng: np.random.Generator, campaign: np.ndarray) -> dict[str, np.ndarray]:
    shape = campaign.size
    per_campaign = rng.lognormal(1.0, 0.3, size=(CAMPAIGN_NUMBERS, campaign.max() + 1))
    steps = rng.normal(0.0, 0.05, size=(WANDERING, shape)).cumsum(axis=1)
    return (
        {f"temperature_{i}_c": rng.normal(60, 2, size=shape).round(2) for i in range(TEMPERATURES)}
        | {f"amount_{i}_kg": rng.lognormal(3.0, 0.3, size=shape).round(3) for i in range(AMOUNTS)}
        | {f"speed_{i}_rpm": rng.uniform(100, 300, size=shape).round(0) for i in range(SPEEDS)}
        | {f"lot_value_{i}": per_campaign[i][campaign] for i in range(CAMPAIGN_NUMBERS)}
        | {
            f"humidity_{i}_pct": 40 + 5 * (steps[i] + rng.normal(0, 0.5, size=shape))
            for i in range(WANDERING)
        }
    )


def _null_failures(
    rng: np.random.Generator, product: np.ndarray, campaign: np.ndarray
) -> np.ndarray:
    of_campaign = rng.gamma(1.0, 1.0, size=campaign.max() + 1)[campaign]
    return rng.random(BATCHES) < np.array([0.02, 0.03, 0.07])[product] * of_campaign


def _failures(rng: np.random.Generator, covers: np.ndarray) -> np.ndarray:
    """Draw failures until the matching ones are as many as a plant promises."""
    fewest_rate = max(0.4, FEWEST / covers.sum())
    while True:
        rate = rng.uniform(fewest_rate, max(fewest_rate, 0.6))
        failed = rng.random(BATCHES) < np.where(covers, rate, RATE_OUTSIDE)
        matching = failed[covers]
        if FEWEST <= matching.sum() <= MOST and matching.mean() >= 0.4:
            return failed


def _planted(
    rng: np.random.Generator, kind: str, columns: dict[str, np.ndarray]
) -> tuple[tuple[str, ...], str, np.ndarray]:
    size = int(rng.integers(70, 121))
    if kind == "derived":
        return _planted_derived(rng, columns, size)
    count = CONDITIONS[kind]
    share = (size / BATCHES) ** (1 / count)
    near = [name for name, levels in LEVELS.items() if abs(np.log(levels * share)) < 0.35]
    numbers = [n for n in columns if n not in LEVELS and not n.startswith("humidity")]
    chosen = list(rng.choice(sorted(numbers), size=count, replace=False))
    for place in range(count if count == 1 else count - 1):
        if near and rng.random() < 0.4:
            chosen[place] = near.pop(int(rng.integers(len(near))))
    covers = np.ones(BATCHES, dtype=bool)
    words = []
    for place, name in enumerate(chosen):
        is_last = place == count - 1
        wanted = size if is_last else round(share * covers.sum())
        inside, text = _condition(rng, name, columns[name], covers, wanted)
        covers &= inside
        words.append(text)
    if not 55 <= covers.sum() <= 140:
        return _planted(rng, kind, columns)
    return tuple(sorted(map(str, chosen))), " and ".join(words), covers


def _condition(
    rng: np.random.Generator, name: str, values: np.ndarray, among: np.ndarray, wanted: int
) -> tuple[np.ndarray, str]:
    """A level, or an interval that keeps about the wanted number of the batches so far."""
    if name in LEVELS:
        level = int(rng.integers(LEVELS[name]))
        return values == level, f"{name} is {name}_{level:02d}"
    ordered = np.sort(values[among])
    wanted = min(wanted, ordered.size)
    start = {0: 0, 1: ordered.size - wanted}.get(
        int(rng.integers(3)), int(rng.integers(ordered.size - wanted + 1))
    )
    low, high = ordered[start], ordered[start + wanted - 1]
    if start == 0:
        return values <= high, f"{name} <= {high:.4g}"
    if start == ordered.size - wanted:
        return values >= low, f"{name} >= {low:.4g}"
    return (values >= low) & (values <= high), f"{low:.4g} <= {name} <= {high:.4g}"


def _planted_derived(
    rng: np.random.Generator, columns: dict[str, np.ndarray], size: int
) -> tuple[tuple[str, ...], str, np.ndarray]:
    sign = str(rng.choice(["*", "/", "-"]))
    family = "temperature" if sign == "-" else str(rng.choice(["amount", "speed"]))
    names = sorted(name for name in columns if name.startswith(family))
    left, right = sorted(map(str, rng.choice(names, size=2, replace=False)))
    a, b = columns[left], columns[right]
    values = {"*": a * b, "/": a / b, "-": a - b}[sign]
    ordered = np.sort(values)
    text = f"{left} {sign} {right}"
    if rng.random() < 0.5:
        limit = ordered[-size]
        return (text,), f"{text} >= {limit:.4g}", values >= limit
    return (text,), f"{text} <= {ordered[size - 1]:.4g}", values <= ordered[size - 1]


def rule_inputs(plant: RulePlant) -> RuleInputs:
    """The plant as the tables a search reads."""
    frame, names = plant.frame, [*plant.numbers, *plant.categories]
    long = [
        frame.select(
            "batch_id",
            gate=pl.lit(GATE, pl.Int64),
            feature=pl.lit(f"parameter.{name}"),
            value=pl.col(name).cast(pl.Float64) if is_number else pl.lit(None, pl.Float64),
            level=pl.lit(None, pl.String) if is_number else pl.col(name),
        )
        for name in names
        for is_number in [name in plant.numbers]
    ]
    dictionary = pl.DataFrame(
        {
            "feature": [f"parameter.{name}" for name in names],
            "title": names,
            "data_type": ["numeric" if n in plant.numbers else "categorical" for n in names],
            "is_product_identity": False,
        }
    )
    start = datetime(2021, 1, 1)  # noqa: DTZ001 instants are naive UTC everywhere
    gates = frame.select(
        "batch_id",
        "product",
        gate=pl.lit(GATE, pl.Int64),
        gate_at=None,
        production_order=pl.int_range(pl.len(), dtype=pl.Int64),
        strength=pl.lit("5MG"),
        campaign_id="campaign",
        cluster_id="campaign",
        period=pl.lit(start) + pl.duration(days=pl.int_range(pl.len())) * 0.9,
    ).with_columns(pl.col("period").dt.strftime("%Y-%m"))
    outcomes = frame.select(
        "batch_id",
        outcome=pl.lit("failure"),
        is_failure="failed",
        known_at=None,
        status=pl.lit("known"),
    )
    return RuleInputs(
        gate_values=pl.concat(long),
        dictionary=dictionary,
        batch_gates=gates,
        outcomes=outcomes,
        outcome_definitions=pl.DataFrame(
            {
                "outcome": ["failure"],
                "title": ["Failure"],
                "is_proxy": [False],
                "first_known_stage": [GATE + 1],
                "last_gate_before": [GATE],
                "severity": ["lost"],
            }
        ),
        outcome_margins=pl.DataFrame(
            schema={
                "batch_id": pl.String,
                "outcome": pl.String,
                "quantity": pl.String,
                "measured_quantity": pl.String,
                "limit": pl.String,
                "margin": pl.Float64,
                "is_censored": pl.Boolean,
            }
        ),
        withheld_features=table("evidence.withheld_features"),
        material_usage=table("core.material_usage"),
    )
