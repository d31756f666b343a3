"""``finding.lots_in_stock``: what each lot on the shelf is expected to cost if it is used now."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from assets.stages.raw_material.lot_risks import LotRisks, lot_risks
from assets.stages.raw_material.material_means import LOT
from assets.stages.raw_material.material_shelves import MaterialShelf, material_shelves
from assets.statistics.array_types import IntArray
from assets.statistics.prediction_quality.calibration import expit
from assets.statistics.resampling.multiplicity import holm
from data_contracts.codes.stages import StockVerdict
from data_contracts.tables import table

NAME = "finding.lots_in_stock"
ALPHA = 0.05
Z90 = 1.645
BLEND_PAYS = 0.01  # of a failure avoided


def lots_in_stock(
    batches: pl.DataFrame,
    material_lots: pl.DataFrame,
    material_usage: pl.DataFrame,
    material_attributes: pl.DataFrame,
    rate_arithmetic: pl.DataFrame,
    seed: int,
) -> pl.DataFrame:
    """Foretell what using up each lot in stock costs beside a usual lot, and which blends save.

    Args:
        batches: ``core.batches``.
        material_lots: ``core.material_lots``; ``material_shelves`` says which lots are in stock.
        material_usage: ``core.material_usage``.
        material_attributes: ``core.material_attributes``.
        rate_arithmetic: ``economics.rate_arithmetic``: what a failed batch costs.
        seed: Of the dealing and drawing.

    Returns:
        ``finding.lots_in_stock``: a row per lot in stock, the dearest first.
    """
    materials = list(material_shelves(batches, material_lots, material_usage, material_attributes))
    tested = [
        None if each.records is None else each.records.test(np.random.default_rng([seed, place]))
        for place, each in enumerate(materials)
    ]
    p_values = np.array([np.nan if p is None else p for p in tested])
    family = holm(p_values) if p_values.size else p_values
    cost = _failed_batch_usd(rate_arithmetic)
    in_stock = sum(int(each.lots["is_in_stock"].sum()) for each in materials)
    rows = []
    for place, (each, p) in enumerate(zip(materials, family, strict=True)):
        if each.records is not None:
            rng = np.random.default_rng([seed, len(materials) + place])
            risk = lot_risks(each, each.records, bool(p <= ALPHA), rng)
            rows += list(_rows(each, risk, None if np.isnan(p) else float(p), cost, in_stock))
    dearest = sorted(rows, key=lambda row: -row["excess_failures"])
    return table(NAME, [row | {"rank": rank} for rank, row in enumerate(dearest, start=1)])


def _rows(
    each: MaterialShelf, risk: LotRisks, p: float | None, cost: float | None, compared: int
) -> Iterator[dict[str, Any]]:
    from scipy.special import ndtri

    stock = np.flatnonzero(each.lots["is_in_stock"].to_numpy())
    strict = float(ndtri(1 - ALPHA / 2 / max(1, compared)))
    usual = float(expit(np.array([risk.usual]))[0])
    for lot in stock:
        own = each.lots.row(int(lot), named=True)
        mean, sd = float(risk.mean[lot]), float(risk.sd[lot])
        prob = float(risk.share[lot])
        low, high = _interval(prob, mean, float(np.hypot(sd, risk.usual_sd)))
        own_low, own_high = _interval(prob, mean, sd)
        batches = own["batches_left"]
        apart = (mean - risk.usual) / sd if sd > 0 else 0.0
        verdict = StockVerdict.AS_ANY_OTHER
        if abs(apart) > strict:
            verdict = StockVerdict.DEARER if apart > 0 else StockVerdict.SAFER
        partner, saved = _blend(each, risk, int(lot), stock)
        row = {name: own[name] for name in (*LOT, "lot_received_at", "left_quantity", "unit")} | {
            "batches_left": batches,
            "failure_prob": prob,
            "failure_low": low,
            "failure_high": high,
            "usual_prob": usual,
            "excess_failures": batches * (prob - usual),
            "excess_usd": None if cost is None else batches * (prob - usual) * cost,
            "excess_usd_low": None if cost is None else batches * (own_low - usual) * cost,
            "excess_usd_high": None if cost is None else batches * (own_high - usual) * cost,
            "blend_with": partner,
            "blend_saves_usd": None if cost is None or partner is None else saved * cost,
            "own_batches": own["own_batches"],
            "own_failures": int(own["own_failures"]),
            "attribute_p_value": p,
            "verdict": verdict,
        }
        yield row | {"reason": _reason(row)}


def _interval(prob: float, mean: float, sd: float) -> tuple[float, float]:
    """90% about the mean log odds; a mean share that lies further in is held too."""
    low, high = expit(mean + sd * np.array([-Z90, Z90])).tolist()
    return min(low, prob), max(high, prob)


def _blend(
    each: MaterialShelf, risk: LotRisks, lot: int, stock: IntArray
) -> tuple[str | None, float]:
    """The lot in stock with which it fails least, weighed in as much as is left of both."""
    left = each.lots["batches_left"].to_numpy()
    best, most = None, BLEND_PAYS
    for other in stock:
        if other == lot or not risk.coefficients.any():
            continue
        pair = np.array([lot, other])
        weight = left[pair] / left[pair].sum()
        mixed = risk.usual + float(weight @ risk.lots[pair] @ risk.coefficients)
        apart = float(weight @ expit(risk.by_attributes[pair])) - float(expit(np.array([mixed]))[0])
        saved = apart * float(left[pair].sum())
        if saved > most:
            best, most = str(each.lots["lot"][int(other)]), saved
    return best, most if best is not None else 0.0


def _failed_batch_usd(rate_arithmetic: pl.DataFrame) -> float | None:
    found = rate_arithmetic.filter(figure="failure_cost_usd_per_batch")["base"]
    return float(found[0]) if found.len() else None


def _reason(row: dict[str, Any]) -> str:
    own = f"{row['own_failures']} of its {row['own_batches']} batches failed so far"
    p = row["attribute_p_value"]
    by = (
        "too few lots or failures to ask whether attributes foretell failures"
        if p is None
        else f"attributes of this material {'precede' if p <= ALPHA else 'foretell no'} failures "
        f"(p {p:.3f} over all materials)"
    )
    said = {
        StockVerdict.DEARER: "Expected to fail more often than a usual lot. Redirecting it pays "
        "where it is worth less than what using it costs beyond a usual one.",
        StockVerdict.SAFER: "Expected to fail less often than a usual lot.",
        StockVerdict.AS_ANY_OTHER: "Nothing tells it from a usual lot.",
    }[row["verdict"]]
    return f"{said} {own[0].upper()}{own[1:]}; {by}."
