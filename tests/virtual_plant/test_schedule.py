from itertools import pairwise

import numpy as np
import pytest

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.production.batches import Settings, make_batches
from assets.virtual_plant.production.schedule import YEAR_S, make_schedule


def test_equipment_never_holds_two_batches(tablets: Plant) -> None:
    schedule = make_schedule(tablets, 400, 0.5, seed=3)  # four times as busy as usual
    lines = list(tablets.lines.values())
    spans: dict[str, dict[int, list[int]]] = {}
    for k, step in enumerate(tablets.calendar.steps):
        if step.is_shared:
            continue
        for i in range(schedule.batches):
            unit = lines[schedule.line[i]][step.unit_procedure]
            span = spans.setdefault(unit, {}).setdefault(i, [2**60, 0])
            span[0] = min(span[0], int(schedule.starts[i, k]))
            span[1] = max(span[1], int(schedule.ends[i, k]))
    for by_batch in spans.values():
        ordered = sorted(by_batch.values())
        assert all(a[1] <= b[0] for a, b in pairwise(ordered))


def test_phases_follow_one_another(tablets: Plant) -> None:
    schedule = make_schedule(tablets, 200, 1.0, seed=1)
    assert (schedule.ends > schedule.starts).all()
    assert (schedule.starts[:, 1:] >= schedule.ends[:, :-1]).all()
    assert (np.diff(schedule.starts[:, 0]) >= 0).all()


@pytest.mark.parametrize(("batches", "years"), [(1, 1.0), (7, 0.1), (200, 1.0), (1000, 5.0)])
def test_any_size_fits_its_span(tablets: Plant, batches: int, years: float) -> None:
    schedule = make_schedule(tablets, batches, years, seed=2)
    assert schedule.batches == batches
    assert schedule.starts[-1, 0] <= years * YEAR_S
    if batches > 100:
        assert schedule.starts[-1, 0] >= 0.9 * years * YEAR_S


def test_campaigns_are_of_one_product_on_one_line(tablets: Plant) -> None:
    schedule = make_schedule(tablets, 1000, 5, seed=1)
    for campaign in range(schedule.campaign.max() + 1):
        mine = schedule.campaign == campaign
        assert len(set(schedule.product[mine])) == 1
        assert len(set(schedule.line[mine])) == 1
    sizes = np.bincount(schedule.campaign)
    assert 3.5 < sizes.mean() < 6.5


def test_the_mix_shifts(tablets: Plant) -> None:
    share = []
    for seed in range(1, 6):
        product = make_schedule(tablets, 1000, 5, seed).product
        share.append([(product[:300] == 0).mean(), (product[-300:] == 0).mean()])
    early, late = np.mean(share, axis=0)
    assert early > late + 0.05


def test_breakdowns_follow_their_weibull_law(tablets: Plant) -> None:
    law = tablets.maintenance["compression"]
    kinds = [
        event.event
        for seed in range(8)
        for event in make_schedule(tablets, 1000, 5, seed).events
        if event.equipment_id.startswith("PRS") and event.event in {"breakdown", "maintenance"}
    ]
    breakdowns = kinds.count("breakdown")
    renewals = kinds.count("maintenance")
    # P(Weibull below the planned interval), interval 38 +/- 6
    intervals = 38 + 6 * np.linspace(-2, 2, 41)
    weights = np.exp(-0.5 * np.linspace(-2, 2, 41) ** 2)
    chance = 1 - np.exp(-((intervals / law.weibull_scale_batches) ** law.weibull_shape))
    expected = np.average(chance, weights=weights)
    assert breakdowns / renewals == pytest.approx(expected, abs=0.08)


def test_labels_come_days_to_weeks_after_the_end_and_some_are_pending(tablets: Plant) -> None:
    batches = [make_batches(tablets, Settings(seed=s)) for s in range(1, 4)]
    days = np.concatenate([(b.dispositioned_s - b.ended_s) / 86400 for b in batches])
    failed = np.concatenate([b.is_failure for b in batches])
    assert 8 < np.median(days[~failed]) < 18
    assert np.median(days[failed]) > 30
    assert np.mean([b.is_pending.sum() for b in batches]) >= 2
