"""Bank transactions as evidence sees them."""

from odoo.tools import html2plaintext

from ...payment_references import take_apart
from .facts import Payment, normalize_account

# Bank texts in `transaction_details`, under the keys that the import gives them (doc/decisions.md, 20).
END_TO_END, MANDATE, CREDITOR, INFORMATION = "ref1", "ref2", "ref3", "ref4"


def read_line(line):
    """Return what a bank transaction in the books says of its payment.

    :param line: `account.bank.statement.line` record
    :return dict: for `make_payment`
    """
    details = line.transaction_details if isinstance(line.transaction_details, dict) else {}
    # Other modules write there, too.
    details = {key: text for key, text in details.items() if isinstance(text, str)}
    journal = line.journal_id
    return {
        "key": line.id,
        "date": line.date,
        "amount": line.amount,
        "currency_id": (journal.currency_id or journal.company_id.currency_id).id,
        "label": line.payment_ref or "",
        "texts": (read_note(line.narration, details), details.get(INFORMATION, ""), line.ref or ""),
        "partner_name": line.partner_name or "",
        "account_number": line.account_number or "",
        "creditor_id": details.get(CREDITOR, ""),
        "mandate_id": details.get(MANDATE, ""),
        "end_to_end_id": details.get(END_TO_END, ""),
        "bank_code": line.transaction_type or "",
        "partner_id": line.partner_id.id or 0,
    }


def read_note(narration, details):
    """Return what a note says besides what the bank gives apart: the payer's own reference names no document of ours.

    :param narration: HTML of the note, or nothing
    :param dict details: texts of the bank
    :return str: lines
    """
    apart = tuple(
        f": {details[key].strip()}" for key in (END_TO_END, MANDATE, CREDITOR) if details.get(key, "").strip()
    )
    lines = html2plaintext(narration or "").splitlines()
    return "\n".join(line for line in lines if not line.endswith(apart)) if apart else "\n".join(lines)


def make_payment(**facts):
    """Return a payment; a text of labelled parts is taken apart, and tells what the bank does not tell elsewhere.

    :param facts: of `Payment`; the account number as the bank gives it
    :return Payment:
    """
    texts = []
    for text in filter(None, facts.pop("texts")):
        parts = take_apart(text)
        if not parts:
            texts.append(text)
            continue
        texts += parts.communication
        told = {
            "partner_name": parts.name,
            "account_number": parts.account,
            "creditor_id": parts.creditor,
            "mandate_id": parts.mandate,
            "end_to_end_id": parts.end_to_end,
        }
        facts.update({name: text for name, text in told.items() if text and not facts[name]})
    facts["account_number"] = normalize_account(facts["account_number"])
    return Payment(texts=tuple(filter(None, texts)), **facts)
