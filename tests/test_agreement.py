from collections import defaultdict
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..models.agreement.comparison import MARGIN, compare, get_first_day
from ..models.importing.pairing import Entry
from .agreement_defects import KINDS, Planted
from .agreement_histories import History, count_kinds

SEEDS = range(200)
LAST_DAY = date(2026, 3, 17)
DAY = date(2026, 3, 3)
ONE_DAY = timedelta(days=1)


def as_entry(row):
    other_day = row.value_day if row.value_day != row.day else None
    return Entry(row.key, row.cents, row.day, row.number, other_day)


def compare_history(history):
    """Give a history to the finder, as the database would."""
    first_day = get_first_day(min(row.day for row in history.bank), history.books_begin, history.last_day)
    since = first_day - MARGIN
    before = sum(row.cents for row in history.books if row.day < since)
    return compare(
        [as_entry(row) for row in history.bank if row.day >= since],
        [as_entry(row) for row in history.books if row.day >= since],
        bank_balance=history.bank_balance(history.last_day),
        first_day=first_day,
        last_day=history.last_day,
        ledger_before=history.ledger_before + before,
        openings={row.key for row in history.openings},
    )


def as_planted(discrepancy):
    """Return a discrepancy as the generator writes it down: equal lines have no names."""

    def values(entries):
        return tuple(sorted((entry.amount, entry.day) for entry in entries))

    return Planted(
        discrepancy.kind, discrepancy.day, values(discrepancy.bank), values(discrepancy.books), discrepancy.difference
    )


class HistoryAssertions:
    """What must be true of any comparison with a generated history."""

    def assertFound(self, history, agreement):
        """Assert that exactly what was planted is found, at its day, and that it explains every day to the cent."""
        self.assertEqual(sorted(map(as_planted, agreement.discrepancies)), sorted(history.planted))
        self.assertBalances(history, agreement)
        self.assertExplained(agreement)
        agreed = agreement.last_agreed
        self.assertEqual(agreed and agreed.day, history.last_agreed)
        if agreed:
            self.assertEqual(agreement.start, min(history.last_agreed + ONE_DAY, history.last_day))
        else:
            self.assertIsNone(agreement.start)
        first = next((day.day for day in agreement.days if history.get_difference(day.day)), None)
        self.assertEqual(agreement.first_difference and agreement.first_difference.day, first)

    def assertBalances(self, history, agreement):
        """Assert the balances of every day, and that the strip holds each day once."""
        self.assertEqual((agreement.days[0].day, agreement.days[-1].day), (history.evening, history.last_day))
        moves, ledger_moves = defaultdict(int), defaultdict(int)
        for row in history.bank:
            moves[row.day] += row.cents
        for row in history.books:
            ledger_moves[row.day] += row.cents
        before = history.evening - ONE_DAY
        bank, ledger = history.bank_balance(before), history.ledger_balance(before)
        for number, day in enumerate(agreement.days):
            self.assertEqual(day.day, history.evening + timedelta(days=number))
            bank += moves[day.day]
            ledger += ledger_moves[day.day]
            # The opening entry of a morning counts for the evening before, where nothing else is shown of the books.
            shown = ledger if number or history.beginning != "morning" else history.openings[0].cents
            self.assertEqual((day.bank, day.ledger), (bank, shown), day.day)
        in_runs = [
            run.first + timedelta(days=n) for run in agreement.runs for n in range((run.last - run.first).days + 1)
        ]
        self.assertEqual(in_runs, [day.day for day in agreement.days])

    def assertExplained(self, agreement):
        """Assert that the discrepancies are the difference of every day."""
        for day in agreement.days:
            explained = 0
            for discrepancy in agreement.discrepancies:
                if discrepancy.kind == "opening":
                    explained += discrepancy.difference
                    continue
                explained += sum(entry.amount for entry in discrepancy.bank if entry.day <= day.day)
                explained -= sum(line.amount for line in discrepancy.books if line.day <= day.day)
            self.assertEqual(explained, day.difference, day.day)


@tagged("post_install", "-at_install")
class TestAgreementHistories(HistoryAssertions, BaseCase):
    """200 generated histories with planted defects; the generator's list of them is the oracle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.histories = [History(seed, LAST_DAY - timedelta(days=seed % 60)) for seed in SEEDS]

    def test_every_planted_defect_is_found_at_its_day_and_named(self):
        for history in self.histories:
            with self.subTest(history=str(history)):
                self.assertFound(history, compare_history(history))

    def test_the_histories_show_every_kind_of_defect(self):
        planted = count_kinds(self.histories)
        for kind in (*KINDS, "clean"):
            self.assertGreaterEqual(planted[kind], 20, kind)

    def test_a_clean_history_shows_nothing(self):
        for history in self.histories:
            if not history.kinds:
                with self.subTest(history=str(history)):
                    agreement = compare_history(history)
                    self.assertFalse(agreement.discrepancies or agreement.whole_days or agreement.first_difference)
                    self.assertEqual(len(agreement.runs), 1)


def entry(key, amount, shift=0, number="", other=None):
    return Entry(key, amount, DAY + timedelta(days=shift), number, other and DAY + timedelta(days=other))


@tagged("post_install", "-at_install")
class TestAgreementRules(HistoryAssertions, BaseCase):
    """Single rules, each with the few entries that show it."""

    def compare(self, bank, books, **kwargs):
        values = {
            "bank_balance": sum(one.amount for one in bank),
            "first_day": DAY,
            "last_day": DAY + timedelta(days=40),
            **kwargs,
        }
        agreement = compare(bank, books, **values)
        self.assertExplained(agreement)
        return agreement

    def assertNamed(self, bank, books, *expected, **kwargs):
        """Assert the discrepancies: kind, days after the first one, keys at the bank, keys in the books."""
        agreement = self.compare(bank, books, **kwargs)
        found = [
            (one.kind, (one.day - DAY).days, *([e.key for e in side] for side in (one.bank, one.books)))
            for one in agreement.discrepancies
        ]
        self.assertEqual(found, [*expected])
        return agreement

    def test_the_proposed_start_is_the_day_after_both_last_agreed(self):
        bank = [entry(1, 500), entry(2, 700, 3), entry(3, 900, 5)]
        agreement = self.assertNamed(bank, [entry(11, 500), entry(13, 900, 5)], ("missing_in_books", 3, [2], []))
        self.assertEqual(agreement.last_agreed.day, DAY + timedelta(days=2))
        self.assertEqual(agreement.start, DAY + timedelta(days=3))
        self.assertEqual([run.difference for run in agreement.runs], [0, 700])

    def test_a_day_that_is_not_over_is_not_skipped(self):
        agreement = self.assertNamed([entry(1, 500)], [entry(11, 500)], last_day=DAY)
        self.assertEqual(agreement.start, DAY)

    def test_a_constant_difference_from_the_first_day_on_is_the_opening(self):
        agreement = self.assertNamed([entry(1, 500)], [entry(11, 500)], ("opening", -1, [], []), bank_balance=1500)
        self.assertEqual(agreement.discrepancies[0].difference, 1000)
        self.assertIsNone(agreement.last_agreed)
        self.assertIsNone(agreement.start)

    def test_a_line_before_the_first_day_explains_what_looks_like_an_opening(self):
        books = [entry(13, 44, -3), entry(11, 500, -1), entry(12, 700, 1)]
        self.assertNamed([entry(1, 500), entry(2, 700, 1)], books, ("different_day", 0, [1], [11]), ledger_before=-44)
        self.assertNamed(
            [entry(1, 500, -1), entry(2, 700, 1)], [entry(11, 500), entry(12, 700, 1)], ("different_day", -1, [1], [11])
        )

    def test_an_opening_entry_counts_for_its_evening_or_for_the_one_before(self):
        bank = [entry(1, 500), entry(2, 700, 1)]
        evening = [entry(10, 1500), entry(12, 700, 1)]
        agreement = self.assertNamed(bank, evening, bank_balance=2200, openings={10})
        self.assertEqual(agreement.days[0].day, DAY)
        morning = [entry(10, 1000), entry(11, 500), entry(12, 700, 1)]
        agreement = self.assertNamed(bank, morning, bank_balance=2200, openings={10})
        self.assertEqual(agreement.days[0].day, DAY - ONE_DAY)
        wrong = [entry(10, 900), entry(11, 500), entry(12, 700, 1)]
        self.assertNamed(bank, wrong, ("opening", 0, [], [10]), bank_balance=2200, openings={10})

    def test_a_whole_day_that_one_side_globalized_is_agreement(self):
        bank = [entry(1, -500), entry(2, -700), entry(3, -900), entry(4, 55)]
        self.assertNamed(bank, [entry(11, -2100), entry(12, 55)])
        self.assertNamed(
            [entry(1, -2100), entry(4, 55)], [entry(11, -500), entry(12, -700), entry(13, -900), entry(14, 55)]
        )

    def test_a_globalized_day_hides_no_other_defect(self):
        batch = [entry(1, -500), entry(2, -700), entry(3, -911)]
        self.assertNamed([*batch, entry(4, -55)], [entry(11, -2111)], ("missing_in_books", 0, [4], []))
        self.assertNamed(batch, [entry(11, -2111), entry(12, -2111)], ("twice", 0, [], [12]))
        self.assertNamed(batch, [entry(11, -2111, 4)], ("different_day", 0, [1, 2, 3], [11]))
        self.assertNamed(
            [*batch, entry(4, 12000), entry(5, 34000)],
            [entry(11, -2111), entry(12, 12001), entry(13, 33999)],
            ("different_amount", 0, [4], [12]),
            ("different_amount", 0, [5], [13]),
        )

    def test_a_part_of_a_batch_has_the_amount_of_another_payment_of_its_day(self):
        bank = [entry(1, -100), entry(2, -250), entry(3, -380), entry(4, -100)]
        self.assertNamed(bank, [entry(11, -730), entry(12, -100)])
        twice = [entry(11, -730), entry(12, -100), entry(13, -730), entry(14, -100)]
        self.assertNamed(bank, twice, ("twice", 0, [], [13]), ("twice", 0, [], [14]))

    def test_a_batch_that_is_there_in_parts_and_as_one(self):
        bank = [entry(1, -500), entry(2, -700), entry(3, -911)]
        books = [entry(11, -500), entry(12, -700), entry(13, -911), entry(14, -2111)]
        self.assertNamed(bank, books, ("twice", 0, [], [14]))

    def test_a_double_names_the_line_that_it_repeats(self):
        bank, books = [entry(1, 500)], [entry(11, 500), entry(12, 500)]
        agreement = self.assertNamed(bank, books, ("twice", 0, [], [12]))
        self.assertEqual(agreement.discrepancies[0].same_as.key, 11)
        self.assertNamed(bank, [entry(11, 500, number="BE1"), entry(12, 500)], ("twice", 0, [], [12]))
        on_value_date = [entry(1, 500, number="BE1", other=4)]
        self.assertNamed(on_value_date, [entry(11, 500), entry(12, 500, 4)], ("twice", 4, [], [12]))

    def test_a_line_of_another_counterparty_is_no_double(self):
        books = [entry(11, 500), entry(12, 500, number="BE2")]
        self.assertNamed([entry(1, 500, number="BE1")], books, ("missing_at_bank", 0, [], [12]))

    def test_a_missing_rent_and_a_doubled_one_are_not_one_rent_on_another_day(self):
        bank = [entry(1, -950, 0, "BE1"), entry(2, -950, 31, "BE1")]
        books = [entry(11, -950, 31, "BE1"), entry(12, -950, 31, "BE1")]
        self.assertNamed(bank, books, ("missing_in_books", 0, [1], []), ("twice", 31, [], [12]))

    def test_an_amount_of_the_day_agrees_whatever_the_counterparty(self):
        self.assertNamed([entry(1, 500, number="BE1")], [entry(11, 500, number="BE2")])

    def test_equal_twins_are_no_doubles_and_one_too_few_is_missing(self):
        bank = [entry(1, 500), entry(2, 500), entry(3, 500)]
        self.assertNamed(bank, [entry(11, 500), entry(12, 500), entry(13, 500)])
        self.assertNamed(bank, [entry(11, 500), entry(12, 500)], ("missing_in_books", 0, [3], []))

    def test_the_same_counterparty_and_day_with_another_amount(self):
        bank = [entry(1, 500, number="BE1"), entry(2, 700, number="BE2")]
        books = [entry(11, 9999, number="BE1"), entry(12, 700, number="BE2")]
        self.assertNamed(bank, books, ("different_amount", 0, [1], [11]))
        books = [entry(10, 510), entry(11, 9999, number="BE1"), entry(12, 700, number="BE2")]
        self.assertNamed(bank, books, ("different_amount", 0, [1], [11]), ("missing_at_bank", 0, [], [10]))
        self.assertNamed(bank[:1], [entry(11, -777, number="BE1")], ("different_amount", 0, [1], [11]))

    def test_without_a_counterparty_only_a_slip_is_a_different_amount(self):
        for amount in (21340, 12430, -12340, 1234, 123400, 12840, 11900):
            self.assertNamed([entry(1, 12340)], [entry(11, amount)], ("different_amount", 0, [1], [11]))
        self.assertNamed(
            [entry(1, 12340)], [entry(11, 777)], ("missing_at_bank", 0, [], [11]), ("missing_in_books", 0, [1], [])
        )

    def test_a_payment_on_another_day(self):
        for shift in (1, 2, 12, 31):
            self.assertNamed([entry(1, 500)], [entry(11, 500, shift)], ("different_day", 0, [1], [11]))
        far = [entry(11, 500, 35)]
        self.assertNamed([entry(1, 500)], far, ("missing_in_books", 0, [1], []), ("missing_at_bank", 35, [], [11]))
        far = [entry(11, 500, 35, "BE1")]
        self.assertNamed([entry(1, 500, number="BE1")], far, ("different_day", 0, [1], [11]))

    def test_a_line_that_is_post_dated_beyond_the_last_day(self):
        books = [entry(11, 500, 290, "BE1"), entry(12, 7, 300)]
        self.assertNamed([entry(1, 500, number="BE1")], books, ("different_day", 0, [1], [11]))

    def test_what_recognition_linked_is_believed(self):
        bank, books = [entry(1, 500), entry(2, 600)], [entry(11, 500), entry(12, 500)]
        self.assertNamed(bank, books, ("missing_in_books", 0, [2], []), ("twice", 0, [], [11]), known=[((1,), (12,))])
        self.assertNamed(bank, books, ("different_amount", 0, [2], [11]), known=[((1,), (12,)), ((2,), (11,))])

    def test_what_a_user_deleted_is_missing_though_it_was_linked(self):
        self.assertNamed([entry(1, 500)], [], ("missing_in_books", 0, [1], []), known=[((1,), (11,))])

    def test_a_file_nobody_imported_is_one_stretch_and_so_is_one_imported_twice(self):
        bank = [entry(n, 100 * n, n // 2) for n in range(2, 20)]
        books = [one._replace(key=one.key + 100) for one in bank if not 8 <= one.key < 14]
        (gap,) = self.compare(bank, books).whole_days
        self.assertEqual((gap.kind, len(gap.discrepancies)), ("missing_in_books", 6))
        self.assertEqual((gap.first, gap.last), (DAY + timedelta(days=4), DAY + timedelta(days=6)))
        books = [one._replace(key=one.key + 100) for one in bank]
        books += [one._replace(key=one.key + 200) for one in bank if 8 <= one.key < 14]
        (double,) = self.compare(bank, books).whole_days
        self.assertEqual((double.kind, len(double.discrepancies)), ("twice", 6))

    def test_nothing_to_compare_with(self):
        self.assertEqual(get_first_day(None, DAY, LAST_DAY), LAST_DAY + ONE_DAY)
        agreement = compare([], [], bank_balance=0, first_day=LAST_DAY + ONE_DAY, last_day=LAST_DAY)
        self.assertEqual([(day.day, day.difference) for day in agreement.days], [(LAST_DAY, 0)])
        agreement = self.compare([entry(1, 500)], [])
        self.assertEqual([one.kind for one in agreement.discrepancies], ["missing_in_books"])
