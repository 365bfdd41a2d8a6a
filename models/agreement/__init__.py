"""Where bank and books part, day by day, and why.

Any order does.
No model is in comparison, findings, likeness: whoever needs them imports them.
"""

from . import account
