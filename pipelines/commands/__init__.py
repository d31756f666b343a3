"""The commands of ``lotwise``, one file each, each with one function named ``command``.

Here belongs what reads options, calls one function of the room that does the work, and prints; the
work itself does not. Heavy imports happen inside the functions, so that ``lotwise --help`` answers
at once.
"""
