"""CODA 2, the statement file of Belgian banks: records of 128 signs, of fixed fields.

The layout is that of Febelfin's "Coded statement of account (CODA)", version 2.6. Fields are named by their slices;
Febelfin counts from 1, Python from 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .accounts import read_account_field
from .coda_movement import MovementDraft, read_amount, read_date
from .errors import FileError
from .records import Movement, Statement, digest, find_places

LENGTH = 128
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")  # of banks: the last two; the first after somebody edited the file
HEADER = re.compile(rb"^(?:\xef\xbb\xbf)?\s*0{4}[\d ]\d{11}[ D] ")
END_OF_LINE = re.compile(r"\r\n|\r|\n")
CONTROL = dict.fromkeys((*range(32), *range(127, 160)), " ")
ACCOUNT_STRUCTURES = "0123 "  # of record 1; some banks leave it out
SEPARATE_APPLICATION = slice(83, 88)  # of record 0: zeros, unless the file only holds the details of another one
# The first digit of a transaction code: an amount of its own, or a part of one before it, one level down or two.
OWN_TYPES, DETAIL_TYPES, PART_OF_DETAIL = "0123", "5678", "9"


def recognizes(content: bytes) -> bool:
    """Tell whether a file begins as a CODA file does."""
    return bool(HEADER.match(content))


def read(content: bytes) -> tuple[Statement, ...]:
    """Read a CODA file.

    :param content: the file
    :return: its statements
    :raises FileError: when a record cannot be read, or totals contradict the records
    """
    reader, lines = _Reader(), _decode(content)
    try:
        for place, line in enumerate(lines, 1):
            if line.strip():
                reader.take(place, line)
        return reader.finish()
    except FileError as error:
        if _holds_details_only(lines):
            raise FileError(error.code, error.place, kind="coda_details") from error
        raise


def _holds_details_only(lines: list[str]) -> bool:
    """Tell whether a file tells the parts of totals that another file has: nothing in it can be added up."""
    kinds = {line[53] for line in lines if len(line) == LENGTH and line[:2] == "21"}
    apart = any(len(line) == LENGTH and line[0] == "0" and line[SEPARATE_APPLICATION].strip("0 ") for line in lines)
    return apart or (bool(kinds) and kinds <= {*DETAIL_TYPES, PART_OF_DETAIL})


def _decode(content: bytes) -> list[str]:
    """Return the lines of a file, in the first encoding that gives records their length."""
    lines: list[str] = []
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Ctrl-Z ends a file of the time of floppy disks.
        lines = [line.translate(CONTROL).rstrip() for line in END_OF_LINE.split(text.rstrip("\x1a"))]
        if all(len(line) in (0, LENGTH) for line in lines):
            break
    return lines


@dataclass
class _Draft:
    """A statement that is being read."""

    place: int
    account: str = ""
    structure: str = ""
    currency: str = ""
    paper_number: str = ""
    number: str = ""
    opening: Decimal = Decimal(0)
    opening_day: date | None = None
    closing: Decimal | None = None
    closing_day: date | None = None
    records: int = 0
    movements: list[MovementDraft] = field(default_factory=list)


class _Reader:
    """Takes one record after the other."""

    def __init__(self) -> None:
        self._statements: list[Statement] = []
        self._draft: _Draft | None = None
        self._last: MovementDraft | None = None  # what records 22 and 23 belong to
        self._told: MovementDraft | None = None  # what records 32 and 33 belong to
        self._place = 0

    def take(self, place: int, line: str) -> None:
        """Read one record.

        :param place: number of the line
        :raises FileError: when it is none
        """
        self._place = place
        if len(line) != LENGTH or (self._draft is None) != (line[0] == "0"):
            raise FileError("record", place)
        takers = {
            "0": self._take_header,
            "1": self._take_old_balance,
            "2": self._take_movement,
            "3": self._take_information,
            "4": self._take_message,
            "8": self._take_new_balance,
            "9": self._take_trailer,
        }
        try:
            if line[0] in "1238" and self._draft:
                self._draft.records += 1
            takers[line[0]](line)
        except (KeyError, ValueError, ArithmeticError) as error:
            raise FileError("record", place) from error

    def finish(self) -> tuple[Statement, ...]:
        """Return what was read.

        :raises FileError: when the last statement has no end
        """
        if self._draft is not None:
            raise FileError("truncated", self._place)
        return tuple(self._statements)

    # -- records ---------------------------------------------------------------------------------------------------

    def _take_header(self, line: str) -> None:
        if line[127] == "1":
            raise FileError("record", self._place, kind="coda_1")
        if line[127] != "2":
            raise ValueError("version")
        self._draft = _Draft(self._place)
        self._last = None

    def _take_old_balance(self, line: str) -> None:
        draft = self._open()
        if draft.account:
            raise ValueError("two old balances")
        if line[1] not in ACCOUNT_STRUCTURES:
            raise ValueError("structure")
        draft.structure = line[1]
        draft.account, draft.currency = read_account_field(line[5:42], draft.structure)
        draft.paper_number, draft.number = line[2:5], line[125:128]
        draft.opening = read_amount(line[42:58])
        draft.opening_day = read_date(line[58:64])
        if not draft.account or not draft.currency:
            raise ValueError("account")

    def _take_movement(self, line: str) -> None:
        draft = self._open(with_account=True)
        if line[1] == "1":
            movement = MovementDraft.from_record(line)
            self._keep(draft, movement)
            self._last = movement
        elif self._last is None or not self._last.goes_on(line):
            raise ValueError("continuation")
        else:
            self._last.take_continuation(line)

    def _keep(self, draft: _Draft, movement: MovementDraft) -> None:
        kind = movement.code[0]
        if kind in OWN_TYPES:
            draft.movements.append(movement)
            return
        whole = draft.movements[-1] if draft.movements else None
        if kind == PART_OF_DETAIL and whole and whole.details:
            whole = whole.details[-1]
        elif kind not in DETAIL_TYPES:
            raise ValueError("type")
        if whole is None or whole.sequence != movement.sequence:
            raise ValueError("detail of nothing")
        whole.details.append(movement)

    def _take_information(self, line: str) -> None:
        self._open(with_account=True)
        # One that belongs to no transaction tells about the account: nothing that is booked.
        if self._last is None or self._last.sequence != line[2:6]:
            return
        if line[1] == "1":
            self._told = self._find_told(line)
        self._told.take_information(line)
        self._last.article = "3"  # no record 22 or 23 follows

    def _find_told(self, line: str) -> MovementDraft:
        """Return what a record 31 tells about: it has the code of the transaction, a total or one of its parts."""
        draft = self._draft
        code, whole = line[31:39], draft.movements[-1]
        family = [self._last]
        while family[-1] is not whole and len(family) < 3:
            family.append(next((part for part in whole.details if self._last in part.details), whole))
        same = next((movement for movement in family if movement.code == code), None)
        if same is not None:
            return same
        if code[:1] in OWN_TYPES and code.strip():
            return whole
        return self._last if self._last is whole or self._last.has_information or code.strip() else whole

    def _take_message(self, line: str) -> None:
        self._open()  # a free text for the holder

    def _take_new_balance(self, line: str) -> None:
        draft = self._open(with_account=True)
        # Some banks leave out what stands behind the currency in record 1.
        account = read_account_field(line[4:41], draft.structure)
        if draft.closing is not None or account not in ((draft.account, draft.currency), (draft.account, "")):
            raise ValueError("new balance")
        draft.closing = read_amount(line[41:57])
        draft.closing_day = read_date(line[57:63])

    def _take_trailer(self, line: str) -> None:
        draft = self._open(with_account=True)
        if draft.records != int(line[16:22]):
            raise FileError("record_count", self._place)
        amounts = [movement.amount for movement in draft.movements]
        debit, credit = read_amount("0" + line[22:37]), read_amount("0" + line[37:52])
        if (debit, credit) != (-sum(a for a in amounts if a < 0), sum(a for a in amounts if a > 0)):
            raise FileError("totals", self._place)
        if draft.closing is None and draft.movements:
            raise FileError("no_balance", self._place)
        closing = draft.opening if draft.closing is None else draft.closing
        if draft.opening + sum(amounts, Decimal(0)) != closing:
            raise FileError("balance", self._place)
        self._statements.append(_make_statement(draft, closing))
        self._draft = None

    def _open(self, *, with_account: bool = False) -> _Draft:
        if self._draft is None or (with_account and not self._draft.account):
            raise ValueError("order of records")
        return self._draft


def _make_statement(draft: _Draft, closing: Decimal) -> Statement:
    last_day = draft.closing_day or max((m.entry_day for m in draft.movements if m.entry_day), default=None)
    day = last_day or draft.opening_day
    year = day.year if day else ""
    if day is None and any(movement.entry_day is None for movement in draft.movements):
        raise FileError("date", draft.number)
    booked = [(movement.entry_day or day, movement.amount) for movement in draft.movements]
    movements = []
    places = find_places(draft.account, draft.opening, booked)
    for movement, (entry_day, _amount), place in zip(draft.movements, booked, places, strict=True):
        parts = (draft.account, draft.currency, year, draft.paper_number, draft.number, movement.sequence)
        parts += (movement.detail_number, movement.bank_reference, entry_day, movement.amount)
        values = {"key": f"coda:{digest(*parts)}", "amount": movement.amount, "place": place}
        movements.append(_make_movement(movement, entry_day, **values))
    return Statement(
        account=draft.account,
        currency=draft.currency,
        name=f"{year}/{draft.number}",
        opening=draft.opening,
        opening_day=draft.opening_day,
        closing=closing,
        closing_day=last_day,
        movements=tuple(movements),
        identified=True,
        remarks=("day",) if any(movement.entry_day is None for movement in draft.movements) else (),
    )


def _make_movement(draft: MovementDraft, day: date, **values) -> Movement:
    """Return a movement, or a part of one.

    :param values: of a :class:`Movement`, besides what its records tell
    """
    return Movement(
        day=draft.entry_day or day,
        value_day=draft.value_day,
        counterpart_name=draft.counterpart_name,
        counterpart_reference=draft.counterpart_reference,
        end_to_end_id=draft.customer_reference,
        bank_transaction_code=draft.code,
        additional_information=" ".join(draft.informations),
        ultimate_debtor=draft.ultimate_debtor,
        ultimate_creditor=draft.ultimate_creditor,
        details=tuple(_make_movement(detail, day, amount=detail.told_amount) for detail in draft.details),
        **draft.read_communication(),
        **values,
    )
