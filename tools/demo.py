"""``./dev demo``: a small Belgian company's banks, imported and compared to the cent with the banks' own ledger."""

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal

from . import places, sandbox_process
from .databases import Databases
from .odoo_run import play_script
from .output import Failure, say, step
from .workshop import open_workshop

BOOK_BALANCES = """
SELECT a.id, COALESCE(SUM(CASE WHEN j.currency_id IS NULL OR j.currency_id = c.currency_id
                               THEN l.balance ELSE l.amount_currency END), 0)
  FROM ponto_account a
  JOIN account_journal j ON j.id = a.journal_id
  JOIN res_company c ON c.id = j.company_id
  LEFT JOIN account_move_line l ON l.account_id = j.default_account_id AND l.parent_state = 'posted'
 GROUP BY a.id
"""
KEYS = (
    "reference",
    "currency",
    "institution",
    "state",
    "transactions",
    "imported",
    "skipped",
    "errors",
    "waiting",
    "bank_balance",
    "book_balance",
    "opening_balance",
)
COLUMNS = (
    ("Bank", "institution"),
    ("Account", "reference"),
    ("Currency", "currency"),
    ("Authorized until", "authorized_until"),
    ("In Ponto", "in_ponto"),
    ("Imported", "imported"),
    ("Waiting", "waiting"),
    ("At the bank", "bank_balance"),
    ("In the ledger", "book_balance"),
    ("Difference", "difference"),
    ("State", "state"),
)
CENT = Decimal("0.01")
COMPANY = "Atelier Noordzee BV"  # whose name the banks and Ponto have too


@dataclass(frozen=True)
class Login:
    """A person of the demo; the password is the login.

    :param group: external id of the only group beside *Internal User*
    :param may: what the person may do, for the reader
    """

    login: str
    name: str
    group: str
    may: str


LOGINS = (  # the first works in the demo
    Login(
        "accountant",
        "Anke Boekhouder",
        "account.group_account_manager",
        "Administrator of Invoicing, no other right: connects, fetches, matches, undoes",
    ),
    Login(
        "invoicing",
        "Bram Facturatie",
        "account.group_account_invoice",
        "Invoicing only: makes invoices, sees the bank's transactions and changes none",
    ),
)


def database_name() -> str:
    """Return the name of the demo database of this tree."""
    return f"ponto_demo_{places.tree_key()}"


@contextlib.contextmanager
def exclusive() -> Iterator[None]:
    """Hold the demo database of this tree.

    :raises Failure: when another ./dev works with it
    """
    held = places.try_lock(places.addons_folder().parent / "demo.lock")
    if held is None:
        raise Failure("The demo database is in use by another ./dev demo or ./dev serve: end that one first.")
    try:
        yield
    finally:
        held.close()


def run(*, as_json: bool) -> int:
    """Install what is missing, play the demo on a fresh database, print the table.

    :param as_json: print the result as JSON on the last line too
    :return: exit code, 0 only if every sum equals the sandbox's own to the cent
    """
    start = time.monotonic()
    databases = open_workshop()
    with exclusive():
        result = play(databases)
    accounts, matches, seconds = result["accounts"], result["matches"], result["seconds"]
    seconds["total"] = round(time.monotonic() - start, 1)
    problems = [
        f"{account['reference']} {account['currency']}: {text}" for account in accounts for text in account["problems"]
    ]
    show(result)
    if not matches["matched_by_itself"]["invoices"]:
        problems.append("No invoice was settled by itself.")
    if not accounts:
        problems.append("The demo has no account.")
    for problem in problems:
        say(f"DIFFERENT: {problem}")
    if not problems:
        say(f"Every balance of {len(accounts)} accounts equals the bank's, to the cent. Look at it: ./dev serve")
    if as_json:
        shown = [{key: account[key] for key in KEYS} for account in accounts]
        print(json.dumps({"accounts": shown, "matches": matches, "seconds": seconds, "ok": not problems}), flush=True)
    return 1 if problems else 0


def play(databases: Databases) -> dict:
    """Make the demo database, let the demo script work in it against a fresh sandbox, and compare.

    :return: the ``accounts`` with what was found, what was matched (``matches``), how many ``invoices`` are paid, and
        the ``seconds`` of the demo's steps
    """
    name = database_name()
    sandbox_process.forget()
    with step("Making the demo database"):
        databases.make_fresh(name)
    with sandbox_process.running(databases.runner.python, sandbox_process.new(), kept=True) as sandbox:
        with step("Playing the demo in Odoo"):
            result = _play_in_odoo(databases, name, sandbox)
        ledger = {account["ponto_id"]: account for account in sandbox.get("ledger")["accounts"]}
        books = dict(line.split("|") for line in databases.cluster.psql(BOOK_BALANCES, name).splitlines())
    for account in result["accounts"]:
        _compare(account, ledger.pop(account["ponto_id"], None), books.get(str(account["id"]), "0"))
    for left in ledger.values():
        raise Failure(f"The account {left['reference']} {left['currency']} of the sandbox did not arrive in Odoo.")
    databases.finish(name)
    return result


def _play_in_odoo(databases: Databases, name: str, sandbox: sandbox_process.Sandbox) -> dict:
    """Run the demo script in an Odoo shell, and return its result."""
    ledger, scenario = sandbox.get("ledger"), sandbox.get("scenario")
    given = {
        "url": sandbox.url,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.secret,
        "first_day": min(day for account in ledger["accounts"] for day in account["balances"]),
        "invoices": scenario.get("invoices", []),
        "company": COMPANY,
        "logins": [asdict(login) for login in LOGINS],
    }
    return play_script(databases.runner, name, "demo.py", {"PONTO_DEMO": json.dumps(given)})


def _compare(account: dict, bank: dict | None, book_balance: str) -> None:
    """Add to an account what the sandbox's ledger and the books say, and every difference between them.

    :param account: what the demo script told
    :param bank: the account in the sandbox's own ledger
    :param book_balance: balance of the posted journal items
    """
    if bank is None:
        raise Failure(f"The account {account['reference']} is in Odoo, but not at the bank.")
    reported, booked = Decimal(bank["reported_balance"]), Decimal(book_balance).quantize(CENT)
    shown = Decimal(repr(account["bank_balance"])).quantize(CENT)
    opening = Decimal(repr(account["opening_balance"])).quantize(CENT)
    account |= {"in_ponto": bank["visible_transactions"], "difference": float(reported - booked)}
    account |= {"bank_balance": float(shown), "book_balance": float(booked), "problems": []}
    add = account["problems"].append
    if booked != reported:
        add(f"the ledger says {booked}, the bank {reported}")
    if shown != reported:
        add(f"Odoo shows {shown} as the bank's balance, the bank {reported}")
    if opening != Decimal(bank["opening_balance"]):
        add(f"the opening entry has {opening}, the bank had {bank['opening_balance']}")
    if account["transactions"] != bank["visible_transactions"]:
        add(f"{account['transactions']} transactions were read, Ponto has {bank['visible_transactions']}")
    if account["imported"] != account["transactions"]:
        add(f"{account['imported']} of {account['transactions']} transactions are in the books. {account['why']}")


def show(result: dict) -> None:
    """Print what the demo did: the accounts, and the invoices that their payments settled.

    :param result: of play
    """
    print_table(result["accounts"])
    print_invoices(result["invoices"], result["matches"])


def print_table(accounts: list[dict]) -> None:
    """Print one line per account, and below it why something waits."""
    rows = [[title for title, _key in COLUMNS]]
    rows += [[_cell(account[key]) for _title, key in COLUMNS] for account in accounts]
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numeric = [accounts and isinstance(accounts[0][key], int | float) for _title, key in COLUMNS]
    for number, row in enumerate(rows):
        cells = zip(row, widths, numeric, strict=True)
        print("  ".join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right in cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
        elif accounts[number - 1]["why"]:
            print(f"    {accounts[number - 1]['why']}")


def print_invoices(invoices: dict[str, int], matches: dict[str, dict]) -> None:
    """Print how many invoices are paid, who matched them with their payments, and what the matches rest on."""
    print(
        f"\n{invoices['paid']} of the {invoices['all']} invoices of {COMPANY} are paid; {invoices['partly']} are paid in "
        f"part, {invoices['open']} are open. These bank transactions were matched:"
    )
    for key, how in (("applied_by_the_user", "by one click of the accountant, after the first import"),
                     ("matched_by_itself", "by themselves, as they arrived later")):  # fmt: skip
        found = matches[key]
        print(f"  {how}: {found['transactions']}, which settled {found['invoices']} invoices")
        for evidence, count in found["by_evidence"].items():
            print(f"    {count:>5}  {evidence}")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return "" if value is None else str(value).replace("_", " ")
