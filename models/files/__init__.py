"""Importing the files of a bank into a journal.

Any order does.
No model is in plan: whoever needs it imports it.
"""

from . import candidates, journal
