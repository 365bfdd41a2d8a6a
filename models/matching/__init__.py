"""What is exact by itself, matched with what is open in the books, and the log of it.

The records of the room are read first, what extends them after; among the duties, any order does.
No model is in bank_codes, booked, cases, exact, facts, open_documents, partners, payments, refusals, rule_counterparts,
rules, search, transfers, weighing, words: whoever needs them imports them.
"""
# ruff: noqa: I001

from . import ponto_matching, ponto_match, ponto_partner_mapping
from . import applying, log, of_import, statement_line
