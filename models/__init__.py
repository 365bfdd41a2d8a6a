"""The records of this addon, and below them a room for each capability.

The records are read first, for the rooms extend them; a record imports other records and support, never a room.
Among the rooms any order does: no method of a model is defined in two places, and a room that extends the record of
another one imports from it (tests/test_house.py).
"""
# ruff: noqa: I001

from . import (
    account_bank_statement,
    account_bank_statement_line,
    account_journal,
    account_move,
    ponto_access,
    ponto_account,
    ponto_connection,
    ponto_institution,
    ponto_synchronization,
    ponto_transaction,
    res_company,
    res_partner,
)
from . import (
    connection,
    accounts,
    reading,
    refresh,
    importing,
    undo,
    balance,
    agreement,
    authorization,
    health,
    files,
    takeover,
    booking,
    matching,
    suggesting,
    alarms,
)
