"""Read again what was kept as received."""

from __future__ import annotations

from .errors import FormatError
from .jsontext import JsonObject, decode
from .parsing import listed, parse_transactions
from .resources import Transaction


def read_transaction(raw: str) -> Transaction:
    """Read a transaction from the text that was kept of it.

    :param raw: `Transaction.raw` of an earlier answer.
    :return: the transaction, equal to the one received.
    :raise FormatError: the text is not that of a transaction.
    """
    document = decode(f'{{"data":[{raw}]}}'.encode())
    transactions = parse_transactions(document)
    if len(transactions) != 1 or not isinstance(listed(document)[0], JsonObject):
        raise FormatError("The text is not that of one transaction.")
    return transactions[0]
