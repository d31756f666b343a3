"""Windows are studied at a refit and kept: what is read back is what was estimated."""

from dataclasses import replace

import polars as pl

from assets.savings import business_case as case
from assets.savings.windows.effect import WindowEffect
from assets.savings.windows.estimation import window_effect
from assets.savings.windows.negative_controls import controlled
from assets.savings.windows.policy import Window
from assets.savings.windows.window_effects import StudiedWindow
from assets.savings.windows.window_studies import (
    STUDIES,
    kept_controls,
    kept_effects,
    window_studies,
)
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform
from data_contracts.tables import table
from pipelines.jobs import REFIT_GROUPS
from tests.savings.recorded_windows import window_records_of

WORDS = "X is named on all lots, but not on each half of them by itself."
HOW = {"resamples": 20, "seed": 1}


def studied() -> dict[tuple[str, str], StudiedWindow]:
    records = window_records_of(0.5)
    window = Window.trimmed(records.value, "higher", 0.2)
    effect = window_effect(records, "failure", "x", window, title="X", **HOW)
    assert isinstance(effect, WindowEffect)
    return {
        ("window", "failure"): StudiedWindow("x", "X", "higher", 0.2, records, effect),
        ("lots", "failure"): StudiedWindow("y", "Y", "lower", 0.1, None, WORDS),
    }


def test_window_studies_hold_all_an_effect_says() -> None:
    windows = studied()
    kept = conform(window_studies(windows, **HOW), contract(STUDIES))
    assert kept.select("lever", "subject").rows() == [
        ("lots", "as_recorded"),
        ("window", "as_recorded"),
        ("window", "dealt_to_other_lots"),
        ("window", "next_batch"),
    ]
    # Equal to the last digit, open ends of the window included.
    assert kept_effects(kept) == {key: one.effect for key, one in windows.items()}
    controls = controlled(windows["window", "failure"], "failure", **HOW)
    assert kept_controls(kept) == {
        ("window", "failure", control): ("x", found) for control, found in controls.items()
    }


def test_a_study_is_kept_while_its_lever_is_declared_as_it_was(
    assumptions, records_of, monkeypatch
) -> None:
    (lever,) = [each for each in assumptions.levers if each.name == "window"]
    own = replace(assumptions, levers=tuple(e for e in assumptions.levers if e.kind != "lots"))
    share = float(lever.trimmed_share)
    kept = table(
        STUDIES,
        [
            {
                "lever": "window",
                "outcome": "failure",
                "subject": "as_recorded",
                "feature": "x",
                "title": "X",
                "trimmed_share": share,
                "not_estimated_because": WORDS,
            }
        ],
    )
    asked = []

    def noted(wanted, records, **_):
        asked.append([each.name for each in wanted.levers if each.kind == "window"])
        return table(STUDIES)

    monkeypatch.setattr(case, "studied", noted)
    records = replace(records_of(), window_studies=kept)
    assert case._studies(own, records, 20, 1).equals(kept)
    otherwise = kept.with_columns(trimmed_share=pl.lit(share / 2))
    assert case._studies(own, replace(records, window_studies=otherwise), 20, 1).is_empty()
    # A home that an earlier version refitted last has none: all are studied.
    assert case._studies(own, replace(records, window_studies=None), 20, 1).is_empty()
    assert asked == [[], ["window"], ["window"]]


def test_windows_are_studied_at_a_refit_only() -> None:
    assert "window_studies" in REFIT_GROUPS
