"""Drafting: a first profile of exports nobody has described yet, by looking at them.

Here belongs what can be seen in files: how they are written, what their columns hold, which rows
belong together, and what names usually mean in this field. What is guessed is marked as a guess.
What a failure is cannot be seen: deciding it does not belong here.
"""
