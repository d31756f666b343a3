"""Points beside those before them alone: compiled ranks, gaps as scores, and when a change began.

Here belongs what a chart needs that knows no law and no limits beforehand; charts with limits in
the unit of the values belong to the modules beside this room.
"""
