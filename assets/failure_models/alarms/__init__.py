"""How alarms would have performed: thresholds, their budget, and what stays undecided.

Here belongs what turns scores into alarms and counts them. What an alarm is worth belongs to
savings.
"""
