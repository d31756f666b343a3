"""The files of the page on prices: they are read as they stand, and ten lines bring the ask."""

import re
from pathlib import Path

import pytest

from assets.savings.business_case import business_case
from data_contracts.assumptions import load_run_assumptions
from data_contracts.codes.money import PriceOrigin

PAGE = Path(__file__).parents[2] / "docs" / "your_prices.md"
FILES = [
    block
    for block in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    if block.startswith("extends:")
]


def test_the_page_has_a_file_for_a_solid_dose_and_for_a_sterile_site():
    assert [block.split()[1] for block in FILES] == ["tablets", "sterile_vials"]


@pytest.mark.parametrize("block", FILES, ids=["tablets", "sterile_vials"])
def test_ten_lines_are_enough(block, records_of, tmp_path):
    file = tmp_path / "prices.yaml"
    file.write_text(block, encoding="utf-8")
    own = load_run_assumptions(file)
    stated = [name for name, each in own.parameters.items() if each.origin == PriceOrigin.SITE]
    assert len(stated) == 10
    case = business_case(own, records_of(), draws=4_000, seed=1, resamples=10)
    standing = case.price_standing.row(0, named=True)
    assert standing["is_own"], standing


def test_single_lines_that_say_more_are_read_too(tmp_path):
    (more,) = re.findall(r"```yaml\n(  capa_share.*?)```", PAGE.read_text(), re.DOTALL)
    file = tmp_path / "prices.yaml"
    file.write_text(f"extends: tablets\nas_of: 2026-11-30\nassumptions:\n{more}")
    own = load_run_assumptions(file)
    assert own["capa_share"].owner == "Quality systems"
    assert own["rescuable_share_gate_4"].origin == PriceOrigin.SITE
