"""The working warehouse of one source: reads and writes that hold every table to its contract.

Every write is one transaction, so a crash leaves a table as it was. Connections are opened for one
call and closed again; a run may keep the file open from its first call to its last. What the tables
mean is said by their contracts, what is computed by the assets; readings too many for a table are
in ``readings``, the analysts' copy in ``publication``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.errors import WarehouseError
from data_contracts.generated.polars_schema import conform
from warehouse import versions
from warehouse.connection import MEMORY_LIMIT, Connection, connect, plain_errors, transaction
from warehouse.content_hash import Written, held, relation_hash, table_hash
from warehouse.paths import Home
from warehouse.published_copy import publication
from warehouse.published_copy.release import discard_draft, draft_of, released
from warehouse.published_copy.retention import USUAL, Retention
from warehouse.relations import (
    create_table_if_missing,
    create_view,
    exists,
    incoming,
    insert,
    no_rows_sql,
    order_by,
    select_sql,
)
from warehouse.select_file import parameters_of, read_select
from warehouse.table_lists import table_states
from warehouse.table_lists.batch_parts import write_rows
from warehouse.table_lists.table_parts import TableParts, begin_whole, forget_parts, tables_in_parts
from warehouse.table_lists.table_states import TableState, forget, note, noted, state_of
from warehouse.versions import Versions

Parameters = Mapping[str, Any] | Sequence[Any]


class Warehouse:
    """The working warehouse of one source.

    Args:
        home: The runtime home.
        source_key: The source whose records it holds (``warehouse.paths.source_key``).
        memory_limit: DuckDB's limit on its own buffers.
    """

    def __init__(self, home: Home, source_key: str, memory_limit: str = MEMORY_LIMIT) -> None:
        self.home = home
        self.source_key = source_key
        self.file = home.working_file(source_key)
        self._memory_limit = memory_limit
        self._open: Connection | None = None
        self._is_kept_open = False
        self._kept: ExitStack | None = None
        # What the file lists of its tables (``table_states``); None while it is not believed.
        self._states: dict[str, TableState] | None = None

    @contextmanager
    def kept_open(self) -> Iterator[Self]:
        """Keep the file open from its first use until the end of the block.

        Opening and closing a file costs more than most queries, and a run makes hundreds of calls.
        No other process can open it meanwhile, not even for reading: what its tables hold need
        be looked at once, and in the next such block not even that if nobody came between.
        """
        self._is_kept_open = True
        try:
            self._believe_states()
            yield self
        finally:
            self._is_kept_open, self._states = False, None
            self._let_go()
        table_states.leave_stamp(self.file, self.home.stamp_file(self.source_key))

    def _believe_states(self) -> None:
        """Take what the file lists of its tables for true, unless somebody changed the file."""
        if not table_states.take_stamp(self.file, self.home.stamp_file(self.source_key)):
            with self.connection() as opened:
                table_states.forget_all(opened)
        self._states = {}

    def _let_go(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _connect(self) -> AbstractContextManager[Connection]:
        return connect(self.file, self.home.spill_dir, self._memory_limit)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open the working file for as long as the block lasts.

        Calls inside the block share what is open: opening and closing costs more than most queries.
        """
        if self._open is not None:
            yield self._open
            return
        if self._is_kept_open and self._kept is None:
            self._kept = ExitStack()
            self._kept.enter_context(self._connect())
        with self._connect() as opened:
            self._open = opened
            try:
                yield opened
            finally:
                self._open = None

    def read(self, table: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read a table under contract, in the order of its key.

        Args:
            table: ``schema.table``.
            columns: Only these columns.

        Raises:
            WarehouseError: The table has not been built yet, or by an earlier version that did not
                write a column that must be given.
            ContractError: The table is not under contract or lacks a column.
        """
        described = contract(table)
        chosen = [described.column(name).name for name in columns or described.column_names]
        with self.connection() as opened:
            if not exists(opened, table):
                raise WarehouseError(
                    f"{table} has not been built in {self.file}. Run 'lotwise run' for this source."
                )
            order = order_by(described) if table in tables_in_parts(opened) else ""
            return opened.sql(select_sql(opened, described, chosen) + order).pl()

    def write(self, table: str, frame: pl.DataFrame) -> Written:
        """Replace a table by a frame, sorted by key, in one transaction (see ``batch_parts``).

        Args:
            table: ``schema.table``.
            frame: Rows at the grain of the contract.

        Raises:
            ContractError: The frame does not have the contract's columns and types; the table is
                as it was.
        """
        described = contract(table)
        ready = conform(frame, described)
        with self._writing(table) as opened:
            holds = write_rows(opened, described, ready, is_believed=self._states is not None)
            return note(opened, described, holds).holds

    def replace_where(
        self, table: str, frame: pl.DataFrame, *, column: str, value: object
    ) -> Written:
        """Replace only the rows whose ``column`` is ``value`` by a frame.

        Several assets may so keep their own part of one table, such as the quarantine.

        Raises:
            ContractError: The frame does not have the contract's columns and types, or a row of
                it belongs to another part.
        """
        described = contract(table)
        ready = conform(frame, described)
        strays = ready.filter(pl.col(described.column(column).name).ne_missing(pl.lit(value)))
        if strays.height:
            raise WarehouseError(
                f"{strays.height} rows do not belong to the part of {table} where {column} is "
                f"{value!r}: write them to their own part."
            )
        with self._writing(table) as opened:
            create_table_if_missing(opened, described)
            forget_parts(opened, table)
            forget(opened, table)
            opened.execute(f'DELETE FROM {table} WHERE "{column}" IS NOT DISTINCT FROM ?', [value])
            insert(opened, described, ready)
            return held(opened, described)

    @contextmanager
    def parts(self, column: str) -> Iterator[TableParts]:
        """Replace parts of tables, all in one transaction (see ``table_parts``).

        Reads inside the block see what was replaced so far; no other write may stand in it.

        Args:
            column: The column, of a date, whose value says to which part a row belongs.
        """
        with self._writing() as opened:
            parts = TableParts(opened, column)
            yield parts
            parts.settle()
            for table, holds in parts.all_written().items():
                note(opened, contract(table), holds)

    def append_versions(self, table: str, frame: pl.DataFrame) -> Versions:
        """Append the versions a delivery adds to a raw table (see ``versions``).

        Args:
            table: A raw table with a key.
            frame: Accepted records with their provenance, ``content_hash`` included.

        Raises:
            ContractError: The frame does not have the contract's columns and types.
        """
        described = contract(table)
        ready = conform(frame, described)
        with self._writing(table) as opened:
            create_table_if_missing(opened, described)
            with incoming(opened, ready):
                added = versions.append(opened, described)
            if added.new or added.changed:
                forget(opened, table)
            return added

    def build_from_sql(
        self, table: str, sql: str | Path, params: Mapping[str, Any] | None = None
    ) -> Written:
        """Replace a table by the result of one SELECT, sorted by key, in one transaction.

        Args:
            table: ``schema.table``.
            sql: One SELECT or the file that holds it; its columns are matched to the contract's
                by name, and missing optional ones are null.
            params: Values for the ``$name`` parameters it asks for; others are left out.

        Raises:
            WarehouseError: It is not one SELECT, fails, or does not give what the contract asks
                for; the table is as it was.
        """
        described = contract(table)
        select = read_select(sql)
        order, given = order_by(described), parameters_of(select, params)
        with self._writing(table) as opened:
            begin_whole(opened, described)
            with plain_errors(sql if isinstance(sql, Path) else f"The SELECT of {table}"):
                opened.execute(
                    f"INSERT INTO {table} BY NAME SELECT * FROM ({select}\n){order}", given
                )
            return note(opened, described).holds

    def query(self, sql: str, params: Parameters = ()) -> pl.DataFrame:
        """Return the rows of a query.

        Raises:
            WarehouseError: The query fails.
        """
        with self.connection() as opened:
            if params:
                return opened.sql(sql, params=params).pl()
            return opened.sql(sql).pl()

    @contextmanager
    def querying(self) -> Iterator[Callable[[str], pl.DataFrame]]:
        """Answer many queries from one opening of the file: opening costs more than most of them.

        Yields:
            A function from SQL to rows; it raises WarehouseError where the query fails.
        """
        with self.connection() as opened:
            yield lambda sql: opened.sql(sql).pl()

    def execute(self, sql: str, params: Parameters = ()) -> None:
        """Run a statement for its effect.

        Raises:
            WarehouseError: The statement fails.
        """
        with self.connection() as opened:
            opened.execute(sql, params or None)
            table_states.forget_all(opened)
        self.forget_state(None)

    def exists(self, table: str) -> bool:
        """Tell whether a table or view has been built."""
        if self._states is not None and table in self._states:
            return True  # no other process can drop it meanwhile
        with self.connection() as opened:
            return exists(opened, table)

    def holds(self, table: str) -> Written:
        """Return how many rows a table has, and their hash (see ``content_hash``)."""
        return self.state(table).holds

    def state(self, table: str) -> TableState:
        """Return what a table holds, from the list of the file while that is to be believed."""
        described = contract(table)
        known = None if self._states is None else self._states.get(table)
        if known is not None:
            return known
        with self.connection() as opened:
            if self._states is None:
                return state_of(opened, described)
            found = noted(opened, described) or note(opened, described)
        self._states[table] = found
        return found

    def forget_state(self, table: str | None) -> None:
        """Ask the file anew what a table holds, or every table; for who writes by a connection."""
        if table is None:
            self._states = None if self._states is None else {}
        elif self._states is not None:
            self._states.pop(table, None)

    def content_hash(self, table: str) -> str:
        """Hash a table's contents, provenance apart (see ``content_hash``).

        A table not built yet has the hash of an empty one.
        """
        described = contract(table)
        with self.connection() as opened:
            if not exists(opened, table):
                nothing = f"({no_rows_sql(described)})"
                return relation_hash(opened, nothing, described.compared_columns)
            return table_hash(opened, described)

    def stage_readings(self, select: str) -> None:
        """Make delivered readings known as ``raw.sensor_readings``, where they lie.

        Args:
            select: A SELECT over the delivered files, by absolute paths, in the columns of the
                contract; it is kept as a view, nothing is copied.

        Raises:
            WarehouseError: The SELECT cannot be bound, for instance because a file is missing.
        """
        with self._writing() as opened:
            create_view(opened, contract("raw.sensor_readings"), select)

    def draft(self) -> Home:
        """Make a complete copy that readers do not see yet (see ``publication``).

        Returns:
            The release being made: a home of its own, into which the reports are drawn.
        """
        self._let_go()  # DuckDB does not attach a file that is open for writing
        return publication.draft(self.home, self.source_key, self._memory_limit)

    def release_in_hand(self) -> Home:
        """Return the release to draw reports of and into: the draft, else what readers see."""
        made = draft_of(self.home, self.source_key)
        return made if made.published_file.is_file() else released(self.home)

    def release(self, retention: Retention = USUAL) -> Path:
        """Put the draft, with the reports drawn from it, in place of what readers see.

        Args:
            retention: What is kept of earlier publications.
        """
        self._let_go()
        file = publication.release(self.home, self.source_key, self._memory_limit, retention)
        self.home.unfinished_file(self.source_key).unlink(missing_ok=True)
        return file

    def publish(self) -> Path:
        """Publish a complete copy; reports of the same source stay as they were."""
        self.draft()
        return self.release()

    def publish_again(self) -> Path:
        """Publish what was published before, for instance after the home has moved.

        Raises:
            WarehouseError: See :meth:`require_finished`.
        """
        self.require_finished()
        return self.publish()

    def require_finished(self) -> None:
        """Refuse to go on where the last run did not reach its end.

        Raises:
            WarehouseError: Nothing was run over this source, or a run has written since it was
                published and did not reach its end: some tables are of that run and some of the
                one before.
        """
        if not self.file.is_file():
            raise WarehouseError(
                f"Nothing has been run over {self.source_key} in {self.home.root}. Run "
                "'lotwise run' for this source first."
            )
        mark = self.home.unfinished_file(self.source_key)
        if mark.exists():
            raise WarehouseError(
                f"The last run over {self.source_key} did not reach its end, so some tables of "
                f"{self.file} are new and some old. Nothing was published; the copy of the run "
                "before is still in place. Run 'lotwise run' for this source again."
            )

    @contextmanager
    def _writing(self, table: str | None = None) -> Iterator[Connection]:
        with self.connection() as opened:
            self.home.unfinished_file(self.source_key).touch()
            self.forget_state(table)  # once written it is noted in the file
            discard_draft(self.home, self.source_key)  # it would be of the tables before
            with transaction(opened):
                yield opened
