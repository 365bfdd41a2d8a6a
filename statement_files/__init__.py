"""Bank statements in files: CODA (Febelfin) and CAMT.053 (ISO 20022), read without Odoo.

Why parsers of our own, after looking at those on PyPI (October 2026):

* ``febelfin-coda`` 0.5.0 (BSD, Tryton) fits the licence and is cared for. But it installs the same module ``coda`` as
  ``pycoda``, which the community's CODA import needs: with both, one of the two is broken. It refuses a value date of
  000000, which the standard allows, accepts a file that is cut off before its end, crashes on details of details (type
  9), and checks with ``assert`` only, so not at all under ``python -O``, and without saying which line is wrong.
* ``pycoda`` 1.1.0 is GPL: an addon under the LGPL cannot depend on it. ``coda`` 0.1.0 is something else.
* ``pycamt`` 1.1.1 (MIT) needs an lxml newer than the one that Odoo 19 pins, passes over balances that do not add up,
  turns signed ones into floating point, and fails on a file that uses a namespace prefix.
* ``bankstatementparser``, ``camt053`` (both Apache or MIT) bring pandas or fastapi, uvicorn and httpx into the server of
  Odoo. ``sepa`` 0.5.4 has not moved for years, and has no balances.

What a file says is checked here as far as a file can tell by itself: number and length of records, totals of debit and
credit, opening balance plus transactions equals closing balance. A file that fails is refused whole. Where a bank leaves
out what it has to write, or means it otherwise, the reading that the balances prove is taken, and said.
"""

from .errors import FileError
from .reading import MOST_BYTES, read
from .records import Movement, Place, Statement

__all__ = ["MOST_BYTES", "FileError", "Movement", "Place", "Statement", "read"]
