"""What a database or its driver refuses is one sentence with what to do, and shows no password."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assets.sources.landing.database_errors import secrets_of
from benchmarks.studies.plant_database import PASSWORD, PROFILE, PlantServer
from data_contracts.errors import LotwiseError, SourceError, UsageError
from tests.conftest import Lotwise

from .conftest import BATCHES, VARIABLE, WAYS, DatabaseSource, address, changed

WRONG = "a wrong: pass/word"
Move = Callable[[str], str]


def moved(old: str, new: str) -> Move:
    return lambda text: text.replace(old, new)


def wrong_password(text: str) -> str:
    quoted = WRONG.replace(":", "%3A").replace(" ", "%20").replace("/", "%2F")
    own = PASSWORD.replace(":", "%3A").replace(" ", "%20").replace("/", "%2F")
    return text.replace(own, quoted).replace(PASSWORD, WRONG)


@pytest.mark.parametrize(
    ("move", "told"),
    [
        (
            wrong_password,
            f"password authentication failed.*Correct user and password in {VARIABLE}",
        ),
        (moved("127.0.0.1", "no-such-host.invalid"), "translate host.*Check host and port"),
        (moved("/first_plant", "/nowhere"), 'database "nowhere" does not exist.*Correct the data'),
        (moved("reader", "nobody"), "password authentication failed for user"),
    ],
)
def test_an_address_that_leads_nowhere(
    way: str,
    first_plant: PlantServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    move: Move,
    told: str,
) -> None:
    own = address(first_plant, way).replace("Database=first_plant", "Database=/first_plant")
    monkeypatch.setenv(VARIABLE, move(own).replace("Database=/", "Database="))
    said = refused(DatabaseSource(WAYS[way], tmp_path), told)
    assert said.startswith(f"{WAYS[way].name}, line 6, files.batches: connection plant, table")


def test_an_address_may_be_a_socket_and_bring_options(
    first_plant: PlantServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = f"host={first_plant.folder}&port={first_plant.port}&options=-c%20timezone%3DEurope/Zurich"
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.setenv(VARIABLE, f"postgresql://reader@/first_plant?{own}")
    assert DatabaseSource(PROFILE, tmp_path).read().admissions["raw.batches"].received == BATCHES


def test_a_server_that_is_down(
    way: str, first_plant: PlantServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, address(replace(first_plant, port=1), way))
    refused(DatabaseSource(WAYS[way], tmp_path), f"Connection refused.*in {VARIABLE}")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("table: mes.batches", "table: mes.batch", "does not exist.*Correct 'table' or 'query'"),
        (
            "table: mes.batches",
            "query: SELECT nothing FROM mes.batches",
            '"nothing" does not exist.*Correct the column',
        ),
        (
            "table: mes.batches",
            "query: SELECT b.*, p.id FROM mes.batches b JOIN mes.phases p USING (batch_id)",
            "names 'id' more than once",
        ),
        ("watermark: [entered_at, id]", "watermark: rowid", "'rowid' is missing .*'watermark'"),
        ("table: mes.batches", "table: mes.salaries", "permission denied.*the right to read it"),
        (
            "table: mes.batches",
            "query: SELECT x FROM",
            "syntax error.*in the database's own client",
        ),
        (
            "table: mes.batches",
            "query: 'SELECT *, pg_sleep(9) FROM mes.batches'\n    timeout: 1",
            "statement timeout.*longer than 1 s.*raise 'timeout'",
        ),
        (
            "table: mes.batches",
            "query: 'WITH d AS (DELETE FROM mes.batches RETURNING *) SELECT * FROM d'",
            "WITH clause containing a data-modifying",
        ),
        (
            "table: mes.batches",
            "query: 'SELECT *, 1 / (id - 100) AS late FROM mes.batches'",
            "division by zero",
        ),
    ],
)
def test_a_question_that_has_no_answer(
    way: str,
    first_plant: PlantServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    told: str,
) -> None:
    monkeypatch.setenv(VARIABLE, address(first_plant, way))
    refused(DatabaseSource(changed(tmp_path, way, old, new), tmp_path), told)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", f"nothing says where the connection 'plant' leads. Set {VARIABLE}"),
        ("mysql://reader:tell-nobody@h/db", f"{VARIABLE} is neither"),
        ("postgresql://reader:tell-nobody@[h/db", f"{VARIABLE} is no address"),
        (
            "Driver={ODBC Driver 18 for SQL Server};Server=h;Uid=reader;Pwd=tell-nobody",
            "Can't open lib.*odbcinst -q -d",
        ),
        ("DSN=nowhere;Uid=reader;Pwd={tell-nobody}", "source name not found.*correct Driver="),
    ],
)
def test_an_environment_that_does_not_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, told: str
) -> None:
    monkeypatch.setenv(VARIABLE, value)
    assert "tell-nobody" not in refused(DatabaseSource(PROFILE, tmp_path), told)


@pytest.mark.parametrize(
    ("value", "package"),
    [("postgresql://h/db", "adbc_driver_postgresql"), ("DSN=plant", "arrow_odbc")],
)
def test_a_driver_that_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, package: str
) -> None:
    monkeypatch.setenv(VARIABLE, value)
    monkeypatch.setitem(sys.modules, package, None)
    said = refused(DatabaseSource(PROFILE, tmp_path), "not installed.*its extra 'sql'")
    assert package.replace("_", "-") in said


def test_the_command_line_says_it_in_one_sentence(
    lotwise: Lotwise, first_plant: PlantServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, wrong_password(first_plant.uri))
    done = lotwise("check", "--source", PROFILE, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: plant_database.yaml, line 6, files.batches: connection")
    assert len(done.stderr.splitlines()) <= 3
    assert not any(secret in done.stderr for secret in (PASSWORD, WRONG, "wrong%3A"))


def refused(source: DatabaseSource, told: str) -> str:
    """The message of a source that is refused, which is one line and shows no password."""
    with pytest.raises((SourceError, UsageError), match=told) as refusal:
        source.read()
    said = str(refusal.value)
    assert isinstance(refusal.value, LotwiseError)
    assert "\n" not in said
    assert not any(secret in said for secret in (PASSWORD, WRONG, "only%3A", "wrong%3A"))
    return said


def test_every_secret_of_an_address_is_known() -> None:
    uri = "postgresql://u:p%40ss@h/db?sslpassword=k%20y&options=x"
    assert secrets_of(uri) == ["p%40ss", "p@ss", "k y"]
    odbc = "Driver={X};Uid=u;PWD={a;b};Password = c d ;"
    assert sorted(secrets_of(odbc)) == sorted(["{a;b}", "c d ", "a;b", "c d"])
