"""From a signal to sense: when it began, what else moved then, where it leads.

Here belongs what is told of a signal once a chart has raised it; raising it belongs to the limits.
"""
