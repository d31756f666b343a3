"""What the chaos benchmark is made of: runs to kill, harm to do, readers, and what must still hold.

Nothing here is part of the product; it only starts the product's own commands and looks at files.
"""
