"""Generated documents in Odoo, generated payments at the bank, and what was matched with what."""

from dataclasses import dataclass
from datetime import date, timedelta

from .payment_records import HOLDER, REGISTERED, SAVINGS, Payment
from .payment_stories import tell
from .truth_documents import TruthDocuments
from .truth_reading import Offer, Outcome, TruthReading


@dataclass(frozen=True)
class Told:
    """A payment and what became of it, before a person did anything with it.

    :param offer: what a person is offered for it
    :param opened: keys of the documents that are open when it is offered
    """

    payment: Payment
    outcome: Outcome
    offer: Offer
    opened: frozenset[str]


class TruthCase(TruthDocuments, TruthReading):
    """A company whose first import is done, and which then gets 400 payments of a seed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company("Tweede Bakkerij Maes")
        cls.env.user.company_ids |= cls.other_company
        cls.companies = {"main": cls.company, "other": cls.other_company}
        cls.env["account.journal"].create(
            {"name": "Savings", "code": "SAV", "type": "bank", "bank_acc_number": SAVINGS, "company_id": cls.company.id}
        )
        cls.dollar = cls.env.ref("base.USD")
        cls.dollar.active = True
        cls.env["res.currency.rate"].create(
            {"name": date.today() - timedelta(days=900), "currency_id": cls.dollar.id, "company_rate": 1.1,
             "company_id": cls.company.id}
        )  # fmt: skip

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account(holder_name=HOLDER)
        self.pay(self.bank_account, "10.00", days_ago=90, remittance_information="Start")
        self.connection = self.connect_and_import()
        self.account = self.connection.account_ids
        self.quiet = self.env(context={**self.env.context, "tracking_disable": True, "mail_notrack": True})

    def play(self, seed):
        """Enter the documents of a seed, let its payments arrive and be imported, twice, with a person between.

        :return tuple: ledger (`payment_books.Ledger`), list of `Told`
        """
        ledger = tell(seed, date.today())
        self.partners = self._enter_parties(ledger)
        self.moves = self._enter_documents(ledger)
        self._pay_before([each for each in ledger.documents if each.state == "paid" or each.settled])
        self.registered = self._register([each for each in ledger.documents if each.state in REGISTERED])
        self.keys = self._key_items()
        ids = self._import([each for each in ledger.payments if each.phase == 1])
        decided = {ponto_id: payment for ponto_id, payment in ids.items() if payment.accepted}
        suggestions = self._suggest_for(decided)
        told = self._tell(decided, suggestions)
        self._accept(decided, suggestions)
        ids |= self._import([each for each in ledger.payments if each.phase == 2])
        others = {key: payment for key, payment in ids.items() if key not in decided}
        return ledger, told + self._tell(others, self._suggest_for(others))

    # ------------------------------------------------------------------ what happens

    def _import(self, payments):
        """Let payments arrive at the bank and in the books; return them by their id at Ponto."""
        ids = {self._arrive(payment): payment for payment in payments}
        self.synchronize(self.connection)
        self.env.invalidate_all()
        return ids

    def _tell(self, payments, suggestions):
        """Return what became of payments.

        :param dict payments: by id at Ponto
        :param dict suggestions: their candidates
        :return list: of `Told`
        """
        outcomes = self._read_outcomes()
        self.assertLessEqual(payments.keys(), outcomes.keys(), "every payment is on a line")
        offers, opened = self._read_offers(payments, suggestions), self._read_opened()
        return [Told(payment, outcomes[key], offers[key], opened) for key, payment in payments.items()]

    def _accept(self, payments, suggestions):
        """Accept as a person the candidate that is right, where it is offered.

        :param dict payments: by id at Ponto
        :param dict suggestions: their candidates
        """
        for key, line in self._lines(payments).items():
            for finding in suggestions[key]:
                if self._keys_of(finding.item_ids) in payments[key].right:
                    line._accept(finding)
                    break
        self.env.flush_all()

    # ------------------------------------------------------------------ at the bank

    def _arrive(self, payment):
        """Book a payment at the bank; return its id at Ponto."""
        item = self.bank.add_transaction(
            self.bank_account,
            payment.amount,
            payment.day,
            remittance_information=payment.text or None,
            **payment.attributes,
        )
        return item.id
