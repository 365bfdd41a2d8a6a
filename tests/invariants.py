"""The rules that must never break, in one place.

Their oracles are the sandbox's own ledger and plain SQL on statement lines and journal items. What the addon says of
itself is read only where a rule is about what it says: why a transaction is not in the books, and what an error means.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

ONE_DAY = timedelta(days=1)


class Violation(NamedTuple):
    """One rule that is broken, and by what."""

    rule: int
    text: str


class Line(NamedTuple):
    """A posted bank transaction of a journal, as the database has it."""

    id: int
    date: date
    amount: Decimal
    ponto_id: str | None


class Watch:
    """A bank account of the sandbox beside the journal that keeps it, and what users did to its lines.

    The test tells it everything that a person does; a transaction is named by its `bank_id`, which stays when Ponto
    gives the account and its transactions new ids.

    :param bank: the sandbox's bank
    :param bank_account: its account
    :param account: linked `ponto.account` record, of which nothing is in the books yet
    """

    def __init__(self, bank, bank_account, account):
        self.bank = bank
        self.generations = [bank_account]
        self.env = account.env
        self.journal = account.journal_id
        self.company = self.journal.company_id
        self.start = account.import_from
        self.before = sum((amount for day, amount in self.ledger() if day < self.start), Decimal(0))
        self.opening_day = None
        # What users did.
        self.deleted = set()  # transactions whose line a user deleted
        self.typed = {}  # line id: {column: value}
        self.matched = {}  # line id: journal items at that moment
        self.redated = {}  # transaction: first open day that a user chose
        self.own_lines = set()  # ids of lines that a user entered
        self.own_statements = set()  # ids of statements that a user made or edited
        # What the test did to the world.
        self.refused = set()  # transactions that cannot be right: quarantine
        self.earlier = defaultdict(set)  # transaction: (day, amount) before the bank changed it
        self.kept_old = set()  # transactions whose line could not follow a change once
        self.in_time = True  # False while Ponto may not have been read: what is new may be missing

    @property
    def bank_account(self):
        """Return the account as it is linked in Ponto now."""
        return self.generations[-1]

    # ------------------------------------------------------------------ what people and the bank do

    def relinked(self, bank_account):
        """Note that Ponto knows the account under new ids."""
        self.generations.append(bank_account)

    def note_change(self, item):
        """Note what the bank said of a transaction, right before it changes it."""
        self.earlier[item.bank_id].add((item.day, item.amount))

    def note_typed(self, line, *columns):
        """Note what a user wrote on a bank transaction."""
        line.flush_recordset()
        self.typed.setdefault(line.id, {}).update(self._read_columns(line.id, columns))

    def note_matched(self, line):
        """Note the journal items of a bank transaction that a user reconciled."""
        self.env.flush_all()
        self.matched[line.id] = self.items_of(line.id)

    def note_deleted(self, *items, line_id=None):
        """Note that a user deleted the bank transactions of these transactions, and what was typed on them."""
        self.deleted.update(item.bank_id for item in items)
        self.typed.pop(line_id, None)
        self.matched.pop(line_id, None)

    def note_opening(self, line):
        """Note the opening entry: from its day on ledger and bank are equal, not only their differences."""
        self.opening_day = line.date
        self.own_lines.add(line.id)

    # ------------------------------------------------------------------ the bank

    def items(self):
        """Return the transactions that Ponto shows; what it lists twice is one."""
        first = {}
        for item in self.bank.transactions(self.bank_account):
            first.setdefault(item.bank_id, item)
        return list(first.values())

    def balance(self, day):
        """Return the bank's own balance at the end of a day, without what Ponto has not seen yet."""
        unseen = (item.amount for item in self.bank_account.unseen if item.day <= day)
        return self.bank.balance(self.bank_account, day) - sum(unseen, Decimal(0))

    def key_of(self, ponto_id):
        """Return the transaction that ever had an id, or None."""
        for bank_account in self.generations:
            if item := bank_account.seen.get(ponto_id):
                return item.bank_id
        return None

    # ------------------------------------------------------------------ the books, by plain SQL

    def select(self, query, *values):
        """Return the rows of a query, of what is written by now."""
        self.env.flush_all()
        self.env.cr.execute(query, values)
        return self.env.cr.fetchall()

    def lines(self):
        """Return the posted bank transactions of the journal."""
        rows = self.select(
            "SELECT line.id, move.date, line.amount::text, line.transaction_details ->> 'ponto'"
            " FROM account_bank_statement_line line JOIN account_move move ON move.id = line.move_id"
            " WHERE line.journal_id = %s AND move.state = 'posted' ORDER BY line.id",
            self.journal.id,
        )
        return [Line(line_id, day, Decimal(amount), ponto_id) for line_id, day, amount, ponto_id in rows]

    def ledger(self):
        """Return day and sum of the posted items on the journal's account, in the currency of the journal."""
        own_currency = not self.journal.currency_id or self.journal.currency_id == self.company.currency_id
        rows = self.select(
            f"SELECT date, SUM({'balance' if own_currency else 'amount_currency'})::text FROM account_move_line"
            " WHERE account_id = %s AND company_id = %s AND parent_state = 'posted' GROUP BY date ORDER BY date",
            self.journal.default_account_id.id,
            self.company.id,
        )
        return [(day, Decimal(amount)) for day, amount in rows]

    def items_of(self, line_id):
        """Return the journal items of a bank transaction with what they are matched with."""
        return self.select(
            "SELECT item.id, item.account_id, item.balance::text, item.reconciled, item.full_reconcile_id,"
            " item.matching_number FROM account_move_line item"
            " JOIN account_bank_statement_line line ON line.move_id = item.move_id"
            " WHERE line.id = %s AND item.parent_state = 'posted' ORDER BY item.id",
            line_id,
        )

    def statements(self):
        """Return id, first and last day, and ends of the statements of the journal that nobody edited."""
        rows = self.select(
            "SELECT statement.id, MIN(move.date), MAX(move.date), statement.balance_start::text,"
            " statement.balance_end_real::text, statement.is_complete FROM account_bank_statement statement"
            " JOIN account_bank_statement_line line ON line.statement_id = statement.id"
            " JOIN account_move move ON move.id = line.move_id"
            " WHERE line.journal_id = %s AND NOT statement.id = ANY(%s) GROUP BY statement.id ORDER BY 2",
            self.journal.id,
            list(self.own_statements),
        )
        return [(*row[:3], Decimal(row[3]), Decimal(row[4]), row[5]) for row in rows]

    def _read_columns(self, line_id, columns):
        found = self.select(
            f"SELECT {', '.join(f'line.{column}' for column in columns)} FROM account_bank_statement_line line"
            " JOIN account_move move ON move.id = line.move_id AND move.state = 'posted' WHERE line.id = %s",
            line_id,
        )
        return dict(zip(columns, found[0], strict=True)) if found else {}

    # ------------------------------------------------------------------ what may differ, and must say why

    def lock_date(self):
        """Return the last locked day of the journal."""
        return self.company._get_user_fiscal_lock_date(self.journal, ignore_exceptions=True)

    def is_due(self, item):
        """Tell whether a transaction belongs into the books."""
        return item.day >= self.start

    def may_be_absent(self, item):
        """Tell whether the world excuses that a transaction has no line."""
        return (
            not self.is_due(item)
            or not self.in_time
            or item.bank_id in self.deleted
            or item.bank_id in self.refused
            or item.day <= self.lock_date()
        )

    def may_be_old(self, line, item):
        """Tell whether a line may stay on an earlier version of its transaction: the bank changed it too late."""
        if (line.date, line.amount) not in self.earlier[item.bank_id]:
            return False
        lock_date = self.lock_date()
        if line.id in self.matched or line.date.year != item.day.year or min(line.date, item.day) <= lock_date:
            self.kept_old.add(item.bank_id)
        return item.bank_id in self.kept_old or not self.in_time

    def says_why(self, item):
        """Tell whether the row of a transaction explains why the books differ.

        A row is found by what Ponto sent, so that one without a usable id counts too.
        """
        if not self.in_time:
            return True
        rows = self.select(
            "SELECT id FROM ponto_transaction WHERE company_id = %s AND raw LIKE %s",
            self.company.id,
            f"%{item.internal_reference}%",
        )
        messages = self.env["ponto.transaction"].browse(row[0] for row in rows).mapped("message")
        return any(map(is_sentence, messages))

    def pairs(self):
        """Return the transactions with their lines: list of pairs, and the lines that belong to none."""
        by_key = defaultdict(list)
        strays = []
        for line in self.lines():
            key = self.key_of(line.ponto_id)
            if key:
                by_key[key].append(line)
            elif line.id not in self.own_lines:
                strays.append(line)
        pairs = [(item, by_key.pop(item.bank_id, [])) for item in self.items()]
        return pairs, [*strays, *(line for lines in by_key.values() for line in lines)]

    def deviations(self):
        """Return what the books rightly have otherwise than the bank: per transaction its list of (day, amount)."""
        found = []
        for item, lines in self.pairs()[0]:
            if len(lines) == 1 and (lines[0].date, lines[0].amount) != (item.day, item.amount):
                line = lines[0]
                if self.redated.get(item.bank_id) == line.date or self.may_be_old(line, item):
                    found.append([(item.day, -item.amount), (line.date, line.amount)])
            elif not lines and self.is_due(item) and self.may_be_absent(item):
                found.append([(item.day, -item.amount)])
        return found


def is_sentence(text):
    """Tell whether a text is one a person can read: no code, no placeholder, no missing value."""
    text = str(text or "")
    return len(text) > 15 and " " in text and text.endswith((".", "?", "…")) and not any(
        sign in text for sign in ("%(", "None", "False", "Traceback")
    )  # fmt: skip


# ---------------------------------------------------------------------- the rules


def each_transaction_on_one_line(watch):
    """(1) Each transaction of the sandbox that is due is on exactly one posted line; others say why."""
    pairs, strays = watch.pairs()
    for item, lines in pairs:
        if len(lines) > 1:
            yield f"{_name(item)} is on {len(lines)} lines"
        elif lines and not watch.is_due(item) and not watch.earlier[item.bank_id]:
            yield f"{_name(item)} is before the start date and on a line"
        elif lines and lines[0].amount != item.amount and not watch.may_be_old(lines[0], item):
            yield f"{_name(item)} is on a line of {lines[0].amount}"
        elif not lines and not watch.may_be_absent(item):
            yield f"{_name(item)} is on no line"
        elif (not lines or lines[0].amount != item.amount) and not watch.says_why(item):
            yield f"{_name(item)} does not say why it is not in the books"
    for line in strays:
        yield f"line {line.id} of {line.date} with {line.amount} belongs to no transaction"
    doubled = watch.select(
        "SELECT line.transaction_details ->> 'ponto', COUNT(*) FROM account_bank_statement_line line"
        " JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'"
        " WHERE line.company_id = %s AND line.journal_id != %s AND line.transaction_details ->> 'ponto' IN"
        " (SELECT transaction_details ->> 'ponto' FROM account_bank_statement_line WHERE journal_id = %s) GROUP BY 1",
        watch.company.id,
        watch.journal.id,
        watch.journal.id,
    )
    for ponto_id, _count in doubled:
        yield f"transaction {ponto_id} is in another journal too"


def ledger_equals_bank_every_day(watch):
    """(2) The ledger balance equals the sandbox's balance of the day, for every day."""
    booked = dict(watch.ledger())
    corrections = defaultdict(Decimal)
    for terms in watch.deviations():
        for day, amount in terms:
            corrections[day] += amount
    for line in watch.lines():
        if line.id in watch.own_lines and line.date != watch.opening_day:
            corrections[line.date] += line.amount
    first = watch.start - ONE_DAY
    offset = watch.before - watch.balance(first)
    ledger = correction = Decimal(0)
    for day in sorted({first, *booked, *corrections, *(item.day for item in watch.items())}):
        ledger += booked.get(day, 0)
        correction += corrections[day]
        opened = watch.opening_day and day >= watch.opening_day
        expected = watch.balance(day) + correction + (0 if opened else offset)
        if day >= first and ledger != expected:
            yield f"on {day} the ledger has {ledger}, the bank {expected}"
            return


def lines_on_their_bank_day(watch):
    """(3) No line has another date than its bank day, except by *first open day*."""
    for item, lines in watch.pairs()[0]:
        for line in lines:
            if line.date in (item.day, watch.redated.get(item.bank_id)):
                continue
            if not watch.may_be_old(line, item) or not watch.says_why(item):
                yield f"{_name(item)} is booked on {line.date}"


def statements_equal_the_bank(watch):
    """(4) Every made statement's ends equal the sandbox's balances of these days; it is valid and complete."""
    deviations = watch.deviations()
    days = [day for terms in deviations for day, _amount in terms]
    found = watch.statements()
    for number, (statement_id, first, last, start, end, is_complete) in enumerate(found):
        since = found[number - 1][2] if number else date.min
        until = found[number + 1][1] if number + 1 < len(found) else date.max
        # What a user deleted may have been its first or its last line.
        starts = [first - ONE_DAY, *(day - ONE_DAY for day in days if since < day < first)]
        ends = [last, *(day for day in days if last < day < until)]
        for what, value, possible in (("starts", start, starts), ("ends", end, ends)):
            if not any(_is_explained(value - watch.balance(day), deviations, day) for day in possible):
                yield f"statement {first} to {last} {what} at {value}, the bank has {watch.balance(possible[0])}"
        if not is_complete and not any(since < day < until for day in days):
            yield f"statement {first} to {last} is not complete"
        if not watch.env["account.bank.statement"].browse(statement_id).is_valid and not any(d < until for d in days):
            yield f"statement {first} to {last} does not continue the one before"


def _is_explained(difference, deviations, day):
    """Tell whether some deviations up to a day make a difference; without any, none may be."""
    sums = {Decimal(0)}
    for terms in deviations:
        amount = sum((amount for at, amount in terms if at <= day), Decimal(0))
        sums |= {known + amount for known in sums}
    return difference in sums


def user_s_work_unchanged(watch):
    """(5) Nothing a user typed, deleted or reconciled has changed."""
    for item, lines in watch.pairs()[0]:
        if lines and item.bank_id in watch.deleted:
            yield f"{_name(item)} was deleted and is back"
    for line_id, values in watch.typed.items():
        now = watch._read_columns(line_id, list(values))
        if now != values:
            yield f"a user wrote {values} on line {line_id}, it has {now}"
    for line_id, items in watch.matched.items():
        if watch.items_of(line_id) != items:
            yield f"the journal items of line {line_id}, which a user matched, have changed"


def nothing_left_busy(watch):
    """(6) No account is left busy once the run is over, except one that failed, which has a next attempt."""
    for account in _accounts(watch):
        running = account.synchronization_ids.filtered(lambda run: run.state == "running")
        if account.linked and (account.sync_stage or running) and not _has_next_attempt(account):
            yield f"account {account.display_name} is left in stage {account.sync_stage or 'running'}"


def errors_are_told(watch):
    """(7) Every error has a sentence and a next attempt, or waits for a person and says so."""
    for connection in _connections(watch):
        if connection.last_error_code and not is_sentence(connection.last_error_message):
            yield f"connection {connection.name}: no sentence for {connection.last_error_code}"
        if connection.state == "error" and not connection.activity_ids:
            yield f"connection {connection.name} waits for a person who is not told"
        if connection.state != "error" and connection.failure_count and not connection.next_sync_at:
            yield f"connection {connection.name} has no next attempt"
    for account in _accounts(watch):
        if account.last_error_code and not is_sentence(account.last_error_message):
            yield f"account {account.display_name}: no sentence for {account.last_error_code}"
        if account.last_error_code and account.linked and not _has_next_attempt(account):
            yield f"account {account.display_name} has no next attempt"
    for run in watch.env["ponto.synchronization"].search(
        [("company_id", "=", watch.company.id), ("state", "=", "error")]
    ):
        if not is_sentence(run.error_message):
            yield f"run {run.id}: no sentence for {run.error_code}"
    rows = watch.env["ponto.transaction"].search([("company_id", "=", watch.company.id), ("state", "=", "error")])
    for row in rows.filtered(lambda row: not is_sentence(row.message)):
        yield f"transaction {row.ponto_id}: no sentence for {row.reason}"


RULES = {
    1: each_transaction_on_one_line,
    2: ledger_equals_bank_every_day,
    3: lines_on_their_bank_day,
    4: statements_equal_the_bank,
    5: user_s_work_unchanged,
    6: nothing_left_busy,
    7: errors_are_told,
}


def _connections(watch):
    return watch.env["ponto.connection"].search([("company_id", "=", watch.company.id)])


def _accounts(watch):
    return watch.env["ponto.account"].search([("company_id", "=", watch.company.id)])


def _has_next_attempt(account):
    """Tell whether an account, or the connection it waits for, is tried again or waits for a person."""
    connection = account.connection_id
    if connection.state == "error" or connection.failure_count:
        return connection.state == "error" or bool(connection.next_sync_at)
    return bool(account.next_attempt_at)


def _name(item):
    return f"transaction {item.id} of {item.day} with {item.amount}"


def violations(*watches, rules=None):
    """Return every rule that is broken.

    :param watches: `Watch` objects of one company
    :param rules: numbers of the rules to check, all when not given
    :return list: `Violation`
    """
    for watch in watches:
        watch.env.invalidate_all()
    return [
        Violation(number, text)
        for number, rule in RULES.items()
        if rules is None or number in rules
        for watch in watches
        for text in rule(watch)
    ]
