"""What a user may choose from, where nothing is exact.

Any order does.
No model is in open_items and subset_sum: whoever needs them imports them.
"""

from . import (
    candidate,
    discounts,
    last_time,
    likely_documents,
    payment_batches,
    review,
    suggestions,
)
