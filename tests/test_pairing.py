import random
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..models.importing.pairing import Entry, pair

DAY = date(2026, 3, 3)


def entry(key, amount, shift=0, number="", other=None):
    return Entry(key, amount, DAY + timedelta(days=shift), number, other and DAY + timedelta(days=other))


@tagged("post_install", "-at_install")
class TestPairing(BaseCase):
    """Which transactions are which lines: strongest evidence first, and in doubt none."""

    def assertPairs(self, bank, books, expected, left=((), ())):
        found = pair(bank, books)
        self.assertEqual(
            [([e.key for e in p.bank], [e.key for e in p.books], p.evidence) for p in found.pairs], expected
        )
        self.assertEqual((tuple(e.key for e in found.bank), tuple(e.key for e in found.books)), left)

    def test_day_amount_and_number_are_the_same_money(self):
        self.assertPairs([entry(1, 500, number="BE1")], [entry(10, 500, number="BE1")], [([1], [10], "same_day")])

    def test_two_different_numbers_never_pair(self):
        self.assertPairs([entry(1, 500, number="BE1")], [entry(10, 500, number="BE2")], [], ((1,), (10,)))

    def test_a_line_without_a_number_pairs_on_its_day_and_a_day_apart(self):
        self.assertPairs([entry(1, 500, number="BE1")], [entry(10, 500)], [([1], [10], "same_day")])
        self.assertPairs([entry(1, 500, number="BE1")], [entry(10, 500, 1)], [([1], [10], "near_day")])
        self.assertPairs([entry(1, 500, number="BE1")], [entry(10, 500, 2)], [], ((1,), (10,)))

    def test_the_value_date_counts_as_the_day_too(self):
        self.assertPairs([entry(1, 500, other=5)], [entry(10, 500, 5)], [([1], [10], "same_day")])

    def test_equal_twins_pair_in_their_order_and_one_too_many_is_left(self):
        bank = [entry(1, 500), entry(2, 500), entry(3, 500)]
        self.assertPairs(
            bank, [entry(10, 500), entry(11, 500)], [([1], [10], "same_day"), ([2], [11], "same_day")], ((3,), ())
        )

    def test_the_exact_day_wins_over_the_next(self):
        bank = [entry(1, 500, 0), entry(2, 500, 1)]
        books = [entry(10, 500, 1), entry(11, 500, 0)]
        self.assertPairs(bank, books, [([1], [11], "same_day"), ([2], [10], "same_day")])

    def test_a_batch_that_the_books_hold_as_one_line_pairs_by_the_total_of_the_day(self):
        bank = [entry(1, 500), entry(2, 700), entry(3, 900), entry(4, 55)]
        books = [entry(10, 2100), entry(11, 55)]
        self.assertPairs(bank, books, [([4], [11], "same_day"), ([1, 2, 3], [10], "day_total")])

    def test_a_total_of_the_day_that_differs_pairs_nothing(self):
        self.assertPairs([entry(1, 500), entry(2, 700)], [entry(10, 1201)], [], ((1, 2), (10,)))

    def test_a_batch_in_the_books_on_its_value_date_pairs_too(self):
        bank = [entry(1, 500, other=1), entry(2, 700, other=1)]
        self.assertPairs(bank, [entry(10, 1200, 1)], [([1, 2], [10], "day_total")])

    def test_a_line_that_odoo_moved_out_of_a_locked_period_is_found_when_it_is_the_only_one(self):
        self.assertPairs([entry(1, 500, number="BE1")], [entry(10, 500, 90, "BE1")], [([1], [10], "other_day")])
        self.assertPairs(
            [entry(1, 500, number="BE1"), entry(2, 500, 9, number="BE1")],
            [entry(10, 500, 90, "BE1")],
            [],
            ((1, 2), (10,)),
        )

    def test_an_earlier_line_of_the_same_kind_is_another_payment(self):
        self.assertPairs([entry(1, 500, number="BE1")], [entry(10, 500, -30, "BE1")], [], ((1,), (10,)))

    def test_a_line_on_the_banks_own_day_is_no_other_days_money(self):
        exact = entry(10, 500)._replace(exact=True)
        self.assertPairs([entry(1, 500)], [exact], [([1], [10], "same_day")])
        for bank in (entry(1, 500, 1), entry(1, 500, -1), entry(1, 500, 1, other=0)):
            self.assertPairs([bank], [exact], [], ((1,), (10,)))
        named = entry(10, 500, 20, number="BE1")._replace(exact=True)
        self.assertPairs([entry(1, 500, number="BE1")], [named], [], ((1,), (10,)))

    def test_whatever_part_of_the_bank_is_in_the_books_the_rest_is_left_on_its_own_day(self):
        for seed in range(600):
            chance = random.Random(seed)
            bank = [
                entry(
                    number,
                    chance.choice([-250, -250, 700, -8000]),
                    shift,
                    chance.choice(["", "BE1", "BE2"]),
                    shift + chance.choice([-1, 1]) if chance.random() < 0.5 else None,
                )
                for number, shift in enumerate(sorted(chance.choices(range(12), k=chance.randrange(1, 25))))
            ]
            books = [e._replace(key=100 + e.key, other_day=None) for e in bank if chance.random() < 0.4]
            left = sorted((e.day, e.amount) for e in pair(bank, books).bank)
            there = sorted((e.day, e.amount) for e in books)
            self.assertEqual(sorted(left + there), sorted((e.day, e.amount) for e in bank), seed)

    def test_sums_of_zero_are_no_evidence(self):
        self.assertPairs([entry(1, 500), entry(2, -500)], [entry(10, 0)], [], ((1, 2), (10,)))

    def test_200_pairs_a_day_apart_are_200_pairs(self):
        """Among them fares of one amount, with a known counterparty or not; in one direction, or in both."""
        for seed in range(20):
            for direction in ("one", "both"):
                chance = random.Random(seed)
                shift, numbers = chance.choice([-1, 1]), chance.random() < 0.5
                bank, books = [], []
                for key in range(200):
                    amount = chance.choice([-250, -250, -100 * key - chance.randrange(1, 99), 100 * key + 10])
                    day, number = chance.randrange(55), chance.choice(["BE1", "NL2", ""])
                    apart = shift if direction == "one" else chance.choice([shift, 0, -shift])
                    bank.append(entry(f"b{key}", amount, day + apart, number if numbers else ""))
                    books.append(entry(key, amount, day, number))
                for side in (bank, books):
                    side.sort(key=lambda item: item.day)
                for one, other in ((bank, books), (books, bank)):
                    with self.subTest(seed=seed, direction=direction):
                        found = pair(one, other)
                        self.assertEqual((found.bank, found.books), ([], []))
                        for match in found.pairs:
                            self.assertEqual(sum(e.amount for e in match.bank), sum(e.amount for e in match.books))

    def test_a_daily_fare_that_only_one_side_tells_is_not_shifted_away(self):
        """Both tell ten fares, of which nine are the same: nothing says that the days differ."""
        bank = [entry(f"b{day}", -250, day) for day in range(1, 11)]
        books = [entry(day, -250, day) for day in range(2, 12)]
        found = pair(bank, books)
        self.assertEqual(([e.key for e in found.bank], [e.key for e in found.books]), (["b1"], [11]))

    def test_a_row_of_fares_a_day_apart_inside_of_both_sides_is_paired_to_its_end(self):
        rest = [entry("first", 1, 0), entry("last", 2, 20)]
        bank = [*rest, *(entry(f"b{day}", -250, day) for day in (5, 6, 7))]
        books = [*(e._replace(key=f"{e.key} line") for e in rest), *(entry(day, -250, day) for day in (6, 7, 8))]
        found = pair(bank, books)
        self.assertEqual((found.bank, found.books), ([], []))
