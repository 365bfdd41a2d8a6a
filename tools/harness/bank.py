"""The sandbox process of the harness: integrations and accounts as asked for, each filled with transactions.

Runs as ``python -m tools.harness.bank`` in the tree, with the cache's Python. It writes its address and the credentials
to a file that only its owner can read.
"""

import argparse
import json
import signal
import sys
import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sandbox import Bank, Sandbox
from sandbox.bulk import book_many
from sandbox.identifiers import belgian_iban

from .. import places

BANK_CODE = 931  # one that no bank was given


def build(plan: list[list[dict]], seed: int) -> Bank:
    """Return a bank with one integration per list of accounts.

    :param plan: per integration its accounts: ``count`` transactions since ``days`` days ago, ``opening`` balance
    :param seed: decides ids, amounts and texts
    """
    bank = Bank(seed=seed)
    institution = bank.add_institution("Bank van Brabant", bic="BRABBEBB")
    numbers = iter(range(1000, 9000))
    shared = []
    for accounts in plan:
        mine = []
        for number, given in enumerate(accounts):
            account = bank.add_account(
                institution,
                reference=belgian_iban(BANK_CODE, next(numbers)),
                opening_balance=Decimal(given.get("opening", "0")),
                description=f"Account {number + 1}",
            )
            first_day = bank.clock.today() - timedelta(days=given["days"])
            # The same seed per place: accounts of different integrations get the same transactions.
            book_many(bank, account, given["count"], first_day, bank.clock.today(), seed=seed + number)
            mine.append(account)
        shared.append([account.id for account in mine])
    for account_ids in shared:
        bank.add_integration().account_ids = account_ids
    return bank


def main() -> None:
    """Serve the bank until the process is told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--plan", type=json.loads, required=True)
    parser.add_argument("--ready-file", type=Path, required=True)
    options = parser.parse_args()
    bank = build(options.plan, options.seed)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_arguments: stop.set())
    with Sandbox(bank) as sandbox:
        told = {
            "url": sandbox.url,
            "integrations": [
                {"client_id": each.client_id, "client_secret": each.client_secret, "accounts": each.account_ids}
                for each in bank.integrations
            ],
        }
        places.write_private(options.ready_file, json.dumps(told))
        stop.wait()


if __name__ == "__main__":
    sys.exit(main())
