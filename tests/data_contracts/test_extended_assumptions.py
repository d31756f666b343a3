"""A site's file over a shipped set: what it changes, whose each number is, and what is refused."""

from fractions import Fraction
from pathlib import Path

import pytest

from data_contracts.assumption_schema.entries import read_document
from data_contracts.assumptions import (
    BUILT_IN_DIR,
    Assumptions,
    built_in_names,
    load_assumptions,
    load_built_in,
    load_run_assumptions,
    with_overrides,
)
from data_contracts.codes.money import PriceOrigin
from data_contracts.errors import AssumptionError

TEN_LINES = """\
extends: tablets
as_of: 2027-02-01
assumptions:
  direct_material_usd_per_batch: [90000, 110000, 150000]
  suite_usd_per_day: 7000
  validation_usd_tier_3: [250000, 300000, 350000]
  rescuable_share: {by_gate: {4: [0.2, 0.3, 0.4]}}
  capa_share: {source: CAPA log of 2026, owner: Quality systems}
  discount_rate: [0.06, 0.08, 0.12]
"""


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str, name: str = "prices.yaml") -> Assumptions:
        path = tmp_path / name
        path.write_text(text)
        return load_assumptions(path)

    return read


def test_only_what_differs_is_stated(read):
    own, shipped = read(TEN_LINES), load_built_in("tablets")
    assert list(own.parameters) == list(shipped.parameters)
    assert (own.ledger, own.levers, own.basis) == (shipped.ledger, shipped.levers, shipped.basis)
    changed = {name for name in own.parameters if own[name] != shipped[name]}
    assert changed == {
        "direct_material_usd_per_batch",
        "suite_usd_per_day",
        "validation_usd_tier_3",
        "rescuable_share_gate_4",
        "capa_share",
    }
    assert (own.name, own.shipped_set) == ("prices", "tablets")


def test_a_restated_number_keeps_its_meaning_and_names_its_line(read):
    own, shipped = read(TEN_LINES), load_built_in("tablets")
    material = own["direct_material_usd_per_batch"]
    assert (material.low, material.base, material.high) == (90_000, 110_000, 150_000)
    assert (material.origin, material.stated_in) == (PriceOrigin.SITE, "prices.yaml")
    assert material.source == "stated in prices.yaml, line 4"
    assert material.as_of.isoformat() == "2027-02-01"
    before = shipped["direct_material_usd_per_batch"]
    for kept in ("unit", "distribution", "favourable", "description", "owner"):
        assert getattr(material, kept) == getattr(before, kept)
    assert own["suite_usd_per_day"].distribution == "fixed"
    assert own["rescuable_share_gate_4"].base == Fraction(3, 10)


def test_a_number_that_is_as_shipped_is_the_sites_only_with_an_owner_or_source(read):
    own = read(TEN_LINES)
    assert own["discount_rate"].origin == PriceOrigin.PLACEHOLDER
    assert own["discount_rate"].stated_in == "tablets"
    assert own["capa_share"].origin == PriceOrigin.SITE
    assert (own["capa_share"].source, own["capa_share"].owner) == (
        "CAPA log of 2026",
        "Quality systems",
    )
    assert own["rescuable_share_gate_3"].origin == PriceOrigin.PLACEHOLDER


def test_what_is_said_beside_the_numbers_is_never_lost(read):
    text = "extends: tablets\nas_of: 2027-02-01\nassumptions: {capa_share: {distribution: pert}}"
    assert read(text)["capa_share"].distribution == "pert"


def test_a_certain_number_given_a_range_becomes_uncertain(read):
    own = read(
        "extends: tablets\nas_of: 2027-02-01\nassumptions: {capacity_limited_share: [0, 0.1, 1]}"
    )
    assert own["capacity_limited_share"].distribution == "triangular"


def test_one_source_may_stand_for_every_line(read):
    own = read(TEN_LINES.replace("as_of", "source: standard costs 2026\nas_of", 1))
    assert own["suite_usd_per_day"].source == "standard costs 2026"
    assert own["discount_rate"].origin == PriceOrigin.PLACEHOLDER


def test_basis_modes_promise_and_levers_are_laid_over(read):
    own = read(
        "extends: tablets\nbasis: {baseline_approved_by: A. Controller}\n"
        "failure_modes: {dissolution: 4}\nlevers: {window: {title: Hold moisture}}\n"
    )
    shipped = load_built_in("tablets")
    assert own.basis["baseline_approved_by"] == "A. Controller"
    assert own.basis["tax"] == shipped.basis["tax"]
    assert own.origin_stages == {**shipped.origin_stages, "dissolution": 4}
    assert [lever.title for lever in own.levers if lever.name == "window"] == ["Hold moisture"]
    assert len(own.levers) == len(shipped.levers)


def test_a_new_number_states_everything(read):
    own = read(
        "extends: tablets\nassumptions:\n  target_failure_rate: {low: 0.01, base: 0.01, high: 0.01,"
        " unit: share, distribution: fixed, owner: QA, source: plan, as_of: 2027-02-01,"
        " kind: assumption, favourable: low, description: Where it should be.}\n"
    )
    assert own["target_failure_rate"].origin == PriceOrigin.SITE


THREE = "[90000, 110000, 150000]"
FAULTS = [
    ("extends: tablets", "extends: tablet", "line 1: extends: no set named 'tablet'.* tablets"),
    ("extends: tablets", "extends: prices.yaml", "never another file, so that no chain"),
    ("direct_material", "direct_materal", "line 4: .*did you mean direct_material_usd_per_batch"),
    (THREE, "[90000, 150000]", "line 4: .*three numbers"),
    (THREE, "[150000, 110000, 90000]", "line 4: .*low 150000 is above high 90000"),
    (THREE, "[90000, 10000, 150000]", "line 4: .*base 10000 lies outside"),
    (THREE, "{low: 90000}", "line 4: .*'base' is missing"),
    (THREE, "{low: 1, base: 2, high: 3, unit: USD}", "line 4: .*unit 'USD' differs"),
    (THREE, "much", "line 4: .*'much' is not a number"),
    (THREE, "{price: 3}", "line 4: .*'price' is not a known entry"),
    ("0.2, 0.3, 0.4", "0.2, 0.3, 1.4", "line 7: .*1.4 is above 1"),
    ("by_gate: {4", "by_gate: {9", "line 7: .*no gate '9'"),
    ("{by_gate: {4: [0.2, 0.3, 0.4]}}", "0.3", "line 7: .*write 'rescuable_share_gate_3"),
    ("as_of: 2027-02-01\n", "", "line 3: .*'as_of' is missing"),
    ("as_of: 2027-02-01", "as_of: soon", "line 4: .*as_of 'soon' is not a date"),
    ("as_of: 2027-02-01", "currency: EUR\nas_of: 2027-02-01", "currency 'EUR' is unknown"),
    ("as_of: 2027-02-01", "prices: 2\nas_of: 2027-02-01", "'prices' is not a known entry"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_what_cannot_be_used_is_refused_with_file_line_and_entry(read, old, new, said):
    assert old in TEN_LINES
    with pytest.raises(AssumptionError, match=rf"prices\.yaml.*{said}"):
        read(TEN_LINES.replace(old, new, 1))


def test_numbers_copied_from_a_shipped_set_are_still_placeholders(tmp_path):
    """Owner and source included: nobody has stated them."""
    text = (BUILT_IN_DIR / "tablets.yaml").read_text()
    copied = tmp_path / "ours.yaml"
    copied.write_text(text.replace("low: 5000\n    base: 8000", "low: 5000\n    base: 8100"))
    own = load_assumptions(copied)
    assert own.shipped_set is None
    stated = [name for name, each in own.parameters.items() if each.origin == PriceOrigin.SITE]
    assert stated == ["suite_usd_per_day"]


def test_shipped_sets_extend_only_sets_that_stand_alone():
    for name in built_in_names():
        document = read_document(BUILT_IN_DIR / f"{name}.yaml").values
        base = document.get("extends")
        assert base is None or "extends" not in read_document(BUILT_IN_DIR / f"{base}.yaml").values


def test_no_shipped_number_is_the_plants_own():
    for name in built_in_names():
        origins = {each.origin for each in load_built_in(name).parameters.values()}
        assert origins <= {PriceOrigin.PLACEHOLDER, PriceOrigin.METHOD}


def test_a_number_set_by_hand_is_the_plants_own():
    changed = with_overrides(load_built_in("tablets"), ["capa_share=0.2,0.3,0.4"])
    assert (changed["capa_share"].origin, changed["capa_share"].stated_in) == ("site", "--set")


def test_a_shipped_set_is_named_where_a_file_could_stand():
    assert load_run_assumptions(Path("sterile_vials")).name == "sterile_vials"
    with pytest.raises(AssumptionError, match=r"no built-in set .* 'sterile_vial'"):
        load_run_assumptions(Path("sterile_vial"))
    with pytest.raises(AssumptionError, match="extends: tablets"):
        load_run_assumptions(Path("sterile_injectable"))
