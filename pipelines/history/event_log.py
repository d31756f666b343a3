"""Dagster's record of events, with its files kept open for as long as a command runs.

Dagster opens SQLite anew and compiles the same statement anew for every event, and a run has a
thousand: that costs more than most steps. The files, their tables and what stands in them are
Dagster's; a run of the command line writes them through one connection each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

BUSY_S = 10  # somebody else, such as the UI's server, may be writing


class OpenEventLog(SqliteEventLogStorage):
    """Dagster's own storage of events in SQLite, one engine a file."""

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Any]:
        engine = self._engine(shard)
        with self._db_lock, engine.connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        engines: dict[str, Engine] = self.__dict__.setdefault("_engines", {})
        if shard not in engines:
            with super()._connect(shard):  # makes the file and its tables where they are missing
                pass
            engines[shard] = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": BUSY_S, "check_same_thread": False},
            )
            event.listen(engines[shard], "connect", _sync_seldom)
        return engines[shard]

    def dispose(self) -> None:
        """Close every file."""
        for engine in self.__dict__.pop("_engines", {}).values():
            engine.dispose()
        super().dispose()


class OpenStorage(DagsterSqliteStorage):
    """Dagster's own storage under one folder, but for the events."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = OpenEventLog(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "OpenStorage":
        """Make the storage Dagster's settings name."""
        return cls.from_local(inst_data=inst_data, **config_value)


def _sync_seldom(connection: Any, _: Any) -> None:
    """A power cut may cost the last events of a run it ended anyway, and no file."""
    connection.execute("PRAGMA synchronous = NORMAL")
