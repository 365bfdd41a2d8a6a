"""Values that no bank should send: each ends in quarantine with a sentence, or on a correct line, in good company."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from freezegun import freeze_time

from odoo.tests import tagged

from ..sandbox import MISSING, RawJson
from .common import PontoCase

LONG = "Invoice 2026/17 " * 625
RIGHT_TO_LEFT = "تحويل \u202eabc\u202c שלום 12.50"
EMOJI = "👩‍👩‍👧 Party 🎉 at Zoë's"
CONTROLS = "Bill\x01 of\x08 lading\x1b[31m\x7f\x9b"
AHEAD = 61  # days

# What is sent -> a piece of the sentence that says why it is not in the books.
REFUSED = {
    "amount as words": ({"amount": "twelve"}, "no readable amount"),
    "amount with a comma": ({"amount": "12,50"}, "no readable amount"),
    "amount missing": ({"amount": None}, "no readable amount"),
    "amount NaN": ({"amount": RawJson("NaN")}, "no readable amount"),
    "amount infinite": ({"amount": RawJson("-Infinity")}, "no readable amount"),
    "amount 1e400": ({"amount": RawJson("1e400")}, "no readable amount"),
    "amount of 5,000 digits": ({"amount": RawJson("9" * 5000)}, "no readable amount"),
    "amount as a list": ({"amount": [1, 2]}, "no readable amount"),
    "amount of 15 digits": ({"amount": RawJson("999999999999999")}, "too large"),
    "amount of 15 digits and cents": ({"amount": RawJson("999999999999999.99")}, "too large"),
    "amount of 10^12": ({"amount": RawJson("1000000000000")}, "too large"),
    "amount of -10^12": ({"amount": RawJson("-1e12")}, "too large"),
    "amount of 1.005": ({"amount": RawJson("1.005")}, "more decimals than EUR"),
    "amount of 15 digits, too fine": ({"amount": RawJson("123456789012.345")}, "more decimals than EUR"),
    "currency unknown": ({"currency": "XQX"}, "is in XQX, the account in EUR"),
    "currency of another account": ({"currency": "USD"}, "is in USD, the account in EUR"),
    "currency missing": ({"currency": None}, "the account in EUR"),
    "day in 1969": ({"executionDate": "1969-12-31T00:00:00.000Z"}, "1969 cannot be right"),
    "day in 2999": ({"executionDate": "2999-01-01T00:00:00.000Z"}, "2999 cannot be right"),
    "day that is none": (
        {"executionDate": "2026-02-30T00:00:00.000Z", "valueDate": "soon"},
        "neither an execution date nor a value date",
    ),
    "day missing": ({"executionDate": None, "valueDate": None}, "neither an execution date nor a value date"),
    "NUL in a text": ({"remittanceInformation": "Bill\x00 17"}, "cannot be stored"),
    "half a surrogate in a text": ({"counterpartName": RawJson('"a\\ud800b"')}, "cannot be stored"),
    "a text that is a list": ({"remittanceInformation": ["a"]}, "A text of it cannot be read"),
    "an account number that is an object": ({"counterpartReference": {}}, "A text of it cannot be read"),
    "attributes that are a list": (None, "no readable amount"),
}
# What is sent -> values of the line.
ACCEPTED = {
    "amount as a text": ({"amount": "12.50"}, {"amount": 12.50}),
    "amount with an exponent": ({"amount": RawJson("1.25e1")}, {"amount": 12.50}),
    "amount with zeros": ({"amount": RawJson("12.5000")}, {"amount": 12.50}),
    "currency in small letters": ({"currency": "eur"}, {}),
    "10,000 characters": ({"remittanceInformation": LONG}, {"payment_ref": LONG.strip()}),
    "10,000 characters beside the label": ({"additionalInformation": LONG, "description": LONG}, {}),
    "control characters": ({"remittanceInformation": CONTROLS}, {"payment_ref": "Bill of lading[31m"}),
    "control characters beside the label": (
        {"additionalInformation": CONTROLS, "counterpartName": CONTROLS, "endToEndId": CONTROLS, "mandateId": CONTROLS},
        {"partner_name": "Bill of lading[31m"},
    ),
    "emoji": ({"remittanceInformation": EMOJI, "counterpartName": EMOJI}, {"payment_ref": EMOJI}),
    "right-to-left text": ({"remittanceInformation": RIGHT_TO_LEFT}, {"payment_ref": RIGHT_TO_LEFT}),
    "an HTML tag": (
        {"remittanceInformation": "<script>alert(1)</script>", "description": "<b onclick='x()'>bold</b>"},
        {"payment_ref": "<script>alert(1)</script>"},
    ),
    "a formula": ({"remittanceInformation": "=1+1"}, {"payment_ref": "=1+1"}),
    "texts that are numbers": ({"remittanceInformation": RawJson("17"), "endToEndId": 4}, {"payment_ref": "17"}),
    "a moment of creation that is none": ({"createdAt": "soon", "updatedAt": None}, {}),
    "a value date that is none": ({"valueDate": "soon"}, {}),
}


@tagged("post_install", "-at_install")
class TestHostileValues(PontoCase):
    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.neighbours = 0
        self.pay_neighbour()

    def pay_neighbour(self):
        self.neighbours += 1
        return self.pay(self.bank_account, f"{self.neighbours}.01", remittance_information=f"Good {self.neighbours}")

    def pay_hostile(self, overrides=None, amount="12.50", **values):
        """Book a transaction with odd values, between two good neighbours on the same page."""
        item = self.pay(self.bank_account, amount, overrides=overrides or {}, **values)
        self.pay_neighbour()
        return item

    def start(self):
        """Connect and import; return connection and what the invariants need."""
        connection, wizard = self.connect()
        self.choose(wizard)
        connection.account_ids.import_from = date.today() - timedelta(days=30)
        books = self.watch(self.bank_account, connection.account_ids)
        return connection, books

    def row_of(self, item):
        return self.env["ponto.transaction"].search([("raw", "like", item.internal_reference)])

    def assertNeighboursBooked(self, account):
        labels = self.lines_of(account).mapped("payment_ref")
        good = [label for label in labels if label.startswith("Good")]
        self.assertEqual(sorted(good), sorted(f"Good {number}" for number in range(1, self.neighbours + 1)))

    def assertQuarantined(self, row, sentence):
        self.assertEqual((row.state, bool(row.statement_line_id)), ("error", False), row.message)
        self.assertIn(sentence, row.message)

    # ------------------------------------------------------------------ single values

    def test_what_cannot_be_right_stands_alone_with_a_sentence(self):
        items = {}
        for name, (overrides, _sentence) in REFUSED.items():
            items[name] = self.pay_hostile(overrides)
        items["attributes that are a list"].members["attributes"] = [items[name].internal_reference]
        connection, books = self.start()
        books.refused.update(item.bank_id for item in items.values())
        self.synchronize(connection)
        account = connection.account_ids
        self.assertNeighboursBooked(account)
        for name, item in items.items():
            with self.subTest(name):
                self.assertQuarantined(self.row_of(item), REFUSED[name][1])
        self.assertInvariants(books)
        self.assertEqual(account.waiting_count, len(items))
        with self.working() as env:
            env["ponto.transaction"].browse(account.transaction_ids.ids).action_retry()
        self.assertInvariants(books)
        self.assertEqual(account.waiting_count, len(items))

    def test_what_is_odd_and_right_is_a_correct_line(self):
        items = {name: self.pay_hostile(overrides) for name, (overrides, _values) in ACCEPTED.items()}
        connection, books = self.start()
        self.synchronize(connection)
        self.assertNeighboursBooked(connection.account_ids)
        for name, item in items.items():
            with self.subTest(name):
                row = self.row_of(item)
                line = row.statement_line_id
                self.assertEqual((row.state, len(line)), ("imported", 1), row.message)
                self.assertEqual((line.date, line.state), (item.day, "posted"))
                for field, value in ACCEPTED[name][1].items():
                    self.assertEqual(line[field], value)
                self.assertFalse(re.search(r"<(?!/?(p|br)\b)", str(line.narration)), line.narration)
        self.assertInvariants(books)

    def test_the_largest_amount_that_fits_is_exact(self):
        for amount in ("999999999999.99", "-999999999999.99", "0.01", "-0.01", "0"):
            self.pay_hostile(amount=amount)
        connection, books = self.start()
        self.synchronize(connection)
        self.assertInvariants(books)
        self.assertNeighboursBooked(connection.account_ids)

    # ------------------------------------------------------------------ ids

    def test_a_transaction_without_a_usable_id_is_kept_once(self):
        items = [
            self.pay_hostile(members={"id": value}, remittance_information=f"Without {number}")
            for number, value in enumerate((MISSING, None, "", 7, {}, "a b", "a\x00", "x" * 201))
        ]
        last = self.pay(self.bank_account, "3.00", members={"id": MISSING})
        connection, books = self.start()
        books.refused.update(item.bank_id for item in (*items, last))
        account = connection.account_ids
        for _time in range(3):
            self.synchronize(connection)
            self.assertInvariants(books)
            for item in (*items, last):
                row = self.row_of(item)
                self.assertEqual(len(row), 1)
                self.assertQuarantined(row, "gives it no id")
                self.assertEqual(row.amount, item.amount)
            self.pay_neighbour()
        with self.working() as env:
            env["ponto.transaction"].browse(account.transaction_ids.ids).action_retry()
        self.assertInvariants(books)
        self.assertNeighboursBooked(account)
        self.assertEqual(set(account.transaction_ids.mapped("state")), {"imported", "error"})

    def test_paging_goes_on_behind_a_transaction_without_an_id(self):
        """Pages of two: each of them ends with it, or holds nothing else."""
        self.bank.options.page_limit_cap = 2
        items = [self.pay_hostile(members={"id": MISSING}) for _number in range(4)]
        items += [self.pay(self.bank_account, "2.00", members={"id": None}) for _number in range(3)]
        connection, books = self.start()
        books.refused.update(item.bank_id for item in items)
        self.synchronize(connection)
        self.assertInvariants(books)
        self.assertNeighboursBooked(connection.account_ids)
        self.assertEqual(len(connection.account_ids.transaction_ids), self.neighbours + len(items))

    def serve_again(self, item, **changes):
        """Let Ponto list a transaction a second time on the page; the bank has it once."""
        again = replace(item, sequence=item.sequence - 1, **changes)
        self.bank_account.visible.insert(self.bank_account.visible.index(item), again)

    def test_an_id_that_comes_twice_with_the_same_content_is_one_line(self):
        item = self.pay_hostile()
        self.serve_again(item)
        connection, books = self.start()
        for _time in range(2):
            self.synchronize(connection)
            self.assertInvariants(books)
            self.pay_neighbour()
        self.assertEqual(self.row_of(item).state, "imported")

    def test_an_id_that_comes_twice_with_another_content_is_said(self):
        item = self.pay_hostile()
        self.serve_again(item, amount=Decimal("99.00"))
        connection, books = self.start()
        account = connection.account_ids
        for _time in range(3):
            self.synchronize(connection)
            self.assertInvariants(books)
            self.assertNeighboursBooked(account)
            first, again = self.row_of(item).sorted("amount")
            self.assertEqual((first.state, first.ponto_id, first.amount), ("imported", item.id, 12.50))
            self.assertQuarantined(again, "gives its id to another transaction too")
            self.assertEqual(again.amount, 99)
            self.pay_neighbour()
        with self.working() as env:
            env["ponto.transaction"].browse(again.id).action_retry()
        self.assertQuarantined(again, "gives its id to another transaction too")
        self.assertInvariants(books)

    # ------------------------------------------------------------------ days

    def test_a_day_that_lies_ahead_is_imported_when_it_comes_near(self):
        noon = datetime.combine(date.today(), datetime.min.time(), timezone.utc) + timedelta(hours=12)
        with freeze_time(noon) as frozen:
            item = self.pay_hostile(day=date.today() + timedelta(days=AHEAD))
            _connection, books = self.start()
            books.refused.add(item.bank_id)
            row = None
            for _day in range(AHEAD - 32):
                frozen.tick(timedelta(days=1))
                self.run_cron()
                row = self.row_of(item)
                self.assertQuarantined(row, "when the day comes near")
            self.assertInvariants(books)
            for _day in range(2):
                frozen.tick(timedelta(days=1))
                self.run_cron()
            books.refused.clear()
            self.assertInvariants(books)
            self.assertEqual(row.statement_line_id.date, item.day)
