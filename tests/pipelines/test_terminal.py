"""No text from a file acts on a terminal, whichever command prints it."""

import ast
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.command_line import app
from pipelines.commands import profile
from pipelines.terminal.console import say

ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
HOSTILE = "x\x1b]0;owned\x07\x9b2J\u202eevil\u202c\u200b"
COMMANDS = Path(profile.__file__).parent


def test_a_line_is_said_without_anything_that_acts(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"Published: /home/{HOSTILE}\tdone")
    said = capsys.readouterr().out
    assert said.startswith("Published: /home/x\\x1b]0;owned\\x07\\x9b2J\\u202eevil\\u202c\\u200b\t")
    assert not ACTIVE.search(said.replace("\t", ""))


def test_a_draft_shown_on_a_terminal_is_inert(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile, "is_for_eyes", lambda: True)
    rows = "\n".join(f"B{n},{'released' if n % 9 else HOSTILE},{n}" for n in range(60))
    (tmp_path / "batches.csv").write_text(f"batch_id,disposition,{HOSTILE}\n{rows}\n")
    done = CliRunner().invoke(app, ["profile", str(tmp_path / "batches.csv")])
    assert "batch_id" in done.output
    assert not ACTIVE.search(done.output)


def test_commands_print_texts_through_one_door() -> None:
    """``typer.echo`` is left for JSON, whose escapes are its own, and for drafts kept in files."""
    for file in COMMANDS.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("typer.echo", "print"):
                given = ast.unparse(call)
                assert "json.dumps" in given or "visible(text)" in given, f"{file.name}: {given}"
