from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import tagged

from .common import IBAN, OTHER_IBAN, PontoCase

ONE_DAY = timedelta(days=1)
FIRST_DAYS_AGO = 75
BATCHES = (70, 52, 31, 14)  # days ago of salary runs, which CODA writes as one movement each
TWINS_DAYS_AGO = 40
POST_DATED_DAYS_AGO = 25
SINGLES = 82
# What a statement writes on a line that it takes up.
STATEMENT_COLUMNS = ("statement_id", "write_date", "write_uid")
PARTNERS = (OTHER_IBAN, "BE62510007547061", "BE43068999999501")


@tagged("post_install", "-at_install")
class TestComingFromCoda(PontoCase):
    """Books that were fed with CODA files for months: value dates, other labels, globalized batches."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.today = date.today()
        self.first_day = self.today - timedelta(days=FIRST_DAYS_AGO)
        self.post_dated_to = date(self.today.year, 12, 31)
        self.journal = self.env["account.journal"].create(
            {"name": "Bank by CODA", "code": "CODA", "type": "bank", "company_id": self.company.id}
        )
        self.written = []  # values of the lines, as a CODA import writes them
        self.book_at_the_bank()

    # ------------------------------------------------------------------ the bank, and what CODA made of it

    def happen(self, amount, days_ago, value_days=0, number=OTHER_IBAN, text="Communication"):
        """Book a transaction at the bank.

        :return tuple: amount, value date, account number: what a CODA movement tells of it
        """
        day = self.today - timedelta(days=days_ago)
        value_date = day + timedelta(days=value_days)
        self.bank.add_transaction(
            self.bank_account,
            Decimal(amount),
            day,
            value_date,
            remittance_information=text,
            counterpart_name="Somebody",
            counterpart_reference=number,
        )
        return float(amount), value_date, number

    def write_line(self, amount, day, number):
        """Write a line as a CODA import does."""
        label = f"{number or 'Salaries'} 0123456789 /A/ CODA"
        self.written.append({"amount": amount, "date": day, "account_number": number, "payment_ref": label})

    def book_at_the_bank(self):
        """82 single movements, 4 batches of 6, 3 equal twins, 1 post-dated: 90 lines of 110 transactions."""
        for number in range(SINGLES):
            amount = Decimal(number * 13 % 700 - 300) + Decimal(number).scaleb(-2)
            days_ago = FIRST_DAYS_AGO - number * 70 // SINGLES
            partner = PARTNERS[number % 3] if number % 5 else None
            self.write_line(*self.happen(amount, days_ago, number % 3 == 1, partner, f"Invoice {number}"))
        for days_ago in BATCHES:
            salaries = [
                self.happen(f"-{1500 + 10 * number}.1{number}", days_ago, number=PARTNERS[number % 3], text="Salary")
                for number in range(6)
            ]
            self.write_line(round(sum(amount for amount, _day, _number in salaries), 2), salaries[0][1], False)
        for _twin in range(3):
            self.write_line(*self.happen("-12.00", TWINS_DAYS_AGO, text="Parking"))
        amount, _day, number = self.happen("-987.65", POST_DATED_DAYS_AGO, number=PARTNERS[1], text="Insurance")
        self.write_line(amount, self.post_dated_to, number)

    def import_coda(self):
        """Bring what CODA wrote into the journal, open it by hand, and reconcile twenty lines.

        :return: `account.bank.statement.line` records
        """
        lines = self.env["account.bank.statement.line"].create(
            [{"journal_id": self.journal.id, **values} for values in self.written]
        )
        for line in lines[::4][:20]:
            self.book_elsewhere(line)
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "date": self.first_day - ONE_DAY,
                "amount": 1000,
                "payment_ref": "Opening",
                "counterpart_account_id": self.company.get_unaffected_earnings_account().id,
            }
        )
        return lines

    # ------------------------------------------------------------------ looking at the books

    def stored(self, lines):
        """Return every stored column of lines, their entries and items."""
        self.env.flush_all()
        found = []
        for table, column in (
            ("account_bank_statement_line", "id"),
            ("account_move", "statement_line_id"),
            ("account_move_line", "statement_line_id"),
        ):
            self.env.cr.execute(f"SELECT * FROM {table} WHERE {column} = ANY(%s) ORDER BY id", [lines.ids])
            columns = [column.name for column in self.env.cr.description]
            for row in self.env.cr.fetchall():
                values = dict(zip(columns, row, strict=True))
                found.append({name: value for name, value in values.items() if name not in STATEMENT_COLUMNS})
        return found

    def ledger_by_day(self):
        """Return the posted ledger balance at the end of every day with an item."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT date, SUM(balance)::text FROM account_move_line WHERE account_id = %s AND parent_state = 'posted'"
            " GROUP BY date ORDER BY date",
            [self.journal.default_account_id.id],
        )
        return self.add_up((day, Decimal(amount)) for day, amount in self.env.cr.fetchall())

    def bank_by_day(self, day_of, moved=()):
        """Return the bank's balance at the end of every day, by its own ledger.

        :param day_of: which date of a transaction counts
        :param moved: (amount, day of the bank, day in the books) of lines that are known to be on another day
        """
        found = [(self.first_day - ONE_DAY, Decimal(1000))]
        found += [(day_of(item), item.amount) for item in self.bank_account.ledger]
        for amount, day, other_day in moved:
            found += [(day, -amount), (other_day, amount)]
        return self.add_up(found)

    def add_up(self, amounts):
        by_day = defaultdict(Decimal)
        for day, amount in amounts:
            by_day[day] += amount
        balance, balances = Decimal(0), {}
        for day in sorted(by_day):
            balance += by_day[day]
            balances[day] = balance
        return {day: balance for day, balance in balances.items() if by_day[day]}

    def take_over(self, **kwargs):
        connection, _wizard = self.connect(**kwargs)
        self.run_cron()  # reads the whole history before anything is ticked
        action = connection.action_fetch_accounts()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.line_ids.write(
            {
                "selected": True,
                "journal_id": self.journal.id,
                "import_scope": "date",
                "import_from": self.first_day,
            }
        )
        self.assertEqual((wizard.line_ids.transaction_count, wizard.line_ids.known_count), (0, 110))
        wizard.action_confirm()
        self.synchronize(connection)
        return connection.account_ids

    def assertTakenOver(self, account, lines):
        """Assert that each transaction is linked once, each line stands for something, and nothing was touched."""
        links = self.env["ponto.link"].search([("account_id", "=", account.id)])
        self.assertEqual(len(links.transaction_ids), 110)
        self.assertEqual(links.line_ids, lines)
        self.assertEqual(sum(len(link.line_ids) for link in links), 90)
        self.assertEqual(len(links.filtered(lambda link: link.evidence == "day_total")), 4)
        post_dated = links.filtered(lambda link: link.evidence == "other_day")
        self.assertEqual(post_dated.line_ids.mapped("date"), [self.post_dated_to])
        self.assertEqual(len(self.lines_of(account)), 91)  # with the opening
        self.assertEqual(len(lines.filtered("is_reconciled")), 20)
        return links

    def go_on(self, account):
        """Let the bank book two more: only these come."""
        before = self.lines_of(account)
        self.pay(self.bank_account, "55.55", days_ago=0)
        self.pay(self.bank_account, "-5.55", days_ago=0)
        self.synchronize(account)
        self.assertEqual((self.lines_of(account) - before).mapped("amount"), [55.55, -5.55])

    # ------------------------------------------------------------------ tests

    def test_books_by_value_date_go_on_by_value_date(self):
        lines = self.import_coda()
        before = self.stored(lines)
        account = self.take_over(date_source="value")
        self.assertTakenOver(account, lines)
        self.assertEqual(self.stored(lines), before)
        self.go_on(account)
        insurance = (Decimal("-987.65"), self.today - timedelta(days=POST_DATED_DAYS_AGO), self.post_dated_to)
        expected = self.bank_by_day(lambda item: item.value_date or item.day, moved=[insurance])
        self.assertEqual(self.ledger_by_day(), expected)

    def test_books_by_value_date_go_on_by_execution_date_and_the_report_tells_each_other_day(self):
        lines = self.import_coda()
        before = self.stored(lines)
        account = self.take_over()
        links = self.assertTakenOver(account, lines)
        self.assertEqual(self.stored(lines), before)
        self.go_on(account)
        moved = [
            (Decimal(str(link.amount)), link.date, link.line_ids.date)
            for link in links
            if len(link.line_ids) == 1 and link.line_ids.date != link.date
        ]
        self.assertEqual(len(moved), 28)  # every third single has another value date, and the post-dated one
        self.assertEqual(self.ledger_by_day(), self.bank_by_day(lambda item: item.day, moved=moved))

    def test_the_journal_is_found_by_its_number(self):
        self.journal.bank_account_id = self.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": self.company.partner_id.id, "company_id": self.company.id}
        )
        self.import_coda()
        _connection, wizard = self.connect()
        self.assertEqual(wizard.line_ids.journal_id, self.journal)
