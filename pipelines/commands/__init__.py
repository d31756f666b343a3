"""The commands of ``lotwise``, one file each, each with one function named ``command``.

A command reads its options, calls one function of the room that does the work, and prints. Heavy
imports happen inside the functions, so that ``lotwise --help`` answers at once.
"""
