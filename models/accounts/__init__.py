"""The accounts that a connection lists: which they are, where they go, how they end.

Any order does.
"""

from . import (
    closing,
    identity,
    journal_choice,
    listing,
    overview,
    vanished,
)
