"""What is not done again: steps and verdicts whose every input is as it was.

Here belongs telling what a step depends on (tables, settings, code), remembering it, and the form
in which every topic's assets are run. What a step computes is the topics' business, what a table
holds the warehouse's.
"""
