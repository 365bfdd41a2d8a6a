"""Read again what was kept as received."""

from __future__ import annotations

from .errors import FormatError
from .jsontext import decode
from .parsing import parse_transactions
from .resources import Transaction


def read_transaction(raw: str) -> Transaction:
    """Read a transaction from the text that was kept of it.

    :param raw: `Transaction.raw` of an earlier answer.
    :return: the transaction, equal to the one received.
    :raise FormatError: the text is not that of a transaction.
    """
    transactions = parse_transactions(decode(f'{{"data":[{raw}]}}'.encode()))
    if len(transactions) != 1:
        raise FormatError("The text is not that of one transaction.")
    return transactions[0]
