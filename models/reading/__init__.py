"""Reading from Ponto: when, in which order, what, and how it is kept.

Any order does.
"""

from . import (
    look,
    pending,
    pull,
    run,
    store,
)
