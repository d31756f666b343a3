"""Letters that have exactly one counterpart in the other case, and so mean one thing everywhere.

Libraries disagree on the others (a German sharp s, a Greek final sigma, a dotted capital I); those
stay as they are.
"""

from typing import Final

_SCRIPTS = (range(0x41, 0x590), range(0x1E00, 0x1F00))  # Latin, Greek, Cyrillic, Armenian
_PAIRS = tuple(
    (chr(code), chr(code).lower())
    for script in _SCRIPTS
    for code in script
    if len(chr(code).lower()) == 1
    and chr(code).lower() != chr(code)
    and chr(code).lower().upper() == chr(code)
)
CAPITALS: Final = "".join(capital for capital, _ in _PAIRS)
SMALL: Final = "".join(small for _, small in _PAIRS)
BLANKS: Final = " \t\n\r\v\f\u00a0"
"""What ``trim`` takes away where nothing else is said."""
