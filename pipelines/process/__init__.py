"""The process a run works in: threads of the libraries it loads, and memory it gives back.

Here belongs what must be said to the operating system and to libraries before any work begins. What
a run does, and with how much memory it plans, does not belong here.
"""
