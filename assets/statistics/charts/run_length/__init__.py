"""How long a chart runs until it alarms: exact run lengths, and limits for a promised one.

Here belong average run lengths by theory, limits that keep a promise although centre and sigma are
estimated, and the share of an alarm budget over many charts. The charts themselves lie one room up
and do not know this one.
"""
