"""What a person booked a bank transaction on, as a finding that is applied like any other."""

from ..booking.items import Booking, make_items
from .facts import Finding


def make_booking(line, bookings, documents):
    """Return what a person decided about one bank transaction.

    What the bookings leave is for the documents; without documents it stays on the suspense account.

    :param line: `account.bank.statement.line` record that is booked on nothing yet
    :param list bookings: of `Booking`, at least one
    :param documents: open `account.move.line` records of one account that are settled besides, maybe none
    :return Finding:
    """
    partners = documents.partner_id.commercial_partner_id.ids or list({booking.partner_id for booking in bookings})
    partner_id = partners[0] if len(partners) == 1 else 0
    if not documents:
        items = make_items(line, bookings, partner_id)
        return Finding(line.id, "booked", items[0]["account_id"], partner_id, counterparts=tuple(items))
    account_id = documents.account_id.id
    paid = Booking(account_id, get_left(line, bookings), partner_id=documents.partner_id[:1].id)
    items = make_items(line, [paid, *bookings], partner_id)
    return Finding(line.id, "chosen", account_id, partner_id, tuple(documents.ids), counterparts=tuple(items))


def get_left(line, bookings):
    """Return what bookings leave of a bank transaction, signed as it is."""
    return line.currency_id.round(line.amount - sum(booking.amount for booking in bookings))


def get_booked_accounts(env, finding):
    """Return the accounts that a finding books on besides those of its documents, taxes and suspense left out.

    :param env: environment
    :param Finding finding: what was decided
    :return: `account.account` records
    """
    journal = env["account.bank.statement.line"].browse(finding.key).journal_id
    left_out = set(journal.suspense_account_id.ids)
    if finding.item_ids:
        left_out.add(finding.account_id)
    booked = [values["account_id"] for values in finding.counterparts if not values.get("tax_repartition_line_id")]
    return env["account.account"].browse(dict.fromkeys(number for number in booked if number not in left_out))
