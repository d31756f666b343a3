"""What a profile may not say of a delivered file: places outside its folder, texts that are none.

Here belong checks of single values; what the values mean is said in ``files`` and ``cells``, and
whether a file is there is found out in ``assets.sources``.
"""

import codecs
from datetime import datetime

import polars as pl

from data_contracts.profile_schema.document import Section
from data_contracts.untrusted.limits import LONGEST_PATH

# Codecs of Python that pass for text and are none a program exports in.
_NO_EXPORTS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
_NO_SEPARATORS = frozenset('\0\r\n"')


def check_pattern(section: Section, pattern: str) -> None:
    """Check that a path or glob stays below the data folder and can match a file.

    Raises:
        ProfileError: It leaves the folder, is blank or too long, or is no glob.
    """
    parts = pattern.replace("\\", "/").split("/")
    if pattern.startswith(("/", "\\", "~")) or ".." in parts or pattern[1:2] == ":":
        section.fail(
            "path", f"'{pattern}' must stay below the data folder; write it relative to it"
        )
    if any("**" in part and part != "**" for part in parts):
        section.fail("path", f"'{pattern}': ** stands alone between two /; write a*b or **/a*.csv")
    if parts[-1] == "**" or not any(part.strip(" .") for part in parts):
        section.fail("path", f"'{pattern}' names no file; write a path such as lims/results.csv")
    if len(pattern) > LONGEST_PATH or any(not letter.isprintable() for letter in pattern):
        section.fail("path", f"'{pattern}' is no path: too long, or with unprintable characters")


def check_separator(section: Section, separator: str) -> None:
    """Check that a separator is one character that can separate.

    Raises:
        ProfileError: It is not.
    """
    if len(separator) != 1 or separator in _NO_SEPARATORS:
        section.fail("separator", f"a separator is one character, found {separator!r}")


def check_encoding(section: Section, encoding: str) -> None:
    """Check that an encoding is one of text.

    Raises:
        ProfileError: Python does not know it, or it is none that programs export in.
    """
    try:
        found = codecs.lookup(encoding)
    except (LookupError, ValueError):
        found = None
    if found is None or not found._is_text_encoding or found.name in _NO_EXPORTS:
        section.fail(
            "encoding",
            f"'{encoding}' is no encoding of text known to Python; write utf-8, cp1250 or "
            "latin-1, say",
        )


def check_time_zone(section: Section, name: str) -> None:
    """Check that a time zone exists.

    Raises:
        ProfileError: It does not.
    """
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        section.fail("timezone", f"'{name}' is no time zone; write Europe/Ljubljana, say")


def check_date_format(section: Section, form: str) -> None:
    """Check that a format of dates can write one.

    Raises:
        ProfileError: It cannot.
    """
    one = pl.Series([datetime.fromisoformat("2024-03-01 14:30:00")])
    try:
        written = one.dt.to_string(form).item()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        written = None
    if not written or not any(letter.isdigit() for letter in written):
        section.fail("format", f"'{form}' is no format of dates; write %d.%m.%Y %H:%M, say")
