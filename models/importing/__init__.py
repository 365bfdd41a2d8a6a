"""From what is kept of Ponto to bank transactions: new, changed, recognized, still to come.

The records of the room are read first, what extends them after; among the duties, any order does.
No model is in pairing: whoever needs it imports it.
"""
# ruff: noqa: I001

from . import ponto_link
from . import (
    batches,
    beside_oca,
    changes,
    forecast,
    line_values,
    recognition,
)
