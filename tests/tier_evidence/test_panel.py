"""A seeded panel: detection by class with exact bounds, false rejects, Knapp, kappas."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assets.tier_evidence.scoring.findings import judged
from assets.tier_evidence.scoring.panel import PanelResults, panel_findings, read_panel
from data_contracts.errors import SourceError
from data_contracts.tier_protocol.entries import Criterion

# Rejects a part of a class in a trial?
Judge = Callable[[str, int, int], bool]


def panel(
    folder: Path, parts: dict[str, int], trials: int, machine: Judge, people: Judge | None = None
) -> PanelResults:
    rows, lines = [], ["part,appraiser,kind,trial,rejected"]
    for name, count in parts.items():
        for number in range(count):
            rows.append(f"{name}{number},{name}")
            for trial in range(trials):
                said = "yes" if machine(name, number, trial) else "no"
                lines.append(f"{name}{number},camera,machine,{trial},{said}")
                if people is not None:
                    for who in ("anna", "ben"):
                        said = "yes" if people(name, number, trial) else "no"
                        lines.append(f"{name}{number},{who},people,{trial},{said}")
    design, results = folder / "panel.csv", folder / "results.csv"
    design.write_text("\n".join(["part,class", *rows]), encoding="utf-8")
    results.write_text("\n".join(lines), encoding="utf-8")
    return read_panel(design, results, "good")


def right(name: str, number: int, trial: int) -> bool:
    return name != "good"


def test_29_of_29_show_ninety_percent(tmp_path: Path) -> None:
    """0.05^(1/29) = 0.9019; of 28, 0.8985."""
    found = panel_findings(panel(tmp_path, {"good": 30, "crack": 29}, 1, right), {})
    crack = found["detection_crack"]
    assert (crack.value, crack.n) == (1.0, 29)
    assert crack.judged == pytest.approx(0.9019, abs=5e-5)
    small = panel_findings(panel(tmp_path, {"good": 30, "crack": 28}, 1, right), {})
    assert small["detection_crack"].judged == pytest.approx(0.8985, abs=5e-5)
    bound = Criterion("detection_crack", "", "at_least", 0.9, "share")
    verdicts = [judged([bound], each)[0]["verdict"] for each in (found, small)]
    assert verdicts == ["met", "not_met"]


def test_replicates_that_agree_count_once(tmp_path: Path) -> None:
    found = panel_findings(panel(tmp_path, {"good": 30, "crack": 29}, 3, right), {})
    assert found["detection_crack"].judged == pytest.approx(0.9019, abs=5e-5)
    assert "design effect of 3.00" in found["detection_crack"].reason


def test_false_rejects_are_bounded_from_above(tmp_path: Path) -> None:
    """None of 30: 1 - 0.05^(1/30) = 0.0950."""
    found = panel_findings(panel(tmp_path, {"good": 30, "crack": 29}, 1, right), {})
    assert found["false_reject"].value == 0.0
    assert found["false_reject"].judged == pytest.approx(0.0950, abs=5e-5)


def test_a_machine_beside_people(tmp_path: Path) -> None:
    """People miss the first five of forty cracks, the machine one of these: five of forty."""

    def misses_one(name: str, number: int, trial: int) -> bool:
        return name == "crack" and number > 0

    def misses_five(name: str, number: int, trial: int) -> bool:
        return name == "crack" and number > 4

    made = panel(tmp_path, {"good": 40, "crack": 40}, 2, misses_one, misses_five)
    found = panel_findings(made, {"margin": 0.1})
    assert found["difference_to_people"].value == pytest.approx(4 / 40)
    assert found["difference_to_people"].judged > -0.1
    # The reject zone is what people reject: 35 parts, of which the machine rejects all.
    assert found["knapp_ratio"].n == 35
    assert found["knapp_ratio"].value == 1.0
    assert found["kappa_among_people"].value == 1.0
    assert found["kappa_to_reference"].value == pytest.approx(1 - 1 / 40)


def test_a_class_nobody_inspected_is_not_applicable(tmp_path: Path) -> None:
    made = panel(tmp_path, {"good": 5, "crack": 5}, 1, right)
    without = PanelResults(
        made.parts, made.inspections.filter(~made.inspections["is_rejected"]), "good"
    )
    bound = Criterion("detection_crack", "", "at_least", 0.9, "share")
    (row,) = judged([bound], panel_findings(without, {}))
    assert row["verdict"] == "not_applicable"


WRONG = {
    "a part that is not in the panel": ("x9,camera,machine,0,yes", "'x9' is no part of panel.csv"),
    "a kind": ("a,camera,robot,0,yes", "'robot' is neither people nor machine"),
    "a judgement": ("a,camera,machine,0,maybe", "'maybe' is neither yes nor no"),
    "twice": ("a,camera,machine,0,yes\na,camera,machine,0,no", "stands there already, on line 2"),
    "a gap": ("a,camera,machine,,yes", "rows lack one of"),
}


@pytest.mark.parametrize("what", WRONG)
def test_results_that_are_wrong_are_told_where(what: str, tmp_path: Path) -> None:
    lines, said = WRONG[what]
    (tmp_path / "panel.csv").write_text("part,class\na,good\nb,crack\n", encoding="utf-8")
    results = tmp_path / "results.csv"
    results.write_text(f"part,appraiser,kind,trial,rejected\n{lines}\n", encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        read_panel(tmp_path / "panel.csv", results, "good")
