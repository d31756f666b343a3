"""Is the score book still what was sealed? Entries against their seals, the book against heads."""

from collections.abc import Sequence

from assets.history.score_chain import ENTRY, HASH, SCORE_BOOK, breaks
from reports.claims import tables_present
from reports.verification import Mismatch
from warehouse.noted.score_heads import ScoreHead
from warehouse.published_copy.published import PublishedWarehouse

WHERE = "score book"
_RUN = "SELECT run_id FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1"


def verify_scores(published: PublishedWarehouse, heads: Sequence[ScoreHead]) -> list[Mismatch]:
    """Hold the published score book against its seals and against the heads noted of it.

    Args:
        published: The published warehouse; one made before scores were sealed has none.
        heads: Heads noted at earlier publications, the oldest first.

    Returns:
        Every entry altered, removed, put in or moved; a book put back from an older one, or sealed
        anew.
    """
    if SCORE_BOOK not in tables_present(published.query):
        return [_lost(head) for head in heads[-1:]]
    book = published.query(f"FROM {SCORE_BOOK} ORDER BY {ENTRY}")
    found = [Mismatch(WHERE, problem) for problem in breaks(book)]
    seals = dict(book.select(ENTRY, HASH).iter_rows())
    lost = [head for head in heads if seals.get(head.entries) != head.entry_hash]
    found += [_lost(head) for head in lost[-1:]]
    if not heads and not book.is_empty():
        found.append(Mismatch(WHERE, "no head of it is noted beside the home's releases"))
    run_id = published.query(_RUN).item() if not lost else None
    own = [head for head in heads if head.run_id == run_id]
    if own and book.height > own[-1].entries:
        more = book.height - own[-1].entries
        found.append(
            Mismatch(WHERE, f"{more} entries were added after the run had sealed {own[-1].entries}")
        )
    return found


def _lost(head: ScoreHead) -> Mismatch:
    return Mismatch(
        WHERE,
        f"entry {head.entries} is not what run {head.run_id} noted when it was published: the book "
        "was cut, sealed anew or put back from an older copy",
    )
