"""What the machine refuses, in words: a missing file, a full disk, too little memory."""

SYSTEM_ERRORS = (OSError, MemoryError, RecursionError, UnicodeError)


def spoken_by_system(error: OSError | MemoryError | RecursionError | UnicodeError) -> str:
    """Return what the machine refused, as one sentence that says what to do next."""
    if isinstance(error, MemoryError):
        return (
            "There is not enough memory for this input. Nothing was published; give smaller files, "
            "or more memory."
        )
    if isinstance(error, RecursionError):
        return "The input is nested too deep. Nothing was published; write it flatter."
    if isinstance(error, UnicodeError):
        return f"A text cannot be read or written ({error}). Deliver it in UTF-8."
    place = error.filename2 or error.filename or "A file"
    reason = error.strerror or str(error)
    return (
        f"{place}: {reason}. Check that the path is right, leads to a file or folder as it should, "
        "and may be read and written; then run the command again."
    )
