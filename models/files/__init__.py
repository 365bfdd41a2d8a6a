"""Importing the files of a bank into a journal.

Any order does.
No model is in plan and chains: whoever needs them imports them.
"""

from . import candidates, journal, ponto_file_reading
