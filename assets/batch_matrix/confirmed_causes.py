"""What a confirmed cause of a deviation names, among the quantities features are about."""

from collections.abc import Iterable


def quantities_named(cause: str, quantities: Iterable[str]) -> set[str]:
    """Return the quantities a cause names, in full or by the end of its name after a dot.

    ``d90_um`` names ``api.d90_um`` and ``lactose.d90_um``; ``api.d90_um`` names the first alone.

    Args:
        cause: A confirmed cause, as ``core.deviations`` has it.
        quantities: ``quantity`` of ``feature.dictionary``.

    Examples:
        >>> sorted(quantities_named("d90_um", ["api.d90_um", "lactose.d90_um", "yield_d90_um"]))
        ['api.d90_um', 'lactose.d90_um']
    """
    return {name for name in quantities if name == cause or name.endswith(f".{cause}")}
