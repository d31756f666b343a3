"""Titles of outcomes, features and inputs, as they stand inside a sentence."""


def within_sentence(title: str) -> str:
    """Return a title without its capital, unless that begins an abbreviation."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
