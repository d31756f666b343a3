"""Models kept and used at night: frozen as text, versioned, applied to new batches.

Here belongs what fits nothing. Making the models that are kept belongs to ``estimators``.
"""
