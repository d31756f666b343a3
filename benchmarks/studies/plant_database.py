"""A private PostgreSQL server on loopback with a plant of six tables in it.

The server is Debian's (package ``postgresql``); its files lie in a folder that goes with it.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
PROFILE, ODBC_PROFILE = HERE / "plant_database.yaml", HERE / "plant_database_odbc.yaml"
PASSWORD = "only: reads/records"
_OWNER = "a local owner"


class ServerNotFoundError(RuntimeError):
    """Debian's PostgreSQL is not on this machine."""


def server_programs() -> Path:
    """The folder of the server's programs.

    Raises:
        ServerNotFoundError: There is none.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise ServerNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    return found[-1].parent


@dataclass(frozen=True)
class PlantServer:
    """A running server.

    Attributes:
        port: Its port on 127.0.0.1.
        folder: Where its socket lies.
        database: The database the plant is in.
    """

    port: int
    folder: Path
    database: str = "plant"

    @property
    def uri(self) -> str:
        """The plant's address for the account that reads."""
        password = PASSWORD.replace(":", "%3A").replace(" ", "%20").replace("/", "%2F")
        return f"postgresql://reader:{password}@127.0.0.1:{self.port}/{self.database}"

    @property
    def odbc(self) -> str:
        """The same over ODBC."""
        return (
            f"Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={self.port};"
            f"Database={self.database};Uid=reader;Pwd={PASSWORD}"
        )

    def execute(self, sql: str, database: str | None = None) -> str:
        """Run SQL as the owner, in the plant's database or another, and return what it prints."""
        where = database or self.database
        host = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", where)
        command = ["psql", *host, "-v", "ON_ERROR_STOP=1", "-qAt", "-c", sql]
        password = os.environ | {"PGPASSWORD": _OWNER}
        done = subprocess.run(command, env=password, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def make(self, first: int, last: int, readings_each: int) -> None:
        """Add batches with their phases, parameters, results and readings."""
        self.execute(f"SELECT mes.make({first}, {last}, {readings_each})")

    def copied(self, name: str) -> "PlantServer":
        """Copy the plant into a database of its own, which a test may change."""
        self.execute(f"CREATE DATABASE {name} TEMPLATE {self.database}", "postgres")
        return replace(self, database=name)


@contextmanager
def plant_server(batches: int, readings_each: int) -> Iterator[PlantServer]:
    """Start a server with a plant in it, and stop it at the end.

    Raises:
        ServerNotFoundError: There is no server on this machine.
    """
    programs = server_programs()
    with TemporaryDirectory(prefix="plant-database-") as folder:
        place, data = Path(folder), Path(folder) / "data"
        as_postgres = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
        user = as_postgres if os.geteuid() == 0 else ()
        if user:
            shutil.chown(place, "postgres", "postgres")
        password = place / "password"
        password.write_text(_OWNER)
        password.chmod(0o644)
        whose = ("-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}")
        _run(*user, programs / "initdb", "-D", data, *whose, "-N", "-E", "UTF8", "--locale=C")
        port = _free_port()
        options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = (*user, programs / "pg_ctl", "-D", data, "-l", place / "log", "-w")
        _run(*control, "-o", options, "start")
        try:
            server = PlantServer(port, place)
            server.execute(f"CREATE DATABASE {server.database}", "postgres")
            server.execute((HERE / "plant_database.sql").read_text(encoding="utf-8"))
            server.make(1, batches, readings_each)
            server.execute("ANALYZE")
            yield server
        finally:
            _run(*control, "-m", "immediate", "stop")


def _run(*words: str | Path) -> None:
    command = [str(word) for word in words]
    silent = subprocess.DEVNULL  # the server would hold a pipe open
    subprocess.run(command, check=True, stdout=silent, stderr=silent, cwd="/")


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])
