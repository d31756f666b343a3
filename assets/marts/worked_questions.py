"""Worked questions: SQL files an analyst may run as they are, or change.

Each asks the marts alone, by their bare names, so that it runs on the published warehouse and on an
export alike. The question is the file's first line; here belongs only finding and reading them.
"""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "questions"


@dataclass(frozen=True, slots=True)
class WorkedQuestion:
    """A question and the SQL that answers it.

    Attributes:
        number: Place in the list, from 1.
        name: What it is about, in snake_case.
        text: The question as a person would ask it.
        sql: One SELECT with its comments.
    """

    number: int
    name: str
    text: str
    sql: str


def worked_questions() -> list[WorkedQuestion]:
    """Return all questions in order."""
    return [_read(file) for file in sorted(FOLDER.glob("*.sql"))]


def _read(file: Path) -> WorkedQuestion:
    number, _, name = file.stem.partition("_")
    sql = file.read_text(encoding="utf-8")
    return WorkedQuestion(int(number), name, sql.partition("\n")[0].removeprefix("-- "), sql)
