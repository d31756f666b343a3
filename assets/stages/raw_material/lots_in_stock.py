"""``finding.lots_in_stock``: what each lot on the shelf is expected to cost if it is used now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from assets.stages.raw_material.material_means import LOT
from assets.stages.raw_material.material_risk import MaterialRecords, with_own_batches
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.prediction_quality.calibration import expit, logit
from assets.statistics.regression.penalised_logistic import LogisticFit
from assets.statistics.resampling.multiplicity import holm
from data_contracts.codes.stages import StockVerdict
from data_contracts.tables import table

NAME = "finding.lots_in_stock"
ALPHA = 0.05
Z90 = 1.645
LEFT_SHARE = 0.02  # of a lot: less is what scales lose
LEFT_BATCHES = 0.25  # less makes no batch
SHELF = timedelta(days=183)  # a rest that nobody took for longer was not written off in the records
BLEND_PAYS = 0.01  # of a failure avoided


@dataclass(frozen=True)
class MaterialShelf:
    """One material: what became of its batches, and what is left of its lots.

    Attributes:
        name: Of the material.
        lots: ``material_lots`` of it in the order of the columns of ``records``, with used,
            own_batches, own_failures, left_quantity, batches_left and is_in_stock.
        records: Decided batches; None where there are none.
    """

    name: str
    lots: pl.DataFrame
    records: MaterialRecords | None


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
        batches: ``core.batches``; failed is rejected, undecided ones are left out.
        material_lots: ``core.material_lots``; in stock is a lot of which more is left than weighing
            loses and than a quarter of what a batch takes, and which was received or used within
            half a year of the last record.
        material_usage: ``core.material_usage``.
        material_attributes: ``core.material_attributes``.
        rate_arithmetic: ``economics.rate_arithmetic``: what a failed batch costs.
        seed: Of the dealing and drawing.

    Returns:
        ``finding.lots_in_stock``: a row per lot in stock, the dearest first.
    """
    materials = list(_materials(batches, material_lots, material_usage, material_attributes))
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
            risk = _risk(each, each.records, bool(p <= ALPHA), rng)
            rows += list(_rows(each, risk, None if np.isnan(p) else float(p), cost, in_stock))
    dearest = sorted(rows, key=lambda row: -row["excess_failures"])
    return table(NAME, [row | {"rank": rank} for rank, row in enumerate(dearest, start=1)])


def _materials(
    batches: pl.DataFrame,
    material_lots: pl.DataFrame,
    material_usage: pl.DataFrame,
    material_attributes: pl.DataFrame,
) -> Iterator[MaterialShelf]:
    decided = batches.filter(pl.col("disposition").is_in(["released", "rejected"])).select(
        "batch_id",
        "production_order",
        failed=(pl.col("disposition") == "rejected").cast(pl.Float64),
        product=pl.col("product").fill_null("all").rank("dense") - 1,
    )
    instants = [material_lots["lot_received_at"].max(), material_usage["used_at"].max()]
    now = max((each for each in instants if each is not None), default=None)
    if now is None:
        return
    for (name,), lots in material_lots.sort(LOT).group_by("material", maintain_order=True):
        usage = material_usage.filter(material=name).join(
            lots.select(*LOT).with_row_index("place"), on=LOT, nulls_equal=True
        )
        told = usage.join(decided, on="batch_id").sort("production_order", "place")
        yield MaterialShelf(
            str(name),
            _stock(lots, usage, told, now),
            _records(lots, told, material_attributes.filter(material=name)),
        )


def _stock(lots: pl.DataFrame, usage: pl.DataFrame, told: pl.DataFrame, now: Any) -> pl.DataFrame:
    used = usage.group_by("place").agg(used=pl.col("quantity").sum(), last=pl.col("used_at").max())
    own = (
        told.unique(["batch_id", "place"])
        .group_by("place")
        .agg(own_batches=pl.len().cast(pl.Int64), own_failures=pl.col("failed").sum())
    )
    per_batch = usage.group_by("batch_id").agg(pl.col("quantity").sum())["quantity"].median()
    left = pl.col("quantity") - pl.col("used").fill_null(0.0)
    touched = pl.max_horizontal("lot_received_at", "last")
    return (
        lots.with_row_index("place")
        .join(used, on="place", how="left")
        .join(own, on="place", how="left")
        .sort("place")
        .with_columns(
            pl.col("own_batches", "own_failures").fill_null(0),
            left_quantity=left,
            batches_left=left / pl.lit(per_batch, pl.Float64),
            is_in_stock=(
                (left > LEFT_SHARE * pl.col("quantity"))
                & (left >= LEFT_BATCHES * pl.lit(per_batch, pl.Float64))
                & (touched >= now - SHELF)
            ).fill_null(value=False),
        )
    )  # fmt: skip


def _records(
    lots: pl.DataFrame, told: pl.DataFrame, attributes: pl.DataFrame
) -> MaterialRecords | None:
    if told.is_empty():
        return None
    batch = told["batch_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    shares = np.zeros((int(batch.max()) + 1, lots.height))
    weight = told["quantity"].fill_null(1.0).to_numpy()
    np.add.at(shares, (batch, told["place"].to_numpy()), weight)
    rows = told.with_columns(batch=pl.Series(batch)).unique("batch").sort("batch")
    order = np.argsort(rows["production_order"].to_numpy(), kind="stable")
    wide = (
        attributes.drop_nulls("value")
        .group_by(*LOT, "attribute")
        .agg(pl.col("value").mean())
        .pivot("attribute", index=LOT, values="value")
    )
    table_of = lots.select(*LOT).join(
        wide, on=LOT, how="left", nulls_equal=True, maintain_order="left"
    )
    values = table_of.drop(LOT).select(pl.all().cast(pl.Float64)).fill_null(np.nan).to_numpy()
    known = np.isfinite(values).mean(axis=0) >= 0.5
    varied = np.array([np.unique(v[np.isfinite(v)]).size > 2 for v in values.T], dtype=bool)
    total = shares.sum(axis=1, keepdims=True)
    return MaterialRecords(
        shares=(shares / np.where(total > 0, total, 1.0))[order],
        attributes=values[:, known & varied].reshape(lots.height, -1),
        failed=rows["failed"].to_numpy()[order],
        product=rows["product"].to_numpy()[order].astype(np.float64),
        order=rows["production_order"].to_numpy()[order].astype(np.float64),
    )


@dataclass(frozen=True)
class _Risk:
    """Log odds of failure per lot.

    Attributes:
        by_attributes: Expected of a lot by its attributes alone.
        share: Of its batches expected to fail, with its own batches too.
        mean: Log odds of that.
        sd: Of what is not known of a lot beside a usual one.
        usual: Of a usual lot, at the rate of the latest batches.
        usual_sd: Of what is not known of that.
        lots: (lots, attributes) standardised.
        coefficients: Per attribute; zero where attributes foretell nothing.
    """

    by_attributes: FloatArray
    share: FloatArray
    mean: FloatArray
    sd: FloatArray
    usual: float
    usual_sd: float
    lots: FloatArray
    coefficients: FloatArray


def _risk(
    each: MaterialShelf, records: MaterialRecords, is_told: bool, rng: np.random.Generator
) -> _Risk:
    recent = records.offset[-max(1, records.offset.size // 4) :]
    usual, overall = _log_odds(expit(recent).mean()), _log_odds(expit(records.offset).mean())
    coefficients, sd = np.zeros(records.lots.shape[1]), np.zeros(each.lots.height)
    if is_told:
        coefficients = _slopes(records.fit())
        sd = np.std([records.lots @ _slopes(fit) for fit in records.refits(rng)], axis=0)
    shift = records.lots @ coefficients
    count = each.lots["own_batches"].to_numpy().astype(np.float64)
    failures = each.lots["own_failures"].to_numpy().astype(np.float64)
    then = expit(overall + shift)  # its batches were made at the rate of their days
    own = with_own_batches(count, failures, then)
    return _Risk(
        by_attributes=usual + shift,
        share=expit(logit(own.share) + usual - overall),
        mean=own.log_odds + usual - overall,
        sd=np.hypot(sd, own.sd),
        usual=usual,
        usual_sd=_usual_sd(float(expit(np.array([usual]))[0]), count, own.scatter),
        lots=records.lots,
        coefficients=coefficients,
    )


def _usual_sd(rate: float, count: FloatArray, scatter: float) -> float:
    """What is not known of the rate of late, in log odds.

    The end of a parabola through n batches is known as well as the mean of a quarter of them, and
    batches of lots that scatter count for less.
    """
    design_effect = 1 + ((count**2).sum() / count.sum() - 1) * scatter
    return float(np.sqrt(4 * design_effect / (count.sum() * rate * (1 - rate))))


def _log_odds(share: float) -> float:
    return float(logit(np.array([share]))[0])


def _slopes(fit: LogisticFit) -> FloatArray:
    scale = np.where(fit.scale > 0, fit.scale, np.inf)
    return np.asarray(fit.coefficients / scale)


def _rows(
    each: MaterialShelf, risk: _Risk, p: float | None, cost: float | None, compared: int
) -> Iterator[dict[str, Any]]:
    from scipy.special import ndtri

    stock = np.flatnonzero(each.lots["is_in_stock"].to_numpy())
    strict = float(ndtri(1 - ALPHA / 2 / max(1, compared)))
    usual = float(expit(np.array([risk.usual]))[0])
    for lot in stock:
        own = each.lots.row(int(lot), named=True)
        mean, sd = float(risk.mean[lot]), float(risk.sd[lot])
        prob = float(risk.share[lot])
        low, high = expit(mean + np.hypot(sd, risk.usual_sd) * np.array([-Z90, Z90])).tolist()
        own_low, own_high = expit(mean + sd * np.array([-Z90, Z90])).tolist()
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


def _blend(each: MaterialShelf, risk: _Risk, lot: int, stock: IntArray) -> tuple[str | None, float]:
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
