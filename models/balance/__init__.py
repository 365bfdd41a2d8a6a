"""The bank's balance against the books', and the statements made of both.

The records of the room are read first, what extends them after; among the duties, any order does.
"""
# ruff: noqa: I001

from . import ponto_balance_day
from . import check, statements
