"""The seal of the score book: each entry carries the hash of all before it.

How entries are sealed is that of every chain of the home (``warehouse.noted.sealed_chain``). A book
that was sealed anew is found because heads noted at earlier publications, outside the warehouse,
are no longer in it.
"""

from warehouse.noted.sealed_chain import BEFORE_THE_FIRST, ENTRY, HASH, PREVIOUS, SealedChain

__all__ = ["BEFORE_THE_FIRST", "ENTRY", "HASH", "PREVIOUS", "SCORE_BOOK"]

SCORE_BOOK = "history.score_book"
CHAIN = SealedChain(
    SCORE_BOOK, lambda row: f"{row['batch_id']}, {row['outcome']}, gate {row['gate']}"
)
entry_hash, sealed, breaks = CHAIN.entry_hash, CHAIN.sealed, CHAIN.breaks
