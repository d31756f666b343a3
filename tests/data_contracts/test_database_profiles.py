"""What a profile may say of a database, and that no secret has a place in it."""

from pathlib import Path

import pytest

from assets.run_settings import data_folder_of
from benchmarks.studies.plant_database import PROFILE
from data_contracts.errors import ProfileError
from data_contracts.profile import Profile, load_profile
from data_contracts.profile_schema.origins.databases import DatabaseRows


def profile_with(folder: Path, entry: str) -> Profile:
    text = PROFILE.read_text(encoding="utf-8")
    own = "{connection: plant, table: mes.tags}"
    assert own in text
    file = folder / "plant.yaml"
    file.write_text(text.replace(own, entry), encoding="utf-8")
    return load_profile(file)


def test_a_source_that_is_fetched_whole_needs_no_folder() -> None:
    profile = load_profile(PROFILE)
    assert not profile.needs_data_dir
    assert data_folder_of(profile) == PROFILE.parent
    batches = profile.files["batches"]
    assert batches.pattern == "batches@plant/*"
    assert isinstance(batches.origin, DatabaseRows)
    assert batches.origin.variable == "LOTWISE_CONNECTION_PLANT"
    assert batches.origin.timeout_s == 600
    assert batches.places == ("batch_id", "entered_at", "id")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            "{connection: plant, table: t, password: tell-nobody}",
            "password: a profile names a conn",
        ),
        ("{connection: 'postgresql://u:tell-nobody@h/d', table: t}", "holds no address, user or"),
        ("{connection: 'DSN=x;PWD=tell-nobody', table: t}", "holds no address, user or password"),
        ("{connection: plant, table: t, PWD: tell-nobody}", "as LOTWISE_CONNECTION_PLANT"),
        ("{table: t}", "'connection' is missing"),
        ("{connection: plant}", "say 'table:' or 'query:', exactly one"),
        ("{connection: plant, table: t, query: SELECT 1}", "exactly one"),
        ("{connection: plant, table: 't; drop table u'}", "is no table"),
        ("{connection: plant, table: '../../etc/passwd'}", "is no table"),
        ("{connection: plant, query: DELETE FROM t}", "give one SELECT"),
        ("{connection: plant, query: 'SELECT 1; DROP TABLE t'}", "give one SELECT"),
        ("{connection: plant, table: t, path: tags.csv}", "a file or from a connection"),
        ("{connection: plant, table: t, format: csv}", "have no format"),
        ("{connection: plant, table: t, casts: {a: float}}", "number, instant, flag, text"),
        ("{connection: plant, table: t, timeout: 0}", "from 1 to 86,400"),
        ("{connection: plant, table: t, watermark: id, ignored: {id: no}}", "cannot be ignored"),
        ("{connection: plant, table: t, dialect: mysql}", "postgresql, sqlserver, oracle"),
        ("{path: tags.csv, timeout: 5}", "belongs to rows of a connection"),
        ("{path: tags.csv, dialect: oracle}", "belongs to rows of a connection"),
    ],
)
def test_what_a_profile_may_not_say(tmp_path: Path, entry: str, told: str) -> None:
    with pytest.raises(ProfileError, match=told) as refusal:
        profile_with(tmp_path, entry)
    assert "tell-nobody" not in str(refusal.value)
    assert str(refusal.value).startswith("plant.yaml, line ")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("table: mes.batches", "have no order to count; give 'watermark'"),
        ("table: mes.batches, key: batch_id, watermark: id", "change their number"),
        ("table: mes.batches, watermark: id", None),
        ("query: SELECT * FROM mes.batches ORDER BY id", None),
    ],
)
def test_rows_without_an_order_are_not_counted(
    tmp_path: Path, entry: str, told: str | None
) -> None:
    file = tmp_path / "wide.yaml"
    table = f"{{connection: plant, {entry}, batch_id: batch_id, numeric: [x]}}"
    file.write_text(f"profile: wide\nwide_table: {table}\n")
    if told is None:
        assert load_profile(file).files["wide_table"].is_landed
    else:
        with pytest.raises(ProfileError, match=told):
            load_profile(file)


def test_readings_have_no_key(tmp_path: Path) -> None:
    text = PROFILE.read_text(encoding="utf-8")
    file = tmp_path / "plant.yaml"
    file.write_text(text.replace("FROM mes.readings\n", "FROM mes.readings\n    key: id\n"))
    with pytest.raises(ProfileError, match="'key' does not work for readings"):
        load_profile(file)


def test_the_name_of_an_entry_becomes_a_folder(tmp_path: Path) -> None:
    text = PROFILE.read_text(encoding="utf-8")
    file = tmp_path / "plant.yaml"
    file.write_text(text.replace("tags:", "'../tags':").replace("file: tags", "file: ../tags"))
    with pytest.raises(ProfileError, match=r"'\.\./tags' is no name"):
        load_profile(file)


@pytest.mark.parametrize(
    ("query", "is_taken"),
    [
        ("-- all\nselect 1;", True),
        ("/* all */ WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("selection", False),
    ],
)
def test_a_query_is_one_select(tmp_path: Path, query: str, is_taken: bool) -> None:
    entry = "{connection: plant, query: " + repr(query).replace("'", '"') + "}"
    if is_taken:
        assert profile_with(tmp_path, entry).files["tags"].is_landed
    else:
        with pytest.raises(ProfileError):
            profile_with(tmp_path, entry)
