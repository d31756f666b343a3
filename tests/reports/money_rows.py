"""Rows of the economics tables a report shows, of a made-up plant."""

from datetime import date

from tests.published.changed_rows import Rows

CATEGORIES = (
    ("direct_material", 180_000, True),
    ("labour_and_suite", 96_000, False),
    ("deviation_investigation", 45_000, True),
    ("capa_and_revalidation", 60_000, True),
    ("schedule_slippage", 30_000, False),
)


def sensitivity_rows() -> Rows:
    inputs = [
        ("direct_material_usd_per_batch", "Direct material cost per batch", 1.1e6, 4.9e6),
        ("discount_rate", "Discount rate", 3.4e6, 2.5e6),
    ]
    return [
        {
            "input": name,
            "title": title,
            "kind": "assumption",
            "npv_if_low_usd": low,
            "npv_if_high_usd": high,
            "swing_usd": abs(high - low),
            "value_of_information_usd": 0.0,
            "rank": rank,
        }
        for rank, (name, title, low, high) in enumerate(inputs, start=1)
    ]


def programme_rows(lever: str, drawn_usd: float) -> Rows:
    """One lever multiplied out: 6.2 x 40% x $480k, less $200k a year."""
    savings, running = 6.2 * 0.4 * 480_000.0, 200_000.0
    net = savings - running
    own = (
        ("failures_met_per_year", 6.2, "failures/year"),
        ("settled_share", 0.4, "share"),
        ("failures_settled_per_year", 6.2 * 0.4, "failures/year"),
        ("saved_usd_per_failure", 480_000.0, "USD/batch"),
        ("failure_savings_usd_per_year", savings, "USD/year"),
    )
    shared = (
        ("savings_usd_per_year", savings, "USD/year"),
        ("running_usd_per_year", running, "USD/year"),
        ("net_usd_per_year", net, "USD/year"),
        ("one_off_usd", 900_000.0, "USD"),
    )
    drawn = (
        ("drawn_net_usd_per_year", drawn_usd, "USD/year"),
        ("drawn_less_base_usd_per_year", drawn_usd - net, "USD/year"),
    )
    return [
        dict(zip(("figure", "value", "unit"), line, strict=True))
        | {"lever": name, "position": position}
        for name, lines in ((lever, own + shared), ("all", shared + drawn))
        for position, line in enumerate(lines, start=1)
    ]


def cash_rows() -> Rows:
    return [
        {
            "scenario": scenario,
            "year": year,
            "p10": gain * year * 0.4 - 1e6,
            "p50": gain * year - 9e5,
            "p90": gain * year * 2 - 8e5,
        }
        for scenario, gain in (("conservative", 3e5), ("base", 1e6), ("optimistic", 1.6e6))
        for year in range(11)
    ]


def ledger_rows(batches: Rows) -> Rows:
    return [
        {
            "batch_id": batch["batch_id"],
            "failure_mode": batch["failure_mode"],
            "category": category,
            "paf": "internal_failure",
            "stage": 4 if batch["failure_mode"] == "dissolution" else 3,
            "amount_usd": amount,
            "basis": "assumption",
            "cost_basis": "standard_cost" if category == "direct_material" else "placeholder",
            "is_avoidable": is_avoidable,
        }
        for batch in batches
        if batch["failure_mode"] is not None
        for category, amount, is_avoidable in CATEGORIES
    ]


def scenarios_rows(*, with_savings: bool) -> Rows:
    rows = []
    for scenario, scale in (("conservative", 0.5), ("base", 1.0), ("optimistic", 1.6)):
        measures = {
            "baseline_failures_per_year": (4.9, 6.2, 7.8, "failures/year"),
            "baseline_loss_usd_per_year": (1.9e6, 2.6e6, 3.5e6, "USD/year"),
        }
        if not with_savings:
            measures |= {
                "prevented_failures_per_year": (0.0, 0.0, 0.0, "failures/year"),
                "annual_savings_usd": (0.0, 0.0, 0.0, "USD/year"),
            }
        if with_savings:
            measures |= {
                "prevented_failures_per_year": (
                    0.9 * scale, 2.2 * scale, 3.4 * scale, "failures/year",
                ),
                "annual_savings_usd": (
                    0.61e6 * scale, 1.43e6 * scale, 3.11e6 * scale, "USD/year",
                ),
                "annual_net_savings_usd": (
                    0.41e6 * scale - 0.2e6, 1.23e6 * scale - 0.2e6, 2.91e6 * scale, "USD/year",
                ),
                "npv_usd": (-0.4e6, 2.9e6 * scale, 7.7e6 * scale, "USD"),
                "payback_months": (9.0, 17.0 / scale, 44.0, "months"),
                "npv_positive_prob": (*(min(0.87 * scale, 0.97),) * 3, "share"),
            }  # fmt: skip
        rows += [
            {
                "scenario": scenario,
                "lever": lever,
                "measure": measure,
                "p10": p10,
                "p50": p50,
                "p90": p90,
                "unit": unit,
                "basis": "count"
                if measure.startswith("baseline")
                else ("evidence" if with_savings else "refused"),
                "note": None,
            }
            for lever in ("all", "alert.failure")[: 1 + with_savings]
            for measure, (p10, p50, p90, unit) in measures.items()
        ]
    return rows


def assumptions_rows() -> Rows:
    rows = (
        ("direct_material_usd_per_batch", 100_000, 200_000, 400_000, "USD/batch", "Site finance"),
        ("suite_usd_per_day", 5_000, 8_000, 12_000, "USD/day", "Site finance"),
        ("rescuable_share_gate_5", 0.2, 0.4, 0.6, "share", "Process engineering"),
        ("effectiveness", 0.5, 0.7, 0.9, "share", "Process engineering"),
        ("discount_rate", 0.08, 0.1, 0.12, "share/year", "Corporate treasury"),
    )
    return [
        {
            "name": name,
            "low": low,
            "base": base,
            "high": high,
            "unit": unit,
            "distribution": "triangular",
            "owner": owner,
            "source": "planning figure for a solid-dose plant; replace it with the site's own",
            "as_of": date(2026, 11, 1),
            "kind": "assumption",
            "description": "What one of these costs, as the owner states it.",
            "origin": "site",
            "stated_in": "prices.yaml",
        }
        for name, low, base, high, unit, owner in rows
    ]


def price_standing_rows(share: float = 0.04, *, is_own: bool = True, asked: int = 0) -> Rows:
    """One row: the plant's own prices, unless told otherwise."""
    return [
        {
            "set_name": "own_plant",
            "set_title": "Film-coated tablets, planning figures",
            "shipped_set": "tablets",
            "priced": "net_present_value",
            "own_numbers": 3 if is_own else 0,
            "placeholders": 90,
            "placeholder_share": share,
            "asked_numbers": asked,
            "is_own": is_own,
            "is_simulated": False,
        }
    ]


def price_shares_rows() -> Rows:
    """Two placeholders that are asked for, and one that is not."""
    shares = (
        ("direct_material_usd_per_batch", "Direct material cost per batch", 0.24, True),
        ("discount_rate", "Discount rate", 0.021, True),
        ("suite_usd_per_day", "Suite cost per day", 0.001, False),
    )
    return [
        {
            "name": name,
            "title": title,
            "priced": "net_present_value",
            "origin": "placeholder",
            "variance_share": share,
            "is_asked": is_asked,
            "rank": rank,
        }
        for rank, (name, title, share, is_asked) in enumerate(shares, start=1)
    ]


def rate_arithmetic_rows() -> Rows:
    """Six failures a year at 411,000 each, and a quarter to four times as much at the ends."""
    figures = (
        ("failures_per_year", 6.2, 6.2, 6.2, "failures/year"),
        ("failure_cost_usd_per_batch", 100_000.0, 411_000.0, 900_000.0, "USD/batch"),
        ("loss_usd_per_year", 620_000.0, 2_548_200.0, 5_580_000.0, "USD/year"),
    )
    names = ("figure", "low", "base", "high", "unit")
    return [dict(zip(names, row, strict=True)) for row in figures]
