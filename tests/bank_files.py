"""Bank files made from the sandbox's ledger, as a bank writes them; and the pieces, to break them."""

from datetime import date, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

HEADER, OLD_BALANCE, MOVEMENT, INFORMATION, NEW_BALANCE, TRAILER = "0", "1", "2", "3", "8", "9"


def record(*pieces):
    """Return a record of CODA.

    :param pieces: tuples of position, as Febelfin counts it, and text
    """
    signs = [" "] * 128
    for position, text in pieces:
        signs[position - 1 : position - 1 + len(text)] = text
    return "".join(signs)


def coda_day(day):
    return day.strftime("%d%m%y") if day else "000000"


def coda_amount(amount):
    amount = Decimal(amount)
    return f"{1 if amount < 0 else 0}{int(abs(amount) * 1000):015}"


def account_field(account, currency):
    return f"{account:<34}{currency}"


def coda_movement(sequence, amount, day, *, value_day=None, detail=0, code="00150000", reference=None, **texts):
    """Return the records 21, 22 and 23 of a movement.

    :param texts: communication (its first sign is 1 when structured), customer_reference, account, name, globalization
    """
    communication = f"{texts.get('communication', '0'):<149}"
    place = f"{sequence:04}{detail:04}"
    reference = f"{reference or f'REF{sequence:06}{day:%y%m%d}':<21}"
    return [
        record(
            (1, f"21{place}{reference}{coda_amount(amount)}{coda_day(value_day)}{code}"),
            (62, communication[:54]),
            (116, coda_day(day)),
            (122, f"001{texts.get('globalization', 0)}1 0"),
        ),
        record((1, f"22{place}{communication[54:107]}"), (64, texts.get("customer_reference", "")[:35]), (126, "1 0")),
        record(
            (1, f"23{place}{texts.get('account', '')}"),
            (48, texts.get("name", "")[:35]),
            (83, communication[107:149]),
            (126, "0 0"),
        ),
    ]


def coda_statement(movements, *, account, currency="EUR", opening, opening_day, closing_day, number=1, closing=None):
    """Return the lines of one statement.

    :param movements: lists of records of movements, in their order; those whose code is a detail count in no total
    """
    records = [line for movement in movements for line in movement]
    own = [line for line in records if line[:2] == "21" and line[53] in "0123"]
    amounts = [(-1 if line[31] == "1" else 1) * Decimal(int(line[32:47])) / 1000 for line in own]
    closing = opening + sum(amounts) if closing is None else closing
    header = record((1, f"00000{coda_day(closing_day)}30005"), (25, "TEST"), (35, "Bakkerij Maes"), (128, "2"))
    old = record(
        (1, f"12{number % 1000:03}{account_field(account, currency)}{coda_amount(opening)}{coda_day(opening_day)}"),
        (65, "Bakkerij Maes"),
        (126, f"{number % 1000:03}"),
    )
    new = record(
        (1, f"8{number % 1000:03}{account_field(account, currency)}{coda_amount(closing)}{coda_day(closing_day)}"),
        (128, "0"),
    )
    debit, credit = sum(-a for a in amounts if a < 0), sum(a for a in amounts if a > 0)
    trailer = record(
        (1, "9"),
        (17, f"{len(records) + 2:06}{coda_amount(debit)[1:]}{coda_amount(credit)[1:]}"),
        (128, "2"),
    )
    return [header, old, *records, new, trailer]


def coda_file(lines, encoding="latin-1", end="\r\n"):
    return "".join(line + end for line in lines).encode(encoding)


# ---------------------------------------------------------------------- from the sandbox


def days_of(account, first, last):
    """Return the transactions of each day of an account that has any."""
    days = {}
    for item in account.ledger:
        if first <= item.day <= last:
            days.setdefault(item.day, []).append(item)
    return sorted(days.items())


def coda_of(bank, account, first, last, batches=()):
    """Return a CODA file of some days: one statement per day that has transactions, as banks send them.

    :param bank: the sandbox's
    :param batches: lists of transactions of one day that the bank books as one total, with its parts
    """
    lines = []
    for number, (day, items) in enumerate(days_of(account, first, last), 1):
        batched = [batch for batch in batches if batch[0] in items]
        single = [item for item in items if not any(item in batch for batch in batched)]
        movements = [_coda_item(sequence, item) for sequence, item in enumerate(single, 1)]
        for sequence, batch in enumerate(batched, len(movements) + 1):
            total = sum(item.amount for item in batch)
            movements.append(coda_movement(sequence, total, day, code="20150000", globalization=1))
            movements += [_coda_item(sequence, item, part=part) for part, item in enumerate(batch, 1)]
        lines += coda_statement(
            movements,
            account=account.reference,
            currency=account.currency,
            opening=bank.balance(account, day - timedelta(days=1)),
            opening_day=day - timedelta(days=1),
            closing_day=day,
            number=int(f"{day:%j}") or number,
        )
    return coda_file(lines)


def _coda_item(sequence, item, part=0):
    text = item.remittance_information or ""
    structured = item.remittance_information_type == "structured"
    communication = "1101" + "".join(c for c in text if c.isdigit()) if structured else "0" + text
    return coda_movement(
        sequence,
        item.amount,
        item.day,
        value_day=item.value_date,
        detail=part,
        code="60150000" if part else "00150000",
        reference=f"B{item.sequence:020}",
        communication=communication,
        account=item.counterpart_reference or "",
        name=item.counterpart_name or "",
        customer_reference=item.end_to_end_id or "",
    )


def camt_of(bank, account, first, last, *, version="02", prefix="", references=True, statement_id="STMT", batches=()):
    """Return a CAMT.053 file of some days, one statement for all of them.

    :param version: two digits, as in camt.053.001.08
    :param prefix: of the namespace; none when empty
    :param references: whether the bank gives its own reference of each entry
    """
    entries = []
    for _day, items in days_of(account, first, last):
        batched = [batch for batch in batches if batch[0] in items]
        single = [[item] for item in items if not any(item in batch for batch in batched)]
        entries += [camt_entry(group, version=version, references=references) for group in (*single, *batched)]
    return camt_file(
        entries,
        account=account.reference,
        currency=account.currency,
        opening=bank.balance(account, first - timedelta(days=1)),
        closing=bank.balance(account, last),
        first=first,
        last=last,
        version=version,
        prefix=prefix,
        statement_id=statement_id,
    )


def camt_amount(amount, currency="EUR"):
    side = "DBIT" if amount < 0 else "CRDT"
    return f'<Amt Ccy="{currency}">{abs(amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def camt_entry(items, *, version="02", references=True, extra=""):
    """Return one entry of one transaction, or of a batch."""
    total, one = sum(item.amount for item in items), items[0]
    status = "<Sts><Cd>BOOK</Cd></Sts>" if int(version) >= 8 else "<Sts>BOOK</Sts>"
    reference = f"<AcctSvcrRef>B{one.sequence:020}</AcctSvcrRef>" if references else ""
    details = "".join(_camt_details(item, version) for item in items)
    return (
        f"<Ntry>{camt_amount(total, one.currency)}{extra}{status}<BookgDt><Dt>{one.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{one.value_date}</Dt></ValDt>{reference}"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def _camt_details(item, version):
    side = "Cdtr" if item.amount < 0 else "Dbtr"
    text = escape(item.remittance_information or "")
    remittance = f"<Ustrd>{text}</Ustrd>"
    if item.remittance_information_type == "structured":
        remittance = (
            f"<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{text}</Ref></CdtrRefInf></Strd>"
        )
    name = f"<Nm>{escape(item.counterpart_name or '')}</Nm>"
    party = f"<Pty>{name}</Pty>" if int(version) >= 8 else name
    amount = camt_amount(item.amount, item.currency)
    if int(version) < 8:
        amount = f"<AmtDtls><TxAmt>{amount.partition('<CdtDbtInd>')[0]}</TxAmt></AmtDtls>"
    return (
        f"<TxDtls><Refs><EndToEndId>{escape(item.end_to_end_id or 'NOTPROVIDED')}</EndToEndId></Refs>{amount}"
        f"<RltdPties><{side}>{party}</{side}><{side}Acct><Id><IBAN>{item.counterpart_reference or ''}</IBAN></Id>"
        f"</{side}Acct></RltdPties><RmtInf>{remittance}</RmtInf></TxDtls>"
    )


def camt_balance(code, amount, day, currency):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{camt_amount(amount, currency)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def camt_file(
    entries,
    *,
    account,
    opening,
    closing,
    first=date(2026, 1, 1),
    last=date(2026, 1, 31),
    currency="EUR",
    version="02",
    prefix="",
    statement_id="STMT",
    doctype="",
):
    """Return a CAMT.053 file of one statement."""
    body = (
        f"<GrpHdr><MsgId>{statement_id}</MsgId></GrpHdr><Stmt><Id>{statement_id}</Id>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        f"{camt_balance('OPBD', opening, first, currency)}{camt_balance('CLBD', closing, last, currency)}"
        f"{''.join(entries)}</Stmt>"
    )
    namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    document = f"<Document><BkToCstmrStmt>{body}</BkToCstmrStmt></Document>"
    if prefix:
        document = document.replace("</", "\x00").replace("<", f"<{prefix}:").replace("\x00", f"</{prefix}:")
        document = document.replace("Document>", f'Document xmlns:{prefix}="{namespace}">', 1)
    else:
        document = document.replace("<Document>", f'<Document xmlns="{namespace}">', 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>{doctype}{document}'.encode()
