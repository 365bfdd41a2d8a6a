"""Why a payment is matched with nothing: each reason has a name, and each name has a payment here."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..models.matching.facts import Finding, Payment
from ..models.matching.refusals import Reason
from ..models.matching.weighing import CUSTOMER_REFERENCE, Case, OpenDocument, Weighing
from ..payment_references import References, classify

DAY = date(2026, 3, 10)
STRUCTURED = "+++090/9337/55493+++"
OTHER_STRUCTURED = "+++000/0000/00097+++"
MAES, PEETERS = 1, 2


def document(key, *numbers, own=None, partner=MAES, residual=10000, account=400, day=DAY, **kwargs):
    """Return an open document with references.

    :param own: numbers of it that the company gave; all of them when it is not said
    """
    references = {}
    for number in numbers:
        kind, found = classify(number)
        references.setdefault(kind, set()).add(found)
    return OpenDocument(
        key=key,
        partner_id=partner,
        is_payment=kwargs.pop("is_payment", False),
        is_purchase=kwargs.pop("is_purchase", False),
        date=day,
        references=references | kwargs.pop("more", {}),
        own_numbers={classify(number)[1] for number in (numbers if own is None else own)},
        item_ids=[key],
        account_ids={account},
        residual=residual,
    )


def payment(text, amount=10000, partners=(MAES,), key=1, bank_code=""):
    values = Payment(key=key, date=DAY, amount=amount / 100, currency_id=1, label=text, bank_code=bank_code)
    return Case(values, amount, References((text,)), frozenset(partners))


INVOICE = document(1, "INV/2026/00012")
# Reason, what is open, and the payments; the first of them is judged.
REFUSALS = (
    (Reason.NO_AMOUNT, [INVOICE], [payment("INV/2026/00012", amount=0)]),
    (Reason.COMES_BACK, [INVOICE], [payment("INV/2026/00012", bank_code="PMNT-ICDT-RRTN")]),
    (Reason.NOTHING_NAMED, [INVOICE], [payment("Thank you")]),
    (Reason.SOMEBODY_ELSES, [INVOICE], [payment("INV/2026/00012", partners=[PEETERS])]),
    (Reason.OTHER_AMOUNT, [INVOICE], [payment("INV/2026/00012", amount=9999)]),
    (
        Reason.OTHER_AMOUNT,
        [document(1, STRUCTURED), document(2, STRUCTURED)],
        [payment(STRUCTURED, amount=20000)],
    ),
    (
        Reason.OTHER_AMOUNT,
        [document(1, STRUCTURED, is_payment=True)],
        [payment(STRUCTURED, amount=5000)],
    ),
    (
        Reason.SEVERAL_PAYMENTS,
        [document(1, STRUCTURED, is_payment=True), document(2, STRUCTURED, is_payment=True)],
        [payment(STRUCTURED)],
    ),
    (
        Reason.PAYMENT_AND_OTHERS,
        [document(1, STRUCTURED, is_payment=True), document(2, STRUCTURED, partner=PEETERS)],
        [payment(STRUCTURED, partners=())],
    ),
    (Reason.SEVERAL_DOCUMENTS, [document(1, STRUCTURED), document(2, STRUCTURED)], [payment(STRUCTURED)]),
    (
        Reason.SEVERAL_DOCUMENTS,
        [INVOICE, document(2, STRUCTURED), document(3, STRUCTURED)],
        [payment(f"INV/2026/00012 {STRUCTURED}")],
    ),
    (
        Reason.SEVERAL_PARTNERS,
        [document(1, STRUCTURED), document(2, OTHER_STRUCTURED, partner=PEETERS)],
        [payment(f"{STRUCTURED} {OTHER_STRUCTURED}", amount=20000, partners=())],
    ),
    (
        Reason.SEVERAL_ACCOUNTS,
        [document(1, STRUCTURED), document(2, OTHER_STRUCTURED, account=401)],
        [payment(f"{STRUCTURED} {OTHER_STRUCTURED}", amount=20000)],
    ),
    (Reason.TOO_EARLY, [document(1, STRUCTURED, day=date(2026, 4, 10))], [payment(STRUCTURED)]),
    (Reason.NAMES_ANOTHER, [INVOICE], [payment("INV/2026/00012 INV/2026/00013")]),
    (
        Reason.SUPPLIERS_NUMBER,
        [document(1, "INV/2026/00012", residual=-10000, is_purchase=True)],
        [payment("INV/2026/00012", amount=-10000, partners=())],
    ),
    (
        Reason.MAY_BE_A_SLIP,
        [INVOICE, document(2, "INV/2026/00021")],
        [payment("INV/2026/00012", partners=())],
    ),
    (Reason.MAY_BE_A_SLIP, [document(1, "INV/2026/00012", own=())], [payment("INV/2026/00012", partners=())]),
    (Reason.CLAIMED_TWICE, [INVOICE], [payment("INV/2026/00012"), payment("INV/2026/00012", key=2)]),
)
# Evidence, what is open, and the payment: a little more or less, and each of them would be refused.
FOUND = (
    ("number", [INVOICE], payment("INV/2026/00012")),
    ("number", [INVOICE], payment("INV/2026/00012", partners=())),
    ("structured", [document(1, STRUCTURED)], payment(STRUCTURED, partners=())),
    (
        "numbers",
        [document(1, STRUCTURED), document(2, OTHER_STRUCTURED)],
        payment(f"{STRUCTURED} {OTHER_STRUCTURED}", amount=20000),
    ),
    ("payment", [document(1, STRUCTURED, is_payment=True), document(2, STRUCTURED)], payment(STRUCTURED)),
    (
        "customer_reference",
        [document(1, more={CUSTOMER_REFERENCE: {"PO2025774"}})],
        payment("PO-2025/774"),
    ),
)


@tagged("post_install", "-at_install")
class TestRefusals(BaseCase):
    def test_each_reason_is_told(self):
        for reason, documents, payments in REFUSALS:
            with self.subTest(reason=reason, documents=[one.key for one in documents]):
                refusal = Weighing(documents).judge(payments)[1]
                self.assertIs(refusal.reason, reason)
                self.assertEqual(refusal.key, 1)
                self.assertEqual(Weighing(documents).weigh(payments), {})

    def test_no_reason_is_left_out(self):
        self.assertEqual({reason for reason, _documents, _payments in REFUSALS}, {*Reason})

    def test_a_refusal_says_what_it_is_about(self):
        documents = [document(1, STRUCTURED), document(2, STRUCTURED)]
        refusal = Weighing(documents).judge([payment(STRUCTURED)])[1]
        self.assertEqual([one.key for one in refusal.documents], [1, 2])

    def test_what_is_certain_is_found(self):
        for evidence, documents, case in FOUND:
            with self.subTest(evidence=evidence):
                finding = Weighing(documents).judge([case])[1]
                self.assertIsInstance(finding, Finding)
                self.assertEqual(finding.evidence, evidence)
                self.assertEqual(Weighing(documents).weigh([case]), {1: finding})
