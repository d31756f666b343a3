"""Prices in force from the command line: shown, ranked by the last run, drafted, set by hand."""

import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assets.run_settings import assumptions_in_force
from data_contracts.assumptions import load_assumptions, load_built_in, with_overrides
from data_contracts.codes.money import PriceOrigin
from data_contracts.errors import AssumptionError, UsageError
from data_contracts.profile import load_profile
from pipelines.site.first_site import site_text
from pipelines.site.price_draft import draft, price_line, written_number
from pipelines.site.run_request import RunRequest
from pipelines.site.site_file import read_site

Lotwise = Callable[..., subprocess.CompletedProcess[str]]
TOP = ("direct_material_usd_per_batch", "rescuable_share_gate_4", "discount_rate", "capa_share")


def _shares(asked: int = 2) -> list[dict]:
    return [
        {
            "name": name,
            "origin": "placeholder",
            "is_asked": rank < asked,
            "priced": "net_present_value",
        }
        for rank, name in enumerate(TOP)
    ]


def _drafted(assumptions, most: int = 10) -> str:
    day = date(2027, 2, 1)
    return draft(assumptions, _shares(), most=most, file="prices.yaml", as_of=day)


def test_an_untouched_draft_states_nothing_and_a_filled_one_does(tmp_path: Path) -> None:
    shipped = load_built_in("tablets")
    file = tmp_path / "prices.yaml"
    text = _drafted(shipped)
    file.write_text(text)
    read = load_assumptions(file)
    assert read.parameters == shipped.parameters
    file.write_text(text.replace("[0.06, 0.08, 0.12]", "0.09").replace("[0.3, 0.5, 0.7]", "0.4"))
    stated = {n for n, e in load_assumptions(file).parameters.items() if e.origin == "site"}
    assert stated == {"discount_rate", "rescuable_share_gate_4"}


def test_a_draft_has_a_line_a_price_with_its_unit_and_what_is_asked() -> None:
    lines = _drafted(load_built_in("tablets"), most=3).splitlines()
    prices = [line for line in lines if line.startswith("  ") and not line.startswith("  #")]
    assert len(prices) == 3
    assert prices[0] == (
        "  direct_material_usd_per_batch: [100000, 200000, 400000]   # USD/batch; Site finance: "
        "Active ingredient, excipients and packaging lost with the batch."
    )
    assert lines.index("  # Then these.") > lines.index(prices[1])


def test_what_is_stated_already_is_not_drafted_again() -> None:
    own = with_overrides(load_built_in("tablets"), ["direct_material_usd_per_batch=1,2,3"])
    assert "direct_material" not in _drafted(own)
    everything = with_overrides(own, [f"{name}=0.01" for name in TOP[1:]])
    with pytest.raises(UsageError, match="the plant's own already"):
        _drafted(everything)


def test_numbers_are_written_as_a_file_states_them() -> None:
    share = load_built_in("sterile_injectable")["effectiveness"]
    assert written_number(share.base) == "2/3"
    assert price_line(load_built_in("tablets")["discount_rate"]) == (
        "discount_rate: 0.08 (0.06 to 0.12) share/year; a placeholder, in tablets"
    )


def test_the_simulated_plants_declare_their_prices() -> None:
    plant = assumptions_in_force(load_profile("virtual_plant"), None, ())
    origins = {each.origin for each in plant.parameters.values()}
    assert origins == {PriceOrigin.SIMULATED_PLANT, PriceOrigin.METHOD}
    vials = assumptions_in_force(load_profile("sterile_vials"), None, ["capa_share=0.2"])
    assert vials.name == "sterile_vials"
    assert vials["capa_share"].origin == PriceOrigin.SITE
    tablets = assumptions_in_force(load_profile("tabletting"), None, ())
    assert {each.origin for each in tablets.parameters.values()} == {"placeholder", "method"}
    with pytest.raises(AssumptionError, match="did you mean capa_share"):
        assumptions_in_force(load_profile("tabletting"), None, ["capa_shares=0.2"])


def test_a_price_changed_by_hand_is_part_of_the_request(tmp_path: Path) -> None:
    request = RunRequest(tmp_path, "tabletting", price_changes=("capa_share=0.2",))
    assert request.settings()["set"] == ["capa_share=0.2"]
    assert RunRequest.from_settings(tmp_path, request.settings()) == request
    named = RunRequest(tmp_path, "tabletting", assumptions=Path("sterile_vials"))
    assert named.settings()["assumptions"] == "sterile_vials"
    older = {name: value for name, value in request.settings().items() if name != "set"}
    assert RunRequest.from_settings(tmp_path, older).price_changes == ()


def test_a_site_file_may_name_a_shipped_set_or_a_file(tmp_path: Path) -> None:
    site = tmp_path / "lotwise.yaml"
    for said, meant in (("sterile_vials", Path("sterile_vials")), ("p.yaml", tmp_path / "p.yaml")):
        site.write_text(f"sources: {{plant: {{profile: tabletting, assumptions: {said}}}}}")
        assert read_site(site).sources["plant"].assumptions == meant


def test_a_shipped_set_is_proposed_to_a_site_by_its_name(tmp_path: Path) -> None:
    request = RunRequest(tmp_path / "var", "tabletting", assumptions=Path("sterile_vials"))
    text = site_text(tmp_path, tmp_path / "var", "UTC", {"plant": request}, "0 2 * * *")
    assert "    assumptions: sterile_vials\n" in text


def test_the_set_in_force_is_shown_with_whose_each_number_is(
    lotwise: Lotwise, tmp_path: Path
) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("extends: tablets\nas_of: 2027-02-01\nassumptions: {capa_share: 0.4}\n")
    words = ("assumptions", "--source", "tabletting", "--home", tmp_path / "home")
    shown = lotwise(*words, "--assumptions", prices, "--set", "discount_rate=0.07,0.08,0.1").stdout
    assert "capa_share: 0.4 share; the plant's own, in prices.yaml" in shown
    assert "discount_rate: 0.08 (0.07 to 0.1) share/year; the plant's own, in --set" in shown
    assert "suite_usd_per_day: 8,000 (5,000 to 12,000) USD/day; a placeholder, in tablets" in shown
    rows = json.loads(lotwise(*words, "--assumptions", prices, "--json").stdout)
    assert {row["name"]: row["origin"] for row in rows}["capa_share"] == "site"
    refused = lotwise(*words, "--top", "5", check=False)
    assert refused.returncode == 1
    assert "no published warehouse" in refused.stderr


def test_after_a_run_prices_are_ranked_and_drafted(
    lotwise: Lotwise, plant_home: Path, tmp_path: Path
) -> None:
    top = lotwise("assumptions", "--home", plant_home, "--top", "4").stdout
    assert top.count("the simulated plant's own") + top.count("a convention") == 4
    rows = json.loads(lotwise("assumptions", "--home", plant_home, "--top", "4", "--json").stdout)
    shares = [row["variance_share"] for row in rows]
    assert shares == sorted(shares, reverse=True)
    file = tmp_path / "prices.yaml"
    lotwise("assumptions", "--home", plant_home, "--draft", file)
    assert load_assumptions(file).shipped_set == "tablets"
    again = lotwise("assumptions", "--home", plant_home, "--draft", file, check=False)
    assert again.returncode == 2
    assert "is there already" in again.stderr
