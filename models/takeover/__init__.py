"""Taking over from what else feeds a journal.

Any order does.
"""

from . import account, connection, other_feeds
