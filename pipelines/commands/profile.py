"""``lotwise profile``: drafts a source profile by looking at files, and checks it at once."""

from collections.abc import Iterable
from os.path import commonpath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from data_contracts.errors import DATA_OR_CHECKS_FAILED, UsageError
from data_contracts.untrusted.inert_text import visible
from pipelines.commands.check import print_report
from pipelines.terminal.console import is_for_eyes, say, terminal


def command(
    files: Annotated[list[Path], typer.Argument(help="Delivered files, or folders of them.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the draft here instead of printing it.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the source; the folder's otherwise.")
    ] = None,
) -> None:
    """Draft a profile of exports nobody has described yet; what a failure is, it leaves to you."""
    from assets.sources.drafting.draft import draft_profile

    if out is not None and out.exists():
        raise UsageError(f"--out: {out} is there already; name another file, or remove it first.")
    paths = _files(files)
    root = _root(files, paths)
    text = draft_profile(name or (out.stem if out else root.name), paths, root)
    if out is None:
        typer.echo(visible(text) if is_for_eyes() else text, nl=False)
        with TemporaryDirectory(prefix="lotwise-draft-") as folder:
            is_acceptable = _check(
                Path(folder) / "draft.yaml", text, root, terminal(is_stderr=True)
            )
    else:
        is_acceptable = _check(out, text, root, terminal())
        say(f"The draft is in {out}; its files are below {root}.")
    if not is_acceptable:
        raise typer.Exit(DATA_OR_CHECKS_FAILED)


def _files(given: Iterable[Path]) -> list[Path]:
    """Every file named, and all below the folders named."""
    found: list[Path] = []
    for path in given:
        if not path.exists():
            raise UsageError(f"There is no file or folder {path}; name the delivered files.")
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [each.resolve() for each in below if each.is_file() and each.name[0] != "."]
    if not found:
        raise UsageError(f"{given}: there are no files in it; name the delivered files.")
    return list(dict.fromkeys(found))


def _root(given: Iterable[Path], paths: Iterable[Path]) -> Path:
    """The folder all paths of the draft are relative to."""
    folders = [path.resolve() for path in given if path.is_dir()]
    return Path(commonpath([*folders, *(path.parent for path in paths)]))


def _check(file: Path, text: str, root: Path, console: Console) -> bool:
    """Write the draft and put it through ``lotwise check``."""
    from assets.sources.inspection import inspect_source
    from data_contracts.profile import load_profile
    from pipelines.replay.outcome_preview import decided_outcomes

    file.write_text(text, encoding="utf-8")
    report = inspect_source(load_profile(file), root, decided_outcomes)
    print_report(report, console)
    return report.is_acceptable
