"""The terminal: the console every command prints on, progress, and the machine's errors in words.

Here belongs how something is said to a person at a terminal, so that no text from a record acts
there. What is said does not belong here, but to the commands and the rooms that do the work.
"""
