"""A line has the bank's day: whatever the hour, the season, the zone of the user or of the company."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo.tests import tagged

from .common import PontoCase

# What Ponto sends -> the day at a Belgian bank. Summer time 2024: from 31 March to 27 October, 01:00Z.
BELGIAN = {
    # a calendar day, written as its midnight in UTC
    "2024-01-15T00:00:00.000Z": date(2024, 1, 15),
    "2024-07-15T00:00:00Z": date(2024, 7, 15),
    "2024-02-29T00:00:00.000Z": date(2024, 2, 29),
    "2024-12-31T00:00:00.000Z": date(2024, 12, 31),
    "2025-01-01T00:00:00.000Z": date(2025, 1, 1),
    "2024-07-15": date(2024, 7, 15),
    # late in the evening: winter is an hour ahead of UTC, summer two
    "2024-01-15T22:30:00.000Z": date(2024, 1, 15),
    "2024-01-15T23:30:00.000Z": date(2024, 1, 16),
    "2024-07-15T21:30:00.000Z": date(2024, 7, 15),
    "2024-07-15T22:30:00.000Z": date(2024, 7, 16),
    "2024-07-15T23:30:00.000Z": date(2024, 7, 16),
    # the night before summer time begins, and the night after
    "2024-03-30T22:30:00.000Z": date(2024, 3, 30),
    "2024-03-30T23:30:00.000Z": date(2024, 3, 31),
    "2024-03-31T00:30:00.000Z": date(2024, 3, 31),
    "2024-03-31T01:30:00.000Z": date(2024, 3, 31),
    "2024-03-31T21:30:00.000Z": date(2024, 3, 31),
    "2024-03-31T22:30:00.000Z": date(2024, 4, 1),
    # the night before it ends, and the night after
    "2024-10-26T21:30:00.000Z": date(2024, 10, 26),
    "2024-10-26T22:30:00.000Z": date(2024, 10, 27),
    "2024-10-27T22:30:00.000Z": date(2024, 10, 27),
    "2024-10-27T23:30:00.000Z": date(2024, 10, 28),
    # leap day and year end
    "2024-02-28T23:30:00.000Z": date(2024, 2, 29),
    "2024-02-29T22:30:00.000Z": date(2024, 2, 29),
    "2024-02-29T23:30:00.000Z": date(2024, 3, 1),
    "2023-02-28T23:30:00.000Z": date(2023, 3, 1),
    "2023-12-31T22:30:00.000Z": date(2023, 12, 31),
    "2023-12-31T23:30:00.000Z": date(2024, 1, 1),
    # written with an offset
    "2024-01-15T00:00:00+01:00": date(2024, 1, 15),
    "2024-07-15T00:00:00+02:00": date(2024, 7, 15),
    "2024-07-15T23:59:59.999+02:00": date(2024, 7, 15),
}
# The same for connections in other zones.
ELSEWHERE = {
    "America/New_York": {
        "2024-03-01T00:00:00.000Z": date(2024, 3, 1),
        "2024-03-01T03:00:00.000Z": date(2024, 2, 29),
        "2024-03-10T04:30:00.000Z": date(2024, 3, 9),  # summer time begins on 10 March
        "2024-03-11T03:30:00.000Z": date(2024, 3, 10),
        "2024-03-11T04:30:00.000Z": date(2024, 3, 11),
        "2024-11-03T03:30:00.000Z": date(2024, 11, 2),  # and ends on 3 November
        "2024-11-04T04:30:00.000Z": date(2024, 11, 3),
        "2024-12-31T23:30:00.000Z": date(2024, 12, 31),
        "2025-01-01T00:00:00.000Z": date(2025, 1, 1),
        "2025-01-01T04:30:00.000Z": date(2024, 12, 31),
    },
    "Asia/Tokyo": {
        "2024-01-15T00:00:00.000Z": date(2024, 1, 15),
        "2024-01-15T14:30:00.000Z": date(2024, 1, 15),
        "2024-01-15T15:30:00.000Z": date(2024, 1, 16),
        "2024-02-28T15:00:00.000Z": date(2024, 2, 29),
        "2024-12-31T15:00:00.000Z": date(2025, 1, 1),
    },
    "Europe/London": {
        "2024-01-15T23:30:00.000Z": date(2024, 1, 15),
        "2024-07-15T22:30:00.000Z": date(2024, 7, 15),
        "2024-07-15T23:30:00.000Z": date(2024, 7, 16),
        "2024-03-31T23:30:00.000Z": date(2024, 4, 1),
    },
    "UTC": {"2024-01-15T23:59:59.000Z": date(2024, 1, 15), "2024-07-15T23:30:00.000Z": date(2024, 7, 15)},
}


class DatesCase(PontoCase):
    def pay_at(self, bank_account, table, zone):
        """Book a transaction of each moment; the bank's own day is that of its zone, which must be the table's."""
        for number, (text, day) in enumerate(sorted(table.items(), key=lambda pair: pair[1])):
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
            if not moment.tzinfo or moment.astimezone(timezone.utc).time().isoformat() == "00:00:00":
                moment = datetime.combine(moment.date(), datetime.min.time(), timezone.utc)
            item = self.bank.add_transaction(
                bank_account,
                Decimal(number + 1),
                moment.astimezone(ZoneInfo(zone)) if moment.time().isoformat() != "00:00:00" else moment.date(),
                remittance_information=text,
                overrides={"executionDate": text, "valueDate": text},
            )
            self.assertEqual(item.day, day, text)

    def start(self, bank_account, **kwargs):
        """Connect and import everything; return connection and what the invariants need."""
        connection, wizard = self.connect(**kwargs)
        self.choose(wizard)
        connection.account_ids.import_from = date(2020, 1, 1)
        books = self.watch(bank_account, connection.account_ids)
        self.synchronize(connection)
        return connection, books

    def retire(self, connection, bank_account):
        """Take an account out of Ponto, so that the next one has the test for itself."""
        connection.account_ids.linked = False
        self.bank.remove_account(bank_account)

    def assertDays(self, books, table):
        """Assert the day of every line, and of its journal items, by the hand-written table."""
        rows = books.select(
            "SELECT DISTINCT line.payment_ref, move.date, item.date FROM account_bank_statement_line line"
            " JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'"
            " JOIN account_move_line item ON item.move_id = move.id WHERE line.journal_id = %s",
            books.journal.id,
        )
        found = {text: {day, item_day} for text, day, item_day in rows}
        self.assertEqual(found, {text: {day} for text, day in table.items()})


@tagged("post_install", "-at_install")
class TestDates(DatesCase):
    def test_every_hour_of_the_year_at_a_belgian_bank(self):
        bank_account = self.open_account()
        self.pay_at(bank_account, BELGIAN, "Europe/Brussels")
        _connection, books = self.start(bank_account)
        self.assertDays(books, BELGIAN)
        self.assertInvariants(books)
        self.assertGreater(len(books.statements()), 6)

    def test_connections_in_other_time_zones(self):
        for zone, table in ELSEWHERE.items():
            with self.subTest(zone):
                bank_account = self.open_account(reference=f"BE{zone}")
                self.pay_at(bank_account, table, zone)
                connection, books = self.start(bank_account, timezone=zone)
                self.assertDays(books, table)
                self.assertInvariants(books)
                self.retire(connection, bank_account)

    def test_the_value_date_follows_the_same_rule(self):
        bank_account = self.open_account()
        for text, day in BELGIAN.items():
            self.bank.add_transaction(
                bank_account, Decimal("1.00"), day, remittance_information=text, overrides={
                    "executionDate": "2024-06-01T00:00:00.000Z", "valueDate": text,
                },
            )  # fmt: skip
        _connection, books = self.start(bank_account, date_source="value")
        self.assertDays(books, BELGIAN)
        self.assertInvariants(books)

    def test_the_user_s_and_the_server_s_zone_move_no_day(self):
        bank_account = self.open_account()
        self.pay_at(bank_account, BELGIAN, "Europe/Brussels")
        for zone in ("America/Los_Angeles", "Pacific/Kiritimati"):
            self.env.user.tz = self.accountant.tz = self.env.ref("base.user_root").tz = zone
            self.company.partner_id.tz = zone
            self.env = self.env(context={**self.env.context, "tz": zone})
            connection, books = self.start(bank_account, name=zone)
            self.assertDays(books, BELGIAN)
            self.assertInvariants(books)
            self.retire(connection, bank_account)
            bank_account = self.open_account(reference=f"BE{zone}")
            self.pay_at(bank_account, BELGIAN, "Europe/Brussels")

    def test_the_schedule_keeps_its_hours_across_summer_time(self):
        connection = self.new_connection(schedule="four")
        brussels = ZoneInfo("Europe/Brussels")
        spread = timedelta(minutes=connection.id % 30)
        for day in (date(2024, 3, 30), date(2024, 10, 26)):
            moment, hours = datetime.combine(day, datetime.min.time()), []
            for _read in range(12):
                following = connection._get_next_scheduled_time(moment)
                self.assertGreater(following, moment)
                moment = following
                hours.append((moment - spread).replace(tzinfo=timezone.utc).astimezone(brussels).strftime("%d %H:%M"))
            self.assertEqual(len(set(hours)), 12)
            self.assertEqual({hour[3:] for hour in hours} - {"03:45"}, {"02:45", "08:45", "14:45", "20:45"})


@tagged("post_install", "-at_install")
class TestNewYork(DatesCase):
    """A company in New York, in dollars, with an account in euro at a Belgian bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dollar, euro = cls.env.ref("base.USD"), cls.env.ref("base.EUR")
        dollar.active = True
        cls.company.write({"country_id": cls.env.ref("base.us").id, "currency_id": dollar.id})
        cls.company.partner_id.tz = "America/New_York"
        cls.env.user.tz = cls.accountant.tz = "America/New_York"
        cls.env = cls.env(context={**cls.env.context, "tz": "America/New_York"})
        rates = cls.env["res.currency.rate"]
        rates.search([("currency_id", "in", (dollar | euro).ids)]).unlink()
        rates.create({"currency_id": euro.id, "company_id": cls.company.id, "name": date(2020, 1, 1), "rate": 0.8})

    def test_the_days_are_those_of_the_bank(self):
        bank_account = self.open_account()
        self.pay_at(bank_account, BELGIAN, "Europe/Brussels")
        connection, books = self.start(bank_account)
        self.assertEqual(connection.timezone, "Europe/Brussels")
        self.assertEqual(books.journal.currency_id.name, "EUR")
        self.assertDays(books, BELGIAN)
        self.assertInvariants(books)
        self.assertGreater(len(books.statements()), 6)

    def test_the_last_night_of_the_year(self):
        """In Brussels it is the new year, in New York it is not; what is booked now has Belgium's day."""
        bank_account = self.open_account()
        with freeze_time("2024-12-30 12:00:00") as frozen:
            self.bank.synchronizer.background_until = self.bank.clock.now()
            self.pay(bank_account, "1.00", day=date(2024, 12, 2))
            connection, books = self.start(bank_account)
            table = {"Payment": date(2024, 12, 2)}
            for text, day in {
                "2024-12-31T22:30:00.000Z": date(2024, 12, 31),
                "2024-12-31T23:30:00.000Z": date(2025, 1, 1),
                "2025-01-01T04:30:00.000Z": date(2025, 1, 1),
                "2025-01-01T23:30:00.000Z": date(2025, 1, 2),
            }.items():
                frozen.move_to(text[:19].replace("T", " "))
                self.pay_at(bank_account, {text: day}, "Europe/Brussels")
                table[text] = day
                self.synchronize(connection)
                self.assertDays(books, table)
                self.assertInvariants(books)
            frozen.tick(timedelta(days=2))
            self.run_cron()
            self.assertInvariants(books)
            ends = [statement[2] for statement in books.statements()]
            self.assertEqual(ends, [date(2024, 12, 31)])
