"""An answer about files is asked for once, until the question, the files or DuckDB are others."""

from pathlib import Path

import polars as pl
import pytest

from warehouse.kept_answers import KeptAnswers


class Asked:
    """Answers with how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, part: Path) -> None:
        self.times += 1
        pl.DataFrame({"times": [self.times]}).write_parquet(part)


def answer(answers: KeptAnswers, asked: Asked, question: str = "q", of: str = "a") -> int:
    return int(pl.read_parquet(answers.file(question, of, asked)).item())


def test_the_same_question_of_the_same_content_is_asked_once(tmp_path: Path) -> None:
    asked = Asked()
    assert answer(KeptAnswers(tmp_path), asked) == 1
    assert answer(KeptAnswers(tmp_path), asked) == 1
    assert answer(KeptAnswers(tmp_path), asked, of="b") == 2
    assert answer(KeptAnswers(tmp_path), asked, question="r") == 3
    assert answer(KeptAnswers(tmp_path), asked) == 1


def test_another_duckdb_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()
    answer(KeptAnswers(tmp_path), asked)
    monkeypatch.setattr("duckdb.__version__", "another")
    assert answer(KeptAnswers(tmp_path), asked) == 2


@pytest.mark.parametrize("spoilt", [b"", b"PAR1", b"no Parquet at all"])
def test_a_spoilt_answer_is_asked_for_again(tmp_path: Path, spoilt: bytes) -> None:
    asked = Asked()
    KeptAnswers(tmp_path).file("q", "a", asked).write_bytes(spoilt)
    assert answer(KeptAnswers(tmp_path), asked) == 2


def test_one_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fails(part: Path) -> None:
        part.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        KeptAnswers(tmp_path).file("q", "a", fails)
    assert not list(tmp_path.iterdir())


def test_answers_nobody_asks_for_any_more_go(tmp_path: Path) -> None:
    asked, before = Asked(), KeptAnswers(tmp_path)
    for content in ("a", "b"):
        answer(before, asked, of=content)
    (tmp_path / "left.parquet.1234.part").write_bytes(b"by a killed run")
    later = KeptAnswers(tmp_path)
    answer(later, asked, of="b")
    later.forget_others()
    assert len(list(tmp_path.iterdir())) == 1
    assert answer(KeptAnswers(tmp_path), asked, of="b") == 2
