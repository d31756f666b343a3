"""What changed since the run before, in money, and why the failure rate moved.

Here belong the states between two runs (one thing after the other as it is now), the split of the
move over them, and the split of a rate into mix and rate. What was said before is read from the
release of that run; nothing here decides what is said now.
"""
