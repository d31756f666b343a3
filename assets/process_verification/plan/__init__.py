"""What is charted, how and why: measured quantities, their nature, what is critical, the plan.

Here belongs everything that is decided before a limit is computed; limits are not.
"""
