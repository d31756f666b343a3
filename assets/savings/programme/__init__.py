"""All levers on the same failures: simulation, scenarios, plan, sensitivity, proof.

Here belongs what adds up levers without counting a failure twice, and what it takes to prove the
promise. What one lever may claim belongs to ``levers``.
"""
