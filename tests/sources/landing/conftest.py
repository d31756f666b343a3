"""A real PostgreSQL with a plant of six tables in it, and sources that read it both ways."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from assets.run_settings import RunSettings, data_folder_of
from assets.sources.importer import SourceRecords, read_source
from assets.sources.inspection import scratch_query
from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landing import land
from benchmarks.studies.plant_database import (
    ODBC_PROFILE,
    PROFILE,
    PlantServer,
    plant_server,
)
from data_contracts.profile import load_profile
from warehouse.paths import Home
from warehouse.store import Warehouse

BATCHES, READINGS_EACH = 100, 500
VARIABLE = "LOTWISE_CONNECTION_PLANT"
WAYS = {"adbc": PROFILE, "odbc": ODBC_PROFILE}
_numbers = count()


@pytest.fixture(scope="session")
def server() -> Iterator[PlantServer]:
    """A hundred batches and fifty thousand readings, to be copied: nobody may be in there then."""
    with plant_server(BATCHES, READINGS_EACH) as started:
        yield started


@pytest.fixture(scope="session")
def first_plant(server: PlantServer) -> PlantServer:
    """A copy of the plant that no test may change."""
    return server.copied("first_plant")


@pytest.fixture
def plant(server: PlantServer) -> PlantServer:
    """A copy of the plant that a test may change."""
    return server.copied(f"plant_{next(_numbers)}")


def address(plant: PlantServer, way: str) -> str:
    """Where the plant is reached, by ADBC or by ODBC."""
    return plant.uri if way == "adbc" else plant.odbc


@dataclass(frozen=True)
class DatabaseSource:
    """A profile over a database, and the home its runs write.

    Attributes:
        profile: The profile's file.
        folder: Where tests may write.
    """

    profile: Path
    folder: Path

    def read(self, name: str = "scratch") -> SourceRecords:
        """Fetch and judge everything, without a warehouse."""
        profile, scratch = load_profile(self.profile), self.folder / name
        folder = data_folder_of(profile)
        landed = land(profile, folder, scratch, KeptLandings(self.folder / "none", None))
        return read_source(profile, folder, scratch_query(scratch), landed=landed)

    def settings(self, warehouse: Warehouse, run_id: str) -> RunSettings:
        """What a run of it is asked."""
        profile = load_profile(self.profile)
        return RunSettings(
            profile=profile,
            data_dir=data_folder_of(profile),
            source_key=warehouse.source_key,
            assumptions_file=None,
            as_of=None,
            is_quick=True,
            seed=1,
            run_id=run_id,
        )


def changed(folder: Path, way: str, old: str, new: str) -> Path:
    """Write the plant's profile with one place changed."""
    text = PROFILE.read_text(encoding="utf-8")
    assert old in text
    (folder / PROFILE.name).write_text(text.replace(old, new), encoding="utf-8")
    (folder / ODBC_PROFILE.name).write_text(ODBC_PROFILE.read_text(encoding="utf-8"))
    return folder / WAYS[way].name


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest) -> str:
    """Each of the two ways into a database."""
    return str(request.param)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """A working warehouse kept open, in a home of its own."""
    with Warehouse(Home(tmp_path / "home"), "plant_database-test").kept_open() as opened:
        yield opened
