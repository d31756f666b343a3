"""Objects of a store on loopback, delivered as files are; unchanged ones are not fetched again."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets.sources.earlier_delivery import earlier_delivery
from assets.sources.inspection import inspect_source
from data_contracts.errors import SourceError
from data_contracts.profile import load_profile
from tests.sources.conftest import SmallSource
from tests.sources.source_run import DELIVERED, materialise
from warehouse.store import Warehouse


@dataclass(frozen=True)
class Store:
    """A store whose buckets are folders.

    Attributes:
        folder: The bucket ``plant``.
        port: Where the store answers on 127.0.0.1.
    """

    folder: Path
    port: int


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A store that serves a folder for as long as the tests last."""
    root = tmp_path_factory.mktemp("store")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "localbucket", "--port", str(port), str(root)]
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=silent, stderr=silent) as server:
        for _ in range(100):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield root, port
        server.kill()


@pytest.fixture
def store(started: tuple[Path, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    root, port = started
    bucket = root / f"plant-{tmp_path.name.replace('_', '-').lower()[-40:]}x"
    bucket.mkdir()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tell-nobody")
    return Store(bucket, port)


@pytest.fixture
def stored(small_source: SmallSource, store: Store) -> SmallSource:
    """The small source with everything in the store, and nothing in a folder."""
    small_source.data = store.folder
    (store.folder / "historian").mkdir()
    text = small_source.profile.read_text()
    for own in ("batches.csv", "results.csv", '"historian/*.parquet"'):
        place = f"s3://{store.folder.name}/{own.strip(chr(34))}"
        text = text.replace(f"path: {own}", f'path: "{place}"')
    small_source.profile.write_text(text)
    small_source.deliver()
    return small_source


def run(stored: SmallSource, warehouse: Warehouse) -> dict[str, int]:
    """Read the source as a run does; return the rows fetched by file."""
    folder = stored.data
    stored.data = stored.folder  # which holds no file of it
    materialise(stored, warehouse)
    stored.data = folder
    fetched = warehouse.query(f"SELECT file, rows_read FROM {DELIVERED} ORDER BY file")
    return dict(fetched.iter_rows())


def test_objects_of_a_store_are_delivered_as_files(
    stored: SmallSource, warehouse: Warehouse
) -> None:
    every = {"batches@s3/batches.csv": 100, "results@s3/results.csv": 100}
    every["readings@s3/2024-01.parquet"] = 50
    assert run(stored, warehouse) == every
    assert warehouse.query("SELECT count(*) FROM raw.sensor_readings").item() == 50
    origin = warehouse.query(f"SELECT origin FROM {DELIVERED} ORDER BY file")["origin"][0]
    size = (stored.data / "batches.csv").stat().st_size
    assert origin.startswith(f"s3://{stored.data.name}/batches.csv, ETag ")
    assert origin.endswith(f", {size} bytes")


def test_only_objects_that_changed_are_fetched_again(
    stored: SmallSource, warehouse: Warehouse
) -> None:
    run(stored, warehouse)
    received = warehouse.read("raw.batches")["received_at"].unique()
    stored.results.append("B100,6,water_pct,2.5,%")
    (stored.data / "results.csv").write_text("\n".join(stored.results) + "\n")
    assert run(stored, warehouse) == {
        "batches@s3/batches.csv": 0,
        "readings@s3/2024-01.parquet": 0,
        "results@s3/results.csv": 101,
    }
    assert warehouse.read("raw.batches")["received_at"].unique().equals(received)
    assert warehouse.read("raw.lab_results").height == 101


def test_check_says_what_a_run_would(stored: SmallSource, warehouse: Warehouse) -> None:
    run(stored, warehouse)
    landed = warehouse.home.landed_dir(warehouse.source_key)
    earlier = earlier_delivery(warehouse)
    profile = load_profile(stored.profile)
    report = inspect_source(profile, stored.folder, None, earlier, landed)
    assert report.is_acceptable
    assert {table.table: table.received for table in report.tables if table.received} == {
        "raw.batches": 100,
        "raw.lab_results": 100,
        "raw.sensor_readings": 50,
    }


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("batches.csv", ["batches.csv"]),
        ("a*/b[0-9].csv", ["a1%2Fb1.csv", "a2%2Fb2.csv"]),
        ("**/b?.csv", ["a1%2Fb1.csv", "a2%2Fb2.csv", "a2%2Fdeep%2Fb3.csv"]),
        ("a2/**/*.csv", ["b2.csv", "deep%2Fb3.csv"]),
    ],
)
def test_globs_mean_what_they_mean_in_a_folder(
    stored: SmallSource, warehouse: Warehouse, pattern: str, found: list[str]
) -> None:
    lines = (stored.data / "batches.csv").read_text().splitlines(keepends=True)
    for number, folder in enumerate(("a1", "a2", "a2/deep"), 1):
        (stored.data / folder).mkdir()
        text = lines[0] + lines[number].replace("B0", "C0")
        (stored.data / folder / f"b{number}.csv").write_text(text)
    old = f"s3://{stored.data.name}/batches.csv"
    text = stored.profile.read_text().replace(old, f"s3://{stored.data.name}/{pattern}")
    stored.profile.write_text(text.replace("file: results", "file: results\n    where: stage = 99"))
    run(stored, warehouse)
    files = warehouse.query(f"FROM {DELIVERED}")["file"].str.strip_prefix("batches@s3/")
    assert [name for name in files.sort() if "@" not in name] == found


def swapped(old: str, new: str) -> Callable[[SmallSource], None]:
    def _swapped(small: SmallSource) -> None:
        text = small.profile.read_text()
        assert old in text
        small.profile.write_text(text.replace(old, new))

    return _swapped


def endless(small: SmallSource) -> None:
    with (small.data / "results.csv").open("r+b") as file:
        os.truncate(file.fileno(), 200 << 20)


def with_a_name_too_long(small: SmallSource) -> None:
    deep = small.data / ("d" * 120) / ("e" * 120) / ("f" * 60)
    deep.mkdir(parents=True)
    (deep / "x.csv").write_text("\n".join(small.results))
    swapped("results.csv", "**/x.csv")(small)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (swapped("results.csv", "resluts.csv"), "no object 's3://.*resluts.csv'. Put it there"),
        (swapped("s3://plant", "s3://plont"), "NO_SUCH_BUCKET.*Correct the bucket"),
        (endless, r"results\.csv has 209,715,200 bytes; at most 134,217,728 become one table"),
        (with_a_name_too_long, "has a name no file can have"),
    ],
)
def test_what_a_store_does_not_have(
    stored: SmallSource, warehouse: Warehouse, spoil: Callable[[SmallSource], None], told: str
) -> None:
    spoil(stored)
    with pytest.raises(SourceError, match=told):
        run(stored, warehouse)
    assert not warehouse.home.landed_dir(warehouse.source_key).exists()


def test_a_store_that_does_not_answer_is_given_up_at_once(
    stored: SmallSource, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    started = time.perf_counter()
    with pytest.raises(SourceError, match=r"Check the network and AWS_ENDPOINT_URL\.") as refusal:
        run(stored, warehouse)
    assert time.perf_counter() - started < 5
    assert "tell-nobody" not in str(refusal.value)
    assert "\n" not in str(refusal.value)
