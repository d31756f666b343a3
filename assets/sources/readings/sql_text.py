"""Names and texts as SQL writes them, for the SQL made over delivered readings."""


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: object) -> str:
    """Return texts as an SQL list of strings."""
    return "[" + ", ".join(literal(str(text)) for text in texts) + "]"  # type: ignore[attr-defined]
