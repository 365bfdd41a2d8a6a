"""Payments that somebody should look at.

The records of the room are read first, what extends them after; among the duties, any order does.
"""
# ruff: noqa: I001

from . import ponto_payment_alarm
from . import after_a_match, finder, statement_line
