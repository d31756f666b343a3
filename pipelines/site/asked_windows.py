"""Which windows were asked about in a home since its last run: whoever asks often finds by chance.

A small file beside the published copy, never inside it. A home that cannot be written is asked all
the same; only the count is missing then.
"""

import json

from warehouse.paths import Home


def remember_asked(home: Home, run_id: str, question: str) -> int | None:
    """Count a question, and return how many different ones were asked since the last run.

    Args:
        home: The runtime home.
        run_id: Of the last run.
        question: The conditions and the outcome, spelt one way.

    Returns:
        The count, this question included; None where the home cannot be written.
    """
    questions = sorted({*_asked(home, run_id), question})
    beside = home.asked_file.with_suffix(".new")
    text = json.dumps({"run_id": run_id, "questions": questions}, indent=2)
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(home.asked_file)
    except OSError:
        return None
    return len(questions)


def _asked(home: Home, run_id: str) -> list[str]:
    """Return the questions asked since a run; none where the file is of an earlier one."""
    try:
        said = json.loads(home.asked_file.read_text(encoding="utf-8"))
        return [str(each) for each in said["questions"]] if said["run_id"] == run_id else []
    except (OSError, ValueError, KeyError, TypeError):
        return []
