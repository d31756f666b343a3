"""Lots, suppliers and materials, balances and rejects: planted causes, and none where none is."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from assets.stages.dispensing.balance_drift import balance_drift
from assets.stages.packaging.reject_rates import reject_rates
from assets.stages.raw_material.lot_effects import lot_effects, supplier_effects
from assets.stages.raw_material.material_models import material_models
from data_contracts.tables import table
from tests.conftest import REAL_DATA

START = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)

BOOK = REAL_DATA / "lot_genealogy" / "jrpls_tpls_dataset.xlsx"


def made(seed=1, batches=240, per_lot=8, lot_shift=0.0, supplier_shift=0.0, slope=0.0):
    """Batches of one product, a lot to eight of them; lot L7 may be bad, supplier S2 different."""
    draws = np.random.default_rng(seed)
    lots = batches // per_lot
    attribute = draws.normal(100, 10, lots)
    rows: dict[str, list[dict]] = {"batches": [], "results": [], "usage": [], "attributes": []}
    for k in range(lots):
        key = {"material": "api", "supplier": f"S{1 + k % 2}", "lot": f"L{k}"}
        rows["attributes"].append(
            key | {"attribute": "d90_um", "value": attribute[k], "unit": "um"}
        )
    for i in range(batches):
        k, name = i // per_lot, f"B{i:03d}"
        value = draws.normal() + slope * (attribute[k] - 100) / 10
        value += lot_shift * (k == 7) + supplier_shift * (k % 2)
        rows["batches"].append(
            {"batch_id": name, "production_order": i + 1, "cluster_id": f"L{k}", "product": "P1"}
        )
        rows["results"].append(
            {"batch_id": name, "stage": 6, "test": "av", "sample_no": 1, "value": value}
        )
        rows["usage"].append(
            {"batch_id": name, "material": "api", "supplier": f"S{1 + k % 2}", "lot": f"L{k}",
             "quantity": 10.0, "unit": "kg"}
        )  # fmt: skip
    names = ("batches", "lab_results", "material_usage", "material_attributes")
    return [table(f"core.{name}", part) for name, part in zip(names, rows.values(), strict=True)]


def named(tables):
    names = ("batches", "lab_results", "material_usage", "material_attributes")
    return dict(zip(names, tables, strict=True))


def test_lot_effects_put_the_bad_lot_first():
    first = 0
    for seed in range(100):
        found = lot_effects(*made(seed, lot_shift=2.0)[:3])
        first += found.sort("p_value")["lot"][0] == "L7"
    assert first >= 90


def test_lot_effects_of_lots_that_do_not_differ_name_none():
    told = sum((lot_effects(*made(seed)[:3])["verdict"] == "differs").any() for seed in range(100))
    assert told <= 11


def test_lot_effects_of_a_lot_to_nearly_every_batch_name_none():
    """Twelve batches of eleven lots: one pair tells the spread within, by chance far too small."""
    told = 0
    for seed in range(100):
        records, results, usage, _ = made(seed, batches=12, per_lot=1)
        usage = usage.with_columns(
            lot=pl.when(batch_id="B011").then(pl.lit("L10")).otherwise("lot"), supplier=pl.lit("S1")
        )
        told += (lot_effects(records, results, usage)["verdict"] == "differs").any()
    assert told <= 11


def test_supplier_effects_count_lots():
    found = supplier_effects(*made(3, supplier_shift=1.0)[:3]).sort("supplier")
    low, high = found.iter_rows(named=True)
    assert (low["lots"], high["lots"]) == (15, 15)
    assert high["effect_sd"] - low["effect_sd"] == pytest.approx(0.85, abs=0.35)
    assert high["verdict"] == "differs"
    assert supplier_effects(*made(3)[:3])["verdict"].to_list() == ["not_told", "not_told"]


def test_material_models_foretell_what_lots_cause_and_nothing_else():
    row = material_models(**named(made(1, slope=0.8)), seed=1).row(0, named=True)
    assert row["verdict"] == "foretells"
    assert 0.2 < row["q2_unseen"] < 0.6  # 0.39 of the variance is the lots'
    assert row["leading"] == "api.d90_um"
    row = material_models(**named(made(1)), seed=1).row(0, named=True)
    assert row["verdict"] == "foretells_nothing"
    assert row["q2_unseen"] < 0
    assert "worse than the mean" in row["reason"]


def test_material_models_without_attributes_have_no_row():
    batches, results, usage, _ = made()
    absent = table("core.material_attributes")
    assert material_models(batches, results, usage, absent, seed=1).is_empty()
    few = material_models(**named(made(batches=24)), seed=1)
    assert few["verdict"].to_list() == ["too_few"]


def test_material_models_of_batches_that_all_hang_together_claim_nothing():
    """Of one group the interval has no width, and any share of the variance would be certain."""
    batches, *others = made(1, slope=0.8)
    together = batches.with_columns(cluster_id=pl.lit("L0"))
    row = material_models(**named([together, *others]), seed=1).row(0, named=True)
    assert (row["verdict"], row["q2_unseen"]) == ("too_few", None)


def genealogy():
    """The real set: 105 lots of a product, five materials, six results; no dates."""
    if not BOOK.exists():
        pytest.skip(f"{BOOK} is not here: the real genealogy lies beside the project")
    from fastexcel import read_excel

    book = read_excel(BOOK)
    sheets = {name: book.load_sheet(name).to_polars() for name in book.sheet_names}
    quality = sheets["QUALITY"].rename({"LotID": "batch_id"})
    batches = [
        {"batch_id": name, "production_order": i, "cluster_id": name}
        for i, name in enumerate(quality["batch_id"], 1)
    ]
    results = quality.unpivot(index="batch_id", variable_name="test").drop_nulls("value")
    usage = sheets["Materials"].select(
        batch_id="Finished Product Lot", material="Material", lot="Material Lot",
        quantity="Ratio or Quantity",
    )  # fmt: skip
    attributes = []
    for name in sorted(usage["material"].unique()):
        sheet = sheets[name].rename({sheets[name].columns[0]: "lot"})
        attributes.append(
            sheet.with_columns(pl.exclude("lot").cast(pl.Float64, strict=False))
            .unpivot(index="lot", variable_name="attribute")
            .with_columns(material=pl.lit(name))
        )
    return [
        table("core.batches", batches),
        results.with_columns(stage=6, unit=pl.lit("1")),
        usage.with_columns(supplier=pl.lit(None, dtype=pl.String)),
        pl.concat(attributes).with_columns(supplier=pl.lit(None, dtype=pl.String)),
    ]


def test_material_models_of_the_real_genealogy():
    """At least 0.31 and 0.34 of Y3 and Y5, as plain PLS has; and what is negative is said so."""
    found = material_models(**named(genealogy()), seed=1)
    q2 = dict(found.select("test", "q2").rows())
    assert q2["Y3"] >= 0.31
    assert q2["Y5"] >= 0.34
    negative = found.filter(pl.col("q2_unseen") < 0)
    assert negative.height >= 3
    assert negative["reason"].str.contains("worse than the mean").all()


def weighings(seed, drift=0.0, count=800):
    draws = np.random.default_rng(seed)
    days = np.sort(draws.uniform(0, 1500, count))
    error = drift * np.clip(days - 900, 0, None) / 30.44 + draws.normal(0, 0.09, count)
    return [
        {
            "batch_id": f"B{i}", "material": "api", "weighing_no": 1, "target": 10.0,
            "actual": 10.0 * (1 + e / 100), "tolerance_pct": 0.5, "scale_id": "SCL-1",
            "weighed_at": START + timedelta(days=float(d)),
        }
        for i, (d, e) in enumerate(zip(days, error, strict=True))
    ]  # fmt: skip


def test_balance_drift_names_the_balance_and_the_day():
    steady = [row | {"scale_id": "SCL-2"} for row in weighings(2)]
    drifting, other = balance_drift(
        table("core.weighings", [*weighings(1, 0.1), *[r | {"batch_id": f"C{r['batch_id']}"}
                                                       for r in steady]]), seed=1
    ).iter_rows(named=True)  # fmt: skip
    assert (drifting["verdict"], other["verdict"]) == ("drifts", "steady")
    onset = START + timedelta(days=900)
    assert drifting["onset_low_at"] <= onset <= drifting["onset_high_at"]
    assert drifting["drift_pct_per_month"] == pytest.approx(0.1, rel=0.1)
    assert drifting["outside_tolerance"] > 0
    assert other["onset_at"] is None


def test_balance_drift_of_few_weighings_is_not_told():
    found = balance_drift(table("core.weighings", weighings(1, count=20)), seed=1)
    assert found["verdict"].to_list() == ["too_few"]
    assert balance_drift(table("core.weighings"), seed=1).is_empty()


def test_balance_drift_of_many_balances_can_still_be_told():
    """Twelve balances ask for p-values below 0.0042, which 199 draws do not reach."""
    rows = [
        row | {"scale_id": f"SCL-{k:02d}", "batch_id": f"{k}{row['batch_id']}"}
        for k in range(12)
        for row in weighings(k, 0.1 * (k == 3), count=200)
    ]
    found = balance_drift(table("core.weighings", rows), seed=1)
    assert found.filter(verdict="drifts")["scale_id"].to_list() == ["SCL-03"]


@pytest.mark.parametrize(("kept", "verdict"), [(0.9, "drifts"), (0.0, "too_few")])
def test_balance_drift_of_weighings_booked_together(kept, verdict):
    """The last tenth booked at one instant, as days are where hours are not; then all of them."""
    rows = table("core.weighings", weighings(1, 0.2))
    last = rows["weighed_at"].sort()[int(kept * rows.height)]
    booked = rows.with_columns(pl.col("weighed_at").clip(upper_bound=last))
    found = balance_drift(booked, seed=1)
    assert found["verdict"].to_list() == [verdict]


def test_balance_drift_of_no_tolerance_uses_none():
    rows = table("core.weighings", weighings(1)).with_columns(tolerance_pct=pl.lit(0.0))
    row = balance_drift(rows, seed=1).row(0, named=True)
    assert (row["outside_tolerance"], row["tolerance_used_p95"]) == (rows.height, None)


def test_no_unit_rejected_is_not_a_rate_of_zero():
    """Wilson (1927) of 0 in 100 at 90%: z2 / (100 + z2)."""
    rows = [{"batch_id": "B1", "defect_class": "crack", "rejected": 0, "inspected": 100}]
    row = reject_rates(table("core.inspections", rows)).row(0, named=True)
    assert (row["rate_ppm"], row["rate_low_ppm"]) == (0.0, 0.0)
    assert row["rate_high_ppm"] == pytest.approx(1e6 * 2.705543 / 102.705543, rel=1e-6)
    whole = [row | {"rejected": 100} for row in rows]
    assert reject_rates(table("core.inspections", whole))["rate_high_ppm"].item() == 1e6


def test_reject_rates_are_widened_by_how_unevenly_they_come():
    def counted(rejected, name):
        return [
            {"batch_id": f"B{i}", "defect_class": name, "rejected": r, "inspected": 100_000}
            for i, r in enumerate(rejected)
        ]

    draws = np.random.default_rng(1)
    even, uneven = draws.poisson(50, 100), draws.poisson(50 * draws.gamma(2, 0.5, 100))
    found = reject_rates(
        table("core.inspections", [*counted(even, "even"), *counted(uneven, "uneven")])
    )
    plain, wide = found.iter_rows(named=True)
    assert plain["rate_low_ppm"] < 500 < plain["rate_high_ppm"]
    assert wide["overdispersion"] > 10
    assert wide["rate_high_ppm"] - wide["rate_low_ppm"] > 3 * (
        plain["rate_high_ppm"] - plain["rate_low_ppm"]
    )
    assert wide["worst_batch_id"] == f"B{int(np.argmax(uneven))}"
    assert reject_rates(table("core.inspections")).is_empty()
