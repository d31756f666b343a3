"""One quantity, one unit: mixtures are converted where the profile says so, else refused."""

from pathlib import Path

import polars as pl
import pytest

from assets.sources.importer import read_source, require_acceptable
from assets.sources.prospects.magnitudes import two_sizes
from assets.sources.queries import Query
from data_contracts.errors import ProfileError, SourceError
from data_contracts.measurement_units import conversion, known_unit, same_unit
from data_contracts.profile import load_profile
from pipelines.replay.outcome_preview import decided_outcomes

PROFILE = """\
profile: made
files: {mes: {path: batches.csv}, lims: {path: results.csv}}
tables:
  batches: {file: mes, same_names: [batch_id, production_order, product]}
  lab_results:
    file: lims
    same_names: [batch_id, test, value, unit, spec_low]
    constants: {stage: 6}
"""
BATCHES = "batch_id,production_order,product\n" + "\n".join(f"B{n},{n},P{n % 2}" for n in range(40))


def results(*rows: str) -> str:
    return "\n".join(["batch_id,test,value,unit,spec_low", *rows])


YIELDS = [f"B{n},yield,{95 + n % 5}.5,pct,90" for n in range(36)]
SHARES = [f"B{n},yield,0.{95 + n % 5}5,share,0.9" for n in range(36, 40)]


class Made:
    def __init__(self, folder: Path, query: Query) -> None:
        self.folder, self._query = folder, query

    def read(self, table: str, more: str = "", profile: str = PROFILE):
        (self.folder / "made.yaml").write_text(profile + more)
        (self.folder / "batches.csv").write_text(BATCHES + "\n")
        (self.folder / "results.csv").write_text(table + "\n")
        loaded = load_profile(self.folder / "made.yaml")
        return read_source(loaded, self.folder, self._query, decided_outcomes)


@pytest.fixture
def made(tmp_path: Path, query: Query) -> Made:
    return Made(tmp_path, query)


def values(records, test: str = "yield") -> pl.DataFrame:
    return records.admissions["raw.lab_results"].accepted.filter(test=test)


def errors(records) -> dict[str, str]:
    return {found.code: found.sentence for found in records.report.prospects.errors}


def test_a_share_beside_percentages_is_refused_and_says_how_to_convert(made: Made) -> None:
    records = made.read(results(*YIELDS, *SHARES))
    told = errors(records)["mixed_units"]
    assert told.startswith(
        "results.csv, line 38, unit = 'share': 'yield' is in this unit on 4 records and in pct on "
        "36; one quantity has one unit"
    )
    assert "say 'units: {yield: pct}' in the profile" in told
    with pytest.raises(SourceError, match="nothing was written"):
        require_acceptable(records.report)


def test_it_is_converted_where_the_profile_says_so(made: Made) -> None:
    records = made.read(results(*YIELDS, *SHARES), "units: {yield: pct}\n")
    assert errors(records) == {}
    own = values(records)
    assert own["unit"].unique().to_list() == ["pct"]
    assert own["spec_low"].unique().to_list() == [90.0]
    assert own["value"][36:].to_list() == [96.5, 97.5, 98.5, 99.5]
    note = "raw.lab_results: 4 records of 'yield' were converted from share to pct."
    assert note in records.report.notes


def test_two_spellings_are_one_unit(made: Made) -> None:
    records = made.read(results(*YIELDS))
    assert errors(records) == {}
    mixed = [*YIELDS[:18], *[row.replace("pct", "%") for row in YIELDS[18:]]]
    records = made.read(results(*mixed))
    assert errors(records) == {}
    assert records.report.prospects.findings[0].code == "no_outcome"


def test_a_unit_nobody_knows_is_never_converted(made: Made) -> None:
    odd = [row.replace("share", "heaps") for row in SHARES]
    for more in ("", "units: {yield: pct}\n"):
        records = made.read(results(*YIELDS, *odd), more)
        told = errors(records)["mixed_units"]
        assert "line 38, unit = 'heaps'" in told
        assert "'heaps' is no unit known here" in told
    alone = [row.replace("pct", "tablets/h") for row in YIELDS]
    assert errors(made.read(results(*alone))) == {}


def test_kinds_of_unit_that_do_not_convert_are_two_quantities(made: Made) -> None:
    told = errors(made.read(results(*YIELDS, "B38,yield,95,kg,90")))["mixed_units"]
    assert "they do not convert; correct the export, or give the two quantities two names" in told


def test_shares_without_a_unit_are_seen_by_their_size(made: Made) -> None:
    bare = [row.replace(",share,0.9", ",pct,90") for row in SHARES]
    told = errors(made.read(results(*YIELDS, *bare)))["two_magnitudes"]
    assert told.startswith("results.csv, line 38, yield = '0.965'")
    assert "4 of 40 values of 'yield' lie below 9.7, as far from the rest as share from pct" in told
    way_out = "units: {yield: {unit: pct, below: {limit: 9.7, unit: share}}}"
    assert way_out in told
    records = made.read(results(*YIELDS, *bare), way_out + "\n")
    assert errors(records) == {}
    own = values(records)
    assert own["value"].min() > 90


def test_days_beside_hours_are_seen_by_their_size(made: Made) -> None:
    hours = [f"B{n},hold,{30 + n % 9},," for n in range(30)]
    days = [f"B{n},hold,{1.25 + n % 3 / 10},," for n in range(30, 40)]
    told = errors(made.read(results(*hours, *days)))["two_magnitudes"]
    assert "10 of 40 values of 'hold'" in told
    assert "as d from h" in told
    way_out = "units: {hold: {unit: h, below: {limit: 7, unit: d}}}\n"
    records = made.read(results(*hours, *days), way_out)
    assert errors(records) == {}
    assert values(records, "hold")["value"].is_between(29, 39).all()


def test_sizes_that_go_with_the_product_are_no_mistake(made: Made) -> None:
    rows = [f"B{n},mass,{(500 + n % 9) if n % 2 else (5 + n % 9 / 100)},mg," for n in range(40)]
    assert errors(made.read(results(*rows))) == {}


@pytest.mark.parametrize(
    "numbers",
    [
        [10.0**n for n in range(-6, 6)],  # spread over decades, no two groups
        [1.0 + n / 10 for n in range(30)],
        [0.0] * 20 + [100.0] * 20,
        [1.0] * 20 + [10.0] * 20,  # a factor of ten is no pair of units
        [1.0] * 20 + [100.0],  # one of another size is an outlier
    ],
)
def test_spread_is_no_second_size(numbers: list[float]) -> None:
    assert two_sizes(pl.Series(numbers), None) is None


def test_a_stated_unit_leaves_only_its_own_confusions() -> None:
    numbers = pl.Series([1.0 + n / 100 for n in range(20)] + [100.0 + n for n in range(20)])
    found = two_sizes(numbers, "pct")
    assert found is not None
    assert (found.larger, found.smaller, found.lower, found.upper) == ("share", "pct", 20, 20)
    assert two_sizes(numbers, "kN") is None


def test_a_blank_unit_and_a_name_that_says_another(made: Made) -> None:
    rows = [row.replace("yield", "yield_pct") for row in YIELDS]
    rows += [f"B{n},yield_pct,0.9,,0.9" for n in range(36, 38)]
    rows = [row.replace(",pct,", ",share,") for row in rows]
    found = {f.code: f.sentence for f in made.read(results(*rows)).report.prospects.findings}
    assert "'yield_pct' has no unit on 2 records and is in share on 36" in found["unit_missing"]
    assert "the name 'yield_pct' says pct and 36 records share" in found["unit_against_name"]


def test_a_record_without_a_number_needs_no_unit(made: Made) -> None:
    profile = PROFILE + (
        "  material_lots: {file: mes,"
        " columns: {lot: batch_id, quantity: {column: q, optional: true}},"
        " constants: {material: api, supplier: s}}\n"
        "  material_usage: {file: lims, same_names: [batch_id, unit],"
        " columns: {lot: test, quantity: value}, constants: {material: api, supplier: s}}\n"
    )
    rows = [f"B{n},lot{n},{n}.5,kg," for n in range(5)]
    found = made.read(results(*rows), profile=profile).report.prospects.findings
    assert "unit_missing" not in {finding.code for finding in found}


def test_what_a_wide_table_is_measured_in(made: Made) -> None:
    profile = """\
profile: made
wide_table: {path: results.csv, numeric: {4: [t]}}
units: {t: {unit: degC, above: {limit: 100, unit: degF}}}
"""
    rows = ["t", *(str(20 + n) for n in range(10)), "212"]
    records = made.read("\n".join(rows), profile=profile)
    parameters = records.admissions["raw.parameters"].accepted
    assert parameters["unit"].unique().to_list() == ["degC"]
    assert parameters["value"][-1] == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("units: {yield: }", r"units: 'yield' is missing|expected a text"),
        ("units: {yield: {below: {limit: 1, unit: share}}}", r"'unit' is missing"),
        ("units: {yield: {unit: pct, below: {unit: share}}}", r"'limit' is missing"),
        ("units: {yield: {unit: pct, below: {limit: 1, unit: kg}}}", r"'kg' does not convert"),
        ("units: {yield: {unit: pct, under: 1}}", r"unknown key 'under'"),
    ],
)
def test_a_wrong_unit_in_the_profile_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "made.yaml").write_text(PROFILE + text + "\n")
    with pytest.raises(ProfileError, match=rf"made\.yaml, line 9, .*({told})"):
        load_profile(tmp_path / "made.yaml")


def test_units_are_of_quantities_that_are_read(tmp_path: Path) -> None:
    text = "profile: made\nwide_table: {path: a.csv, numeric: [force]}\nunits: {forse: kN}\n"
    (tmp_path / "made.yaml").write_text(text)
    with pytest.raises(ProfileError, match=r"line 3, units\.forse: .*did you mean 'force'"):
        load_profile(tmp_path / "made.yaml")


@pytest.mark.parametrize(
    ("number", "of", "to", "result"),
    [
        (0.29, "share", "%", 29),
        (1.5, "d", "h", 36),
        (90, "min", "h", 1.5),
        (250, "mg", "g", 0.25),
        (1, "bar", "kPa", 100),
        (32, "degF", "degC", 0),
        (100, "°C", "K", 373.15),
        (1, "m3/h", "L/min", 1000 / 60),
        (2, "kp", "N", 19.6133),
    ],
)
def test_conversions(number: float, of: str, to: str, result: float) -> None:
    scale = conversion(of, to)
    assert scale is not None
    assert number * scale[0] + scale[1] == pytest.approx(result, rel=1e-12, abs=1e-9)
    back = conversion(to, of)
    assert back is not None
    assert result * back[0] + back[1] == pytest.approx(number, rel=1e-12, abs=1e-9)


def test_spellings_and_case() -> None:
    assert same_unit(" % ") == same_unit("percent") == "pct"
    assert known_unit("mPa") != known_unit("kPa")
    assert known_unit("1000 tablets/h") is None
    assert conversion("kg", "mm") is None
    assert conversion("heaps", "heaps") == (1.0, 0.0)
