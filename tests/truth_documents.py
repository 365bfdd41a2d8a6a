"""Generated parties and documents as records of Odoo."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

from odoo import Command

from .bulk_documents import copy_documents
from .common import PontoCase
from .payment_records import OWN_KINDS


class TruthDocuments(PontoCase):
    """Enters what a ledger tells: partners, documents, what was paid before, registered payments."""

    def _enter_parties(self, ledger):
        """Create partners with the bank accounts that are known; return the partner by key of the party."""
        parties = ledger.parties
        model = self.quiet["res.partner"]
        partners = model.create([{"name": party.name, "is_company": True} for party in parties])
        of_party = dict(zip([party.key for party in parties], partners, strict=True))
        with_contact = [party for party in parties if party.known and party.on_contact]
        contacts = model.create(
            [{"name": "Boekhouding", "parent_id": of_party[party.key].id} for party in with_contact]
        )
        holders = of_party | dict(zip([party.key for party in with_contact], contacts, strict=True))
        self.quiet["res.partner.bank"].create(
            [{"acc_number": self._printed(party.account), "partner_id": holders[party.key].id}
             for party in parties if party.known]
        )  # fmt: skip
        return of_party

    @staticmethod
    def _printed(account):
        """Return an account number in groups of four, as people type it."""
        return " ".join(account[start : start + 4] for start in range(0, len(account), 4))

    def _enter_documents(self, ledger):
        """Create the documents, and post those that are no drafts; return the entry by key of the document.

        Plain ones are copied from the first of their kind, which costs a second instead of a minute.
        """
        plain, moves = defaultdict(list), {}
        for document in (each for each in ledger.documents if each.state != "alone"):
            ordinary = document.company == "main" and document.currency == "EUR" and not document.discount
            if ordinary and document.state != "draft":
                plain[document.kind].append(document)
            else:
                model = self.quiet["account.move"].with_company(self.companies[document.company])
                moves[document.key] = model.create(self._document_values(document))
                if document.state != "draft":
                    moves[document.key].action_post()
        for documents in plain.values():
            first = replace(documents[0], number=f"{documents[0].kind}/2020/0001", amount=1, day=date(2020, 1, 31))
            prototype = self.quiet["account.move"].create(self._document_values(first))
            prototype.action_post()
            copies = copy_documents(prototype, [self._copied_values(document) for document in documents])
            moves |= dict(zip([document.key for document in documents], copies, strict=True))
            prototype.button_draft()
            prototype.button_cancel()
        return moves

    def _copied_values(self, document):
        values = self._document_values(document)
        own = document.kind in OWN_KINDS
        return {
            "name": values["name"],
            "partner_id": values["partner_id"],
            "commercial_partner_id": self.partners[document.party.key].id,
            "day": document.day,
            "amount": document.amount,
            "ref": values["ref"] or None,
            "payment_reference": document.reference or (document.number if own else None),
        }

    def _document_values(self, document):
        own = document.kind in OWN_KINDS
        item = {"name": "Goods", "quantity": 1, "price_unit": float(document.amount), "tax_ids": [Command.clear()]}
        values = {
            "move_type": document.kind,
            "partner_id": self._addressee(document).id,
            "invoice_date": document.day,
            "date": document.day,
            "invoice_line_ids": [Command.create(item)],
            "invoice_payment_term_id": self._discount_terms().id if document.discount else False,
            "invoice_date_due": document.day,
            "ref": (document.order or self._taken_back(document)) if own else document.number,
            "name": document.number if own else f"BILL/{document.day:%Y/%m}/{document.key[1:]:0>4}",
        }
        if document.reference:
            values["payment_reference"] = document.reference
        if document.currency == "USD":
            values["currency_id"] = self.dollar.id
        return values

    def _addressee(self, document):
        """Return whom a document is addressed to: every second one of a party with contacts is to the contact."""
        party = self.partners[document.party.key]
        return (int(document.key[1:]) % 2 and party.child_ids[:1]) or party

    @staticmethod
    def _taken_back(document):
        """Return what Odoo writes on a credit note of an invoice."""
        return document.origin and f"Reversal of: {document.origin}"

    def _discount_terms(self):
        name = "2 % within ten days"
        terms = self.quiet["account.payment.term"]
        return terms.search([("name", "=", name)]) or terms.create(
            {"name": name, "early_discount": True, "discount_days": 10, "discount_percentage": 2.0,
             "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})]}
        )  # fmt: skip

    def _due(self, documents):
        """Return the items by which documents are owed."""
        moves = self.env["account.move"].union(*[self.moves[each.key] for each in documents])
        return moves.line_ids.filtered(
            lambda item: item.account_id.account_type in ("asset_receivable", "liability_payable")
        )

    def _pay_before(self, documents):
        """Settle documents in cash, in full or in part, by an entry that has nothing to do with the bank."""
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "general")], limit=1
        )
        till = self.env["account.account"].create({"name": "Till", "code": "579001", "account_type": "asset_current"})
        due = [self._due([document]) for document in documents]
        paid = [float(document.settled) or item.balance for document, item in zip(documents, due, strict=True)]
        items = [{"account_id": item.account_id.id, "balance": -amount, "partner_id": item.partner_id.id}
                 for item, amount in zip(due, paid, strict=True)]  # fmt: skip
        items.append({"account_id": till.id, "balance": sum(paid)})
        entry = self.quiet["account.move"].create(
            {"journal_id": journal.id, "line_ids": [Command.create(item) for item in items]}
        )
        entry.action_post()
        settling = entry.line_ids.filtered(lambda item: item.account_id != till)
        self.env["account.move.line"]._reconcile_plan([pair[0] | pair[1] for pair in zip(due, settling, strict=True)])
        self.assertTrue(all(item.reconciled for item in settling))

    def _register(self, documents):
        """Register payments on outstanding accounts, of documents or alone; return the key of the document by its item there.

        The entry of one that is alone counts as its document.
        """
        values = [
            {
                "payment_type": "inbound" if document.kind == "out_invoice" else "outbound",
                "partner_type": "customer" if document.kind in OWN_KINDS else "supplier",
                "partner_id": self.partners[document.party.key].id,
                "amount": float(document.amount),
                "date": document.registered_on or document.day + timedelta(days=2),
                "memo": document.reference or document.number,
                "journal_id": self.account.journal_id.id,
                "company_id": self.company.id,
            }
            for document in documents
        ]
        payments = self.quiet["account.payment"].create(values)
        payments.action_post()
        plan, outstanding = [], {}
        for document, payment in zip(documents, payments, strict=True):
            waiting, settling, _others = payment._seek_for_lines()
            outstanding[waiting.id] = document.key
            self.moves.setdefault(document.key, payment.move_id)
            if document.state == "registered":
                plan.append(self._due([document]) | settling)
        self.env["account.move.line"]._reconcile_plan(plan)
        for document in (each for each in documents if each.state != "alone"):
            paid = "paid" if document.state == "registered" else "not_paid"
            self.assertEqual(self.moves[document.key].payment_state, paid)
        return outstanding
