"""The picture of the house in ``docs/images/house.svg``, drawn from the folders themselves.

``python -m tests.house.write_house_picture`` draws it anew (``make generated`` does it with the
rest). Rooms stand in the order of their import contract, topics in the order of theirs; what a room
is, is the first line of its opening.
"""

import ast
import tomllib
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import Any

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "house.svg"
WIDTH, EDGE, LINE = 1120, 16, 16
CARDS_A_ROW, GAP = 4, 12
CARD = (WIDTH - 4 * EDGE - (CARDS_A_ROW - 1) * GAP) / CARDS_A_ROW
INK, MUTED, BLUE, PALE, PAPER = "#1d2733", "#5b6875", "#0b5a8f", "#eef3f7", "#ffffff"


def contracts() -> dict[str, Any]:
    """The import contracts by name."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        found = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return {contract["name"]: contract for contract in found}


def opening(folder: Path) -> str:
    """The first line of what a room says of itself."""
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    return (text or "").splitlines()[0]


def rooms_in(folder: Path) -> list[str]:
    """The rooms within a room."""
    return sorted(inner.parent.name for inner in folder.glob("*/__init__.py"))


def text(x: float, y: float, words: str, *, size: int = 12, fill: str = INK, bold: str = "") -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}"{weight}>{escape(words)}</text>'
    )


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<rect {place} rx="6" fill="{fill}" stroke="#c9d3dc"/>'


def card(x: float, y: float, folder: Path) -> tuple[list[str], float]:
    """A topic: its name, what it is, its rooms; and the height that takes."""
    said = wrap(opening(folder), 36)
    inner = wrap(" · ".join(rooms_in(folder)), 37)
    lines = [text(x + 10, y + 20, folder.name, size=13, bold="yes", fill=BLUE)]
    at = y + 20
    for words, fill in [*((one, INK) for one in said), *((one, MUTED) for one in inner)]:
        at += LINE
        lines.append(text(x + 10, at, words, fill=fill))
    return lines, at - y + 12


def cards(y: float, folders: list[Path]) -> tuple[list[str], float]:
    """Topics in rows; and where the last row ends."""
    drawn: list[str] = []
    for first in range(0, len(folders), CARDS_A_ROW):
        row = folders[first : first + CARDS_A_ROW]
        places = [2 * EDGE + k * (CARD + GAP) for k in range(len(row))]
        made = [card(x, y, folder) for x, folder in zip(places, row, strict=True)]
        height = max(height for _, height in made)
        for x, (lines, _) in zip(places, made, strict=True):
            drawn += [box(x, y, CARD, height, PAPER), *lines]
        y += height + GAP
    return drawn, y


def room(y: float, name: str) -> tuple[list[str], float]:
    """A room from wall to wall, with its topics; and where it ends."""
    folder = ROOT / name
    title = [
        text(2 * EDGE, y + 24, f"{name}/", size=16, bold="yes"),
        text(2 * EDGE + 160, y + 24, opening(folder), size=13, fill=MUTED),
    ]
    drawn: list[str] = []
    end = y + 36
    if name == "assets":
        topics = contracts()["Topics meet only through tables"]["modules"]
        apart = [ROOT / topic.replace(".", "/") for topic in topics]
        shared = [folder / inner for inner in rooms_in(folder) if folder / inner not in apart]
        drawn, end = cards(end, apart)
        drawn.append(text(2 * EDGE, end + 10, "What every topic may import:", fill=MUTED))
        more, end = cards(end + 20, shared)
        drawn += more
    elif inner := rooms_in(folder):
        drawn, end = [text(2 * EDGE + 160, end + 8, " · ".join(inner), fill=BLUE)], end + 20
    return [box(EDGE, y, WIDTH - 2 * EDGE, end - y, PALE), *title, *drawn], end + GAP


def generated() -> dict[Path, str]:
    """Return what is written where: the picture."""
    lines = [text(EDGE, 24, "Data flows upwards, imports go downwards.", size=13, fill=MUTED)]
    y = 36.0
    for name in contracts()["Data flows one way between rooms"]["layers"]:
        drawn, y = room(y, name)
        lines += drawn
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:g}" '
    font = 'font-family="system-ui, Segoe UI, Roboto, Helvetica, Arial, sans-serif" role="img">'
    paper = f'<rect width="{WIDTH}" height="{y:g}" fill="{PAPER}"/>'
    return {PICTURE: "\n".join([head + font, paper, *lines, "</svg>", ""])}


if __name__ == "__main__":
    for file, drawing in generated().items():
        file.write_text(drawing, encoding="utf-8")
