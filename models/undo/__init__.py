"""Taking an import back.

Any order does.
"""

from . import account, run, transaction
