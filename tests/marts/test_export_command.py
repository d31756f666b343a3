"""An export: the same rows in Parquet and in one file that needs nothing of this machine."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml

from assets.marts.worked_questions import worked_questions
from data_contracts.catalogue import contract, contract_names
from warehouse.paths import Home
from warehouse.published_copy.published import open_published


@pytest.fixture(scope="module")
def exported(plant_home: Path, lotwise, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marts of the plant, exported."""
    out: Path = tmp_path_factory.mktemp("export") / "out"
    said = lotwise("export", "--home", plant_home, "--out", out).stdout
    assert said.startswith("Exported 17 tables")
    assert "are left out. Add --readings" in said
    return out


def test_parquet_and_file_hold_the_published_rows(exported: Path, plant_home: Path) -> None:
    marts = contract_names("mart")
    with (
        open_published(Home(plant_home)) as published,
        duckdb.connect(exported / "lotwise.duckdb", read_only=True) as file,
    ):
        for name in marts:
            schema, table = name.split(".")
            rows = published.query(f"FROM {name}")
            assert file.sql(f"FROM {name}").pl().equals(rows)
            assert file.sql(f"FROM {table}").pl().equals(rows)
            assert pl.read_parquet(exported / schema / f"{table}.parquet").equals(rows)
    account = json.loads((exported / "export.json").read_text())
    assert list(account["tables"]) == marts
    assert account["readings"] > 0
    assert account["has_readings"] is False


def test_contracts_lie_beside_and_join_only_what_is_there(exported: Path) -> None:
    for name in contract_names("mart"):
        text = (exported / (name.replace(".", "/") + ".yaml")).read_text()
        (table,) = yaml.safe_load(text)["schema"]
        assert [one["name"] for one in table["properties"]] == list(contract(name).column_names)
        joined = [r["to"] for one in table["properties"] for r in one.get("relationships", [])]
        assert all(target.startswith("mart.") for target in joined)
    failures = yaml.safe_load((exported / "mart" / "failures.yaml").read_text())
    key, outcome = failures["schema"][0]["properties"][:2]
    assert key["relationships"] == [{"type": "foreignKey", "to": "mart.batches.batch_id"}]
    assert outcome["primaryKeyPosition"] == 2


def test_the_file_travels_alone_with_its_words(exported: Path, tmp_path: Path) -> None:
    """Read in a process that has nothing but the file, without access to any other."""
    shutil.copy(exported / "lotwise.duckdb", tmp_path / "taken.duckdb")
    questions = json.dumps([question.sql for question in worked_questions()])
    program = (
        "import duckdb, json, sys\n"
        "db = duckdb.connect('taken.duckdb', read_only=True,\n"
        "                    config={'enable_external_access': 'false'})\n"
        "print([len(db.execute(sql).fetchall()) for sql in json.load(sys.stdin)])\n"
        "print(db.execute(\"SELECT comment FROM duckdb_columns() WHERE table_name = 'failures' \"\n"
        "                 \"AND schema_name = 'main' AND column_name = 'batch_id'\").fetchone())\n"
        'print(db.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal "\n'
        "                 \"AND sql LIKE '%read_%'\").fetchone())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], input=questions, cwd=tmp_path, capture_output=True,
        text=True, check=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    counts, words, views = ran.stdout.splitlines()
    with duckdb.connect(exported / "lotwise.duckdb", read_only=True) as opened:
        asked = [len(opened.execute(q.sql).fetchall()) for q in worked_questions()]
    assert json.loads(counts) == asked
    assert "Joins mart.batches.batch_id." in words
    assert views == "(0,)"


def test_nothing_in_an_export_names_this_machine(exported: Path, plant_home: Path) -> None:
    for file in exported.rglob("*"):
        if file.is_file():
            assert str(plant_home.parent).encode() not in file.read_bytes(), file


def test_all_and_readings_are_taken_on_request(
    tabletting_home: Path, lotwise, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    said = lotwise("export", "--all", "--readings", "--home", tabletting_home, "--out", out).stdout
    assert "are in the export" in said
    with (
        open_published(Home(tabletting_home)) as published,
        duckdb.connect(out / "lotwise.duckdb", read_only=True) as file,
    ):
        for name in ("core.sensor_readings", "core.batches", "model.predictions"):
            count = f"SELECT count(*) FROM {name}"
            assert file.sql(count).fetchall()[0][0] == published.query(count).item() > 0
    assert len(list(out.rglob("*.parquet"))) == len(contract_names())


def test_an_export_replaces_an_export_and_leaves_nothing_beside(
    plant_home: Path, lotwise, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        lotwise("export", "--home", plant_home, "--out", out)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]
    (out / "thesis.txt").write_text("years of work")
    refused = lotwise("export", "--home", plant_home, "--out", out, check=False)
    assert refused.returncode == 2
    assert "would be lost" in refused.stderr
    assert (out / "thesis.txt").read_text() == "years of work"


def test_an_export_that_fails_leaves_the_one_before(
    exported: Path, plant_home: Path, lotwise, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(exported, out)
    broken = tmp_path / "home"
    (broken / "published").mkdir(parents=True)
    file = Home(plant_home).published_file
    (broken / "published" / file.name).write_bytes(file.read_bytes()[:5_000_000])
    refused = lotwise("export", "--home", broken, "--out", out, check=False)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    before = {entry.name for entry in exported.iterdir()}
    assert {entry.name for entry in out.iterdir()} == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["home", "out"]
