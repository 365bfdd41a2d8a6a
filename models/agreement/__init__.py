"""Where bank and books part, day by day, and why.

Any order does.
No model is in comparison, discrepancies, likeness: whoever needs them imports them.
"""

from . import account
