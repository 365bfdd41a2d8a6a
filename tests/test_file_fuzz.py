"""Whatever is in a file, it is read or refused, and soon.

`ACCOUNT_ONLINE_PONTO_DRAW=123 ./dev test tests/test_file_fuzz.py` draws the same damage again.
"""

import os
import random
import time
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..statement_files import FileError, read
from .common import LONG
from .test_file_cases import CASES
from .test_file_kinds import entry, statement

MUTATIONS = 20_000 if LONG else 300
MOST_SECONDS = 2


def mutate(content, chance):
    """Return a file with some random damage."""
    data = bytearray(content)
    separator = b"\n" if data.count(b"\n") > 2 else b"><"
    for _time in range(chance.choice((1, 1, 2, 5))):
        if len(data) < 4:
            break
        start = chance.randrange(len(data))
        end = min(len(data), start + chance.choice((1, 2, 16, 130)))
        pieces = bytes(data).split(separator)
        one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        kind = chance.randrange(7)
        if kind == 0:
            data[start] = chance.randrange(256)
        elif kind == 1:
            del data[start:end]
        elif kind == 2:
            data[start:start] = data[start:end]
        elif kind == 3:
            data[start:end] = bytes(chance.choice(b"0123456789 <>/&;\x00EURabc") for _sign in range(end - start))
        elif kind == 4:
            pieces[one], pieces[other] = pieces[other], pieces[one]
            data = bytearray(separator.join(pieces))
        elif kind == 5:
            pieces.insert(one, pieces[other])
            data = bytearray(separator.join(pieces))
        else:
            del data[start:]
    return bytes(data)


@tagged("post_install", "-at_install")
class TestFileFuzz(BaseCase):
    """Whatever a file holds, it is read or refused, soon; and what is accepted adds up."""

    def test_damaged_files_end_in_a_reading_or_a_refusal(self):
        drawn = int(os.environ.get("ACCOUNT_ONLINE_PONTO_DRAW") or random.SystemRandom().randrange(10**9))
        for pattern in ("*.cod", "*.xml", "*.zip"):
            files = [path.read_bytes() for path in sorted(CASES.glob(pattern))]
            for seed in range(drawn, drawn + MUTATIONS):
                chance = random.Random(seed)
                content = mutate(chance.choice(files), chance)
                began = time.monotonic()
                with self.subTest(pattern=pattern, seed=seed):
                    self.assertAddsUp(content)
                    self.assertLess(time.monotonic() - began, MOST_SECONDS)

    def assertAddsUp(self, content):
        try:
            statements = read(content)
        except FileError:
            return
        for result in statements:
            moved = sum((movement.amount for movement in result.movements), Decimal(0))
            self.assertEqual(result.opening + moved, result.closing)

    def test_many_amounts_without_a_sign_take_no_time(self):
        entries = [entry(f"{number}.0{number % 7}", side="", reference=f"R{number}") for number in range(1, 40)]
        began = time.monotonic()
        with self.assertRaises(FileError):
            read(statement(*entries[:16], closing="0.00"))
        with self.assertRaises(FileError):
            read(statement(*entries, closing="0.00"))
        self.assertLess(time.monotonic() - began, MOST_SECONDS)
