import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..models.files.plan import CREATE, DELETED, KNOWN, WAITING, Candidate, chain, decide
from ..models.importing.pairing import Entry
from ..statement_files import Movement, Statement

DAY = date(2026, 3, 1)


def day(shift):
    return DAY + timedelta(days=shift)


def movement(key, amount, shift=0, number="", **kwargs):
    return Movement(key=key, day=day(shift), amount=Decimal(amount), counterpart_reference=number, **kwargs)


def statement(*movements, opening=0, identified=True, name="1"):
    opening = Decimal(opening)
    return Statement(
        account="BE1",
        currency="EUR",
        name=name,
        opening=opening,
        opening_day=None,
        closing=opening + sum(m.amount for m in movements),
        closing_day=None,
        movements=movements,
        identified=identified,
    )


def line(key, amount, shift=0, number="", verdict=KNOWN, file_key=""):
    return Candidate(Entry(key, int(Decimal(amount) * 100), day(shift), number), verdict, file_key)


def to_entry(item, key):
    return Entry(key, int(item.amount * 100), item.day, item.counterpart_reference, item.value_day)


@tagged("post_install", "-at_install")
class TestFilePlan(BaseCase):
    """What becomes of the movements of some files, compared with the books and with what Ponto knows."""

    def decide(self, statements, candidates=(), file_keys=()):
        def get_candidates(links):
            return [c for c in candidates if links.first_day <= c.entry.day <= links.last_day]

        verdicts = decide(chain(statements), set(file_keys), get_candidates, to_entry)
        return {key: verdict for key, (_movement, verdict) in verdicts.items()}

    def test_statements_that_follow_each_other_are_one_chain(self):
        one, two = statement(movement("coda:1", 5)), statement(movement("coda:2", 5, 1), opening=5)
        far, empty = statement(movement("coda:3", 5, 9), opening=99), statement(name="empty")
        self.assertEqual(
            [[s.movements[0].key for s in links.statements] for links in chain([far, two, empty, one, one])],
            [["coda:1", "coda:2"], ["coda:3"]],
        )

    def test_a_movement_in_the_books_waiting_or_deleted_is_not_created(self):
        items = statement(*(movement(f"coda:{n}", n) for n in range(1, 5)))
        candidates = [line("l1", 1), line("r2", 2, verdict=WAITING), line("r3", 3, verdict=DELETED)]
        self.assertEqual(
            self.decide([items], candidates), {"coda:1": KNOWN, "coda:2": WAITING, "coda:3": DELETED, "coda:4": CREATE}
        )

    def test_a_deleted_twin_stands_behind_a_line(self):
        items = statement(movement("coda:1", 1), movement("coda:2", 1), movement("coda:3", 1))
        verdicts = self.decide([items], [line("d", 1, verdict=DELETED), line("l", 1)])
        self.assertEqual(Counter(verdicts.values()), {KNOWN: 1, DELETED: 1, CREATE: 1})

    def test_lines_of_the_same_format_are_other_money_and_those_of_another_the_same(self):
        items = statement(movement("coda:2", 1))
        self.assertEqual(self.decide([items], [line("l", 1, file_key="coda:1")]), {"coda:2": CREATE})
        self.assertEqual(self.decide([items], [line("l", 1, file_key="camt:1")]), {"coda:2": KNOWN})
        self.assertEqual(self.decide([items], [line("l", 1, file_key="coda:2")], ["coda:2"]), {"coda:2": KNOWN})
        weak = statement(movement("file:2", 1), identified=False)
        self.assertEqual(self.decide([weak], [line("l", 1, file_key="file:1")]), {"file:2": KNOWN})

    def test_a_line_stands_for_one_movement_of_a_format(self):
        one = statement(movement("coda:1", 1), movement("coda:2", 1))
        other = statement(movement("camt:1", 1), movement("camt:2", 1))
        verdicts = self.decide([one, other], [line("l", 1)])
        self.assertEqual(Counter(verdicts.values()), {KNOWN: 3, CREATE: 1})

    def test_what_one_file_creates_is_known_to_another_only_on_its_days(self):
        coda = statement(movement("coda:1", 1))
        same, next_day = statement(movement("camt:1", 1)), statement(movement("camt:2", 1, 1))
        self.assertEqual(Counter(self.decide([coda, same]).values()), {CREATE: 1, KNOWN: 1})
        self.assertEqual(Counter(self.decide([coda, next_day]).values()), {CREATE: 2})

    def test_a_total_is_there_when_each_of_its_parts_is(self):
        parts = (movement("", 10, number="BE1"), movement("", 20, number="BE2"))
        total = statement(movement("coda:1", 30, details=parts))
        there = [line("a", 10, number="BE1"), line("b", 20, number="BE2"), line("c", 99)]
        self.assertEqual(self.decide([total], there), {"coda:1": KNOWN})
        self.assertEqual(self.decide([total], [there[0], there[2]]), {"coda:1": CREATE})
        apart = [there[0], line("b", 20, 1, number="BE2"), there[2]]
        late = statement(movement("coda:1", 30, details=parts), movement("coda:2", 1, 1))
        self.assertEqual(self.decide([late], apart), {"coda:1": CREATE, "coda:2": CREATE})

    def test_a_total_that_waits_in_part_waits(self):
        total = statement(movement("coda:1", 30))
        candidates = [line("a", 10), line("b", 20, verdict=WAITING)]
        self.assertEqual(self.decide([total], candidates), {"coda:1": WAITING})

    def test_whatever_is_there_and_in_the_files_every_day_becomes_the_banks(self):
        for seed in range(600):
            with self.subTest(seed=seed):
                self._check_random(random.Random(seed))

    def _check_random(self, chance):
        truth = sorted(
            (
                chance.randrange(12),
                chance.choice(["-2.50", "-2.50", "7.00", "-80.00"]),
                chance.choice(["", "BE1", "BE2"]),
                chance.choice([-1, 0, 0, 1]),
            )
            for _number in range(chance.randrange(1, 25))
        )
        booked = {number for number in range(len(truth)) if chance.random() < 0.4}
        candidates = [
            line(f"line {number}", truth[number][1], truth[number][0], truth[number][2]) for number in sorted(booked)
        ]
        statements, covered = [], set()
        for file, prefix in enumerate(chance.choices(["coda", "camt", "file"], k=3)):
            first = chance.randrange(12)
            last = chance.randrange(first, 12)
            covered.update(range(first, last + 1))
            name = f"{prefix}:{file} " if prefix == "file" else f"{prefix}:"  # weak names hold in their file only
            items = [
                movement(f"{name}{number}", amount, shift, text, value_day=day(shift + value))
                for number, (shift, amount, text, value) in enumerate(truth)
                if first <= shift <= last
            ]
            opening = sum(Decimal(amount) for shift, amount, *_rest in truth if shift < first)
            statements.append(statement(*items, opening=opening, identified=prefix != "file", name=f"{prefix} {first}"))
        verdicts = decide(
            chain(statements),
            set(),
            lambda links: [c for c in candidates if links.first_day <= c.entry.day <= links.last_day],
            to_entry,
        )
        result, expected = Counter(), Counter()
        for item, verdict in verdicts.values():
            if verdict == CREATE:
                result[item.day] += item.amount
        for number, (shift, amount, _text, _value) in enumerate(truth):
            if number in booked:
                result[day(shift)] += Decimal(amount)
            if number in booked or shift in covered:
                expected[day(shift)] += Decimal(amount)
        self.assertEqual({d: v for d, v in result.items() if v}, {d: v for d, v in expected.items() if v})
