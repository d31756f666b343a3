"""What a database or its driver refuses, as one sentence that says what to do next.

No message shows a password: what a driver says is cut to its first line, and every secret of the
address is struck out of it.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from data_contracts.errors import LotwiseError, SourceError, UsageError
from data_contracts.profile_schema.origins.databases import DatabaseRows
from data_contracts.untrusted.limits import LONGEST_QUOTED_WORD

_SECRET: Final = re.compile(r"(?i)(?:^|[;\s])(?:pwd|password|passwd)\s*=\s*(\{[^}]*\}|[^;]*)")
_NOISE: Final = re.compile(
    r"^(?:ODBC emitted an error calling '\w+':|[A-Z_]+: |\[libpq\] |Failed to \w+(?: query)?: |"
    r"State: \w+, Native error: -?\d+, Message: |ERROR: |\[[\w .]+\]|\s)+"
)
# What drivers say, and what to do about it; the first that fits counts.
_ADVICE: Final = {
    r"password authentication failed|no password supplied|login failed|28P01|28000|ORA-01017": (
        "Correct user and password in {variable}, or set PGPASSWORD or PGPASSFILE."
    ),
    r"can't open lib|file not found|IM002|IM003|data source name not found": (
        "Install the ODBC driver (odbcinst -q -d lists those there are), or correct Driver= or "
        "DSN= in {variable}."
    ),
    r"canceling statement due to|57014|query timeout": (
        "The statement took longer than {timeout} s: read less by a query or a watermark, or raise "
        "'timeout' (seconds)."
    ),
    r'database "[^"]*" does not exist|3D000|4060': "Correct the database in {variable}.",
    (
        r"connection refused|could not translate host|no route to host|timeout expired|timed out|"
        r"HYT00|HYT01|08001|08S01|server closed|network is unreachable|terminating connection|"
        r"no such file or directory"
    ): "Check host and port in {variable}, and that the database runs and lets this machine in.",
    (
        r"(?:relation|schema) .* does not exist|42P01|42S02|3F000|invalid object name|ORA-00942"
    ): "Correct 'table' or 'query' in the profile, or give the account the right to read it.",
    r"column .* does not exist|42703|42S22|invalid column name|ORA-00904": (
        "Correct the column in the profile's 'query', 'watermark' or 'casts'."
    ),
    r"permission denied|42501|ORA-01031": "Give the account the right to read it.",
    r"read-only transaction|25006": "A source is only read; give a SELECT that changes nothing.",
    r"truncat|upper bound|larger than|too long": (
        "A text is longer than is read over ODBC; shorten it in a query, or name the column under "
        "'ignored'."
    ),
}
_OTHERWISE: Final = "Try the same query in the database's own client, and correct the profile."


@contextmanager
def require_extra(what: str, package: str) -> Iterator[None]:
    """Say of a driver that is not installed how to install it.

    Raises:
        UsageError: It is not installed.
    """
    try:
        yield
    except (ImportError, OSError) as error:  # a library of the system may be missing too
        raise UsageError(
            f"{what} is read by {package}, which is not installed or does not load ({error}). "
            "Install lotwise with its extra 'sql': pip install -e '.[sql]'; ODBC also needs the "
            "system's package unixodbc."
        ) from None


@contextmanager
def spoken_errors(rows: DatabaseRows, secrets: Sequence[str]) -> Iterator[None]:
    """Turn what a driver raises into one sentence.

    Args:
        rows: What is read.
        secrets: Texts no message shows (see ``secrets_of``).

    Raises:
        SourceError: The database cannot be read.
    """
    try:
        yield
    except (LotwiseError, MemoryError):
        raise
    except Exception as error:
        if not _is_of_driver(error):
            raise
        said = _said(str(error), secrets)
        raise SourceError(
            f"{rows.where}: {rows.spoken}: {said} {_advice(str(error), rows)}"
        ) from None


def _is_of_driver(error: Exception) -> bool:
    """Tell what a driver or Arrow raised from a full disk and from a defect of ours."""
    modules = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    is_of_arrow = isinstance(error, OSError) and error.errno is None
    return is_of_arrow or bool(modules & {"adbc_driver_manager", "arrow_odbc", "pyarrow"})


def _said(text: str, secrets: Sequence[str]) -> str:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("ODBC emitted"):
        lines = lines[1:]
    said = _NOISE.sub("", lines[0] if lines else "no reason was given").rstrip(" .;")
    for secret in secrets:
        said = said.replace(secret, "***")
    return f"{said[:LONGEST_QUOTED_WORD]}."


def _advice(text: str, rows: DatabaseRows) -> str:
    found = (
        advice for pattern, advice in _ADVICE.items() if re.search(pattern, text, re.IGNORECASE)
    )
    return next(found, _OTHERWISE).format(variable=rows.variable, timeout=rows.timeout_s)


def secrets_of(address: str) -> list[str]:
    """Return every text in an address that is a secret, longest first."""
    found = [match[1] for match in _SECRET.finditer(address)]
    found += [text[1:-1] for text in found if text.startswith("{")]
    try:
        parts = urlsplit(address)
        found += [parts.password or ""]
        found += [value for key, value in parse_qsl(parts.query) if "pass" in key.lower()]
    except ValueError:
        found.append(address)
    found += [unquote(text) for text in found]
    found += [text.strip() for text in found]
    return sorted({text for text in found if text}, key=len, reverse=True)
