"""Whether transactions still arrive as they should, and who is told when they do not.

Any order does.
No model is in rhythm: whoever needs it imports it.
"""

from . import (
    failing,
    maintenance,
    notices,
    reminders,
    silence,
)
