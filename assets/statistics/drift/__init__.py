"""Whether later batches still come from where those before came from, looked at every night.

Here belong running sums over lots and their limits. Which model they are asked of belongs to the
failure models, charts of single parameters to ``charts``.
"""
