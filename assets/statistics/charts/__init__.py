"""Control charts by name: where a process lies, how far it scatters, and what says it has moved.

Here belong the arithmetic of charts, estimates of sigma, rules for signals, and run lengths. Arrays
go in, a small frozen record comes out; what is charted how often, limits with a birthday, and
anything that draws do not belong here. What a process makes beside its specification belongs to
``capability``.
"""
