"""What is exact by itself, matched with what is open in the books, and the log of it.

The records of the room are read first, what extends them after; among the duties, any order does.
No model is in facts, refusals, weighing, words: whoever needs them imports them.
"""
# ruff: noqa: I001

from . import ponto_matching, ponto_match, ponto_partner_mapping
from . import (
    applying,
    exact,
    log,
    of_import,
    open_documents,
    partners,
    payments,
    rule_counterparts,
    rules,
    statement_line,
    transfers,
)
