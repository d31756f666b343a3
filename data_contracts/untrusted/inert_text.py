"""Text from records made harmless where it is shown: no control, no direction, nothing invisible.

A batch id may hold an escape sequence that clears a terminal or a mark that turns the rest of a
line round. Such characters are shown as their code instead. Here belongs how any text is shown;
tables and files keep what was delivered.
"""

import re

from data_contracts.untrusted.limits import LONGEST_MESSAGE, LONGEST_QUOTED_WORD

# Control characters but tab and line end, direction marks, invisible marks, halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_WORD = re.compile(rf"\S{{{LONGEST_QUOTED_WORD + 1},}}")


def visible(text: str) -> str:
    r"""Return a text in which nothing acts unseen.

    Args:
        text: Any text; its tabs and line ends stay.

    Returns:
        The text with every control character, direction mark and invisible character as its code:
        an escape character reads ``\x1b``, a right-to-left override ``\u202e``.
    """
    return _UNSEEN.sub(lambda found: _code(found.group()), text)


def _code(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def visible_line(text: str) -> str:
    """Return a text on one line in which nothing acts unseen: line ends and tabs as codes too."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def told(text: str) -> str:
    """Return a message as it is shown: harmless, and what it quotes cut to what helps.

    Args:
        text: The message.
    """
    seen = _WORD.sub(_cut_word, visible(text))
    if len(seen) <= LONGEST_MESSAGE:
        return seen
    kept = LONGEST_MESSAGE // 3
    return f"{seen[: 2 * kept]} [...] {seen[-kept:]}"


def _cut_word(found: re.Match[str]) -> str:
    word = found.group()
    kept = LONGEST_QUOTED_WORD // 2
    return f"{word[:kept]}[... {len(word) - 2 * kept:,} more characters]{word[-kept:]}"
