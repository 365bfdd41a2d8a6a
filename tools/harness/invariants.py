"""What must hold after every crash and race: the sandbox's ledger against journal items, by plain SQL.

The addon's own fields are not asked, except where the question is whether an account is left busy.
"""

import datetime
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import accumulate

EPOCH = datetime.date(2000, 1, 1)


class Bank:
    """The sandbox's side of the accounts of one integration.

    :param dict ledger: what ``/_sandbox/ledger`` tells
    :param dict bookings: what ``/_sandbox/bookings`` tells
    :param ponto_ids: the accounts that are judged
    """

    def __init__(self, ledger, bookings, ponto_ids):
        self.accounts = [account for account in ledger["accounts"] if account["ponto_id"] in ponto_ids]
        self.bookings = {  # in the order in which Ponto got them
            ponto_id: [(text, datetime.date.fromisoformat(day[:10]), Decimal(amount)) for day, amount, text in items]
            for ponto_id, items in bookings.items()
        }
        self.today = datetime.date.fromisoformat(ledger["now"][:10])

    def opening(self, account):
        """Return the balance before the first transaction."""
        return Decimal(account["opening_balance"])

    def balance_after(self, account, day):
        """Return the balance at the end of a day, from the ledger and not from the transactions."""
        days = [each for each in account["balances"] if each <= day.isoformat()]
        return Decimal(account["balances"][max(days)]) if days else self.opening(account)

    def count(self):
        """Return the number of transactions of all accounts."""
        return sum(len(self.bookings[account["ponto_id"]]) for account in self.accounts)


def read_bank(remote, ponto_ids):
    """Return the sandbox's side of some accounts as it is now.

    :param Remote remote: the sandbox
    """
    return Bank(remote.get("ledger"), remote.get("bookings"), ponto_ids)


def judge(cr, bank, *, complete):
    """Return what contradicts the bank, as sentences.

    :param cr: a cursor
    :param Bank bank: the sandbox's side
    :param bool complete: everything is imported; otherwise only what is there is judged
    :return list: empty when all is well
    """
    problems = [] if not complete else _find_busy(cr)
    problems += _find_doubles(cr)
    for account in bank.accounts:
        journal = _find_journal(cr, account["reference"])
        if journal is None:
            problems += [f"{account['reference']} has no journal"] if complete else []
            continue
        found = _judge_items(cr, bank, account, journal, complete)
        found += _judge_entries(cr, *journal)
        if complete:
            found += _judge_statements(cr, bank, account, journal[0])
        problems += [f"{account['reference']}: {problem}" for problem in found]
    return problems


def _rows(cr, query, *parameters):
    """Return rows whose amounts, asked for as text, are exact."""
    cr.execute(query, parameters)
    return cr.fetchall()


def _find_journal(cr, reference):
    """Return journal and ledger account of a bank account, by its number."""
    rows = _rows(
        cr,
        "SELECT journal.id, journal.default_account_id FROM account_journal journal"
        " JOIN res_partner_bank number ON number.id = journal.bank_account_id WHERE number.sanitized_acc_number = %s",
        reference,
    )
    return rows[0] if rows else None


def _find_busy(cr):
    accounts = _rows(
        cr,
        "SELECT id, COALESCE(sync_stage, 'undo') FROM ponto_account"
        " WHERE sync_stage IS NOT NULL OR undo_run_id IS NOT NULL",
    )
    runs = _rows(cr, "SELECT id, account_id FROM ponto_synchronization WHERE state = 'running'")
    locks = _rows(
        cr,
        "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    waits = _rows(
        cr,
        "SELECT 'account', id, last_error_code FROM ponto_account WHERE failure_count > 0 UNION ALL"
        " SELECT 'connection', id, last_error_code FROM ponto_connection WHERE failure_count > 0",
    )
    return [
        *(f"{kind} {number} waits for its next attempt ({code})" for kind, number, code in waits),
        *(f"account {account} is left busy ({stage})" for account, stage in accounts),
        *(f"run {run} of account {account} was never closed" for run, account in runs),
        *(f"the lock of {record} is still held" for (record,) in locks),
    ]


def _find_doubles(cr):
    rows = _rows(
        cr,
        "SELECT transaction_details ->> 'ponto', COUNT(*) FROM account_bank_statement_line"
        " WHERE transaction_details ->> 'ponto' IS NOT NULL GROUP BY 1 HAVING COUNT(*) > 1",
    )
    return [f"{ponto_id} is on {count} lines" for ponto_id, count in rows]


def _judge_items(cr, bank, account, journal, complete):
    """Compare the posted items of the ledger account with the bank's transactions, and the balance of each day."""
    _journal_id, ledger_account = journal
    rows = _rows(
        cr,
        "SELECT name, date, balance::text FROM account_move_line WHERE account_id = %s AND parent_state = 'posted'"
        " ORDER BY date, id",
        ledger_account,
    )
    items = [(name, day, Decimal(amount)) for name, day, amount in rows]
    booked, due = Counter(items), Counter(bank.bookings[account["ponto_id"]])
    wrong = [f"in the books, not at the bank: {count} x {item}" for item, count in (booked - due).items()]
    if not complete:
        return wrong
    wrong += [f"at the bank, not in the books: {count} x {item}" for item, count in (due - booked).items()]
    if not wrong and items != sorted(bank.bookings[account["ponto_id"]], key=lambda item: item[1]):
        wrong.append("the lines of a day are not in the order in which Ponto got them")
    moved = defaultdict(Decimal)
    for _name, day, balance in items:
        moved[day] += balance
    days = sorted(moved)
    in_books = dict(zip(days, accumulate(moved[day] for day in days), strict=True))
    at_bank = {datetime.date.fromisoformat(day): Decimal(total) for day, total in account["balances"].items()}
    opening = bank.opening(account)
    for day in sorted(at_bank.keys() | in_books.keys()):
        if in_books.get(day) != (at_bank[day] - opening if day in at_bank else None):
            wrong.append(f"{day}: ledger {in_books.get(day)}, bank {at_bank.get(day)} (opening {opening})")
    return wrong


def _judge_entries(cr, journal_id, ledger_account):
    """Find entries that a killed worker would have left half: drafts, numbers given twice, entries without a line."""
    drafts = _rows(cr, "SELECT id FROM account_move WHERE journal_id = %s AND state != 'posted'", journal_id)
    twice = _rows(
        cr, "SELECT name FROM account_move WHERE journal_id = %s GROUP BY name HAVING COUNT(*) > 1", journal_id
    )
    odd = _rows(
        cr,
        "SELECT move.id FROM account_move move LEFT JOIN account_bank_statement_line line ON line.move_id = move.id"
        " LEFT JOIN account_move_line item ON item.move_id = move.id"
        " WHERE move.journal_id = %s GROUP BY move.id"
        " HAVING COUNT(DISTINCT line.id) != 1 OR SUM(item.balance) != 0"
        " OR COUNT(*) FILTER (WHERE item.account_id = %s) != 1",
        journal_id,
        ledger_account,
    )
    return [
        *(f"entry {move} is not posted" for (move,) in drafts),
        *(f"the number {name} was given twice" for (name,) in twice),
        *(f"entry {move} is half" for (move,) in odd),
    ]


def _judge_statements(cr, bank, account, journal_id):
    """Compare both ends of every statement with the bank, and find lines of periods that are over without one."""
    rows = _rows(
        cr,
        "SELECT statement.name, statement.balance_start::text, statement.balance_end_real::text, SUM(line.amount)::text,"
        " MIN(move.date), MAX(move.date) FROM account_bank_statement statement"
        " JOIN account_bank_statement_line line ON line.statement_id = statement.id"
        " JOIN account_move move ON move.id = line.move_id WHERE line.journal_id = %s GROUP BY statement.id",
        journal_id,
    )
    wrong = []
    for name, *amounts, first_day, last_day in rows:
        start, end, total = map(Decimal, amounts)
        expected = (
            bank.balance_after(account, first_day - datetime.timedelta(days=1)),
            bank.balance_after(account, last_day),
        )
        if (start, end) != expected or start + total != end:
            wrong.append(f"statement {name}: {start} to {end} with {total}, bank {expected[0]} to {expected[1]}")
    [[period]] = _rows(cr, "SELECT statement_period FROM ponto_account WHERE ponto_id = %s", account["ponto_id"])
    yesterday = bank.today - datetime.timedelta(days=1)
    over = {"day": yesterday, "month": yesterday.replace(day=1), "none": EPOCH}[period]
    [[left_out]] = _rows(
        cr,
        "SELECT COUNT(*) FROM account_bank_statement_line line JOIN account_move move ON move.id = line.move_id"
        " WHERE line.journal_id = %s AND line.statement_id IS NULL AND move.date < %s",
        journal_id,
        over,
    )
    if left_out:
        wrong.append(f"{left_out} lines of periods that are over have no statement")
    return wrong
