"""What a user may choose from, where nothing is exact.

Any order does.
No model is in discounts, last_time, likely_documents, look_up, open_items, payment_batches, subset_sum: whoever needs
them imports them.
"""

from . import candidate, review, suggestions
