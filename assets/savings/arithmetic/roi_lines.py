"""The cost model alone, as lines for a reader at a terminal."""

from assets.savings.arithmetic.roi import Range, RoiResult


def roi_lines(result: RoiResult) -> list[str]:
    """Return the result as lines for a reader at a terminal.

    Args:
        result: What ``roi`` returned.
    """
    width = max((len(_label(name)) for name in result.figures), default=0)
    lines = [result.title, result.statement, ""]
    for name, figure in result.figures.items():
        suffix = "  (solved for)" if name in result.solved_for else ""
        lines.append(f"  {_label(name):<{width}}  {_spoken(name, figure)}{suffix}")
    return [*lines, "", *result.notes] if result.notes else lines


def _label(measure: str) -> str:
    stem = measure.removesuffix("_usd").removesuffix("_per_year").removesuffix("_h")
    unit = {"_per_year": " a year", "_h": ""}.get(measure[len(stem) :], "")
    return stem.replace("_", " ").capitalize() + unit


def _spoken(measure: str, figure: Range) -> str:
    ends = [figure.low, figure.high] if figure.low != figure.high else [figure.low]
    if "_usd" in measure:
        return " to ".join(f"{'-' if end < 0 else ''}${float(abs(end)):,.0f}" for end in ends)
    unit = " h" if measure.endswith("_h") else ""
    return " to ".join(f"{float(end):,.4g}" for end in ends) + unit
