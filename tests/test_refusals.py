"""Why a payment is matched with nothing: each reason has a name, and each name has a payment here."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..models.matching.cases import CUSTOMER_REFERENCE, Case, OpenDocument
from ..models.matching.facts import Finding, Payment
from ..models.matching.refusals import Reason
from ..models.matching.weighing import Weighing
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
        whole=abs(residual),
        written=(*numbers, *kwargs.pop("more_written", ())),
    )


def payment(text, amount=10000, partners=(MAES,), key=1, bank_code="", name="", own=""):
    """Return a payment.

    :param str name: of who paid, or is paid, as the bank gives it
    :param str own: what the payer wrote as its own reference
    """
    values = Payment(
        key=key, date=DAY, amount=amount / 100, currency_id=1, label=text, bank_code=bank_code, partner_name=name
    )
    return Case(values, amount, References((text,)), frozenset(partners), References((own,)) if own else None)


INVOICE = document(1, "INV/2026/00012")
BARE = document(1, "20260943", residual=-10000, is_purchase=True, own=())
SENT = {"is_payment": True, "residual": -10000, "own": ()}
# The key of a document whose reference stands on other documents of its partner, too.
OF_CONTRACT = 77
REPEATED = frozenset({OF_CONTRACT})
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
        Reason.SUPPLIERS_NUMBER,
        [document(1, "6123456789012387", residual=-10000, is_purchase=True, own=())],
        [payment("6123456789012387", amount=-10000, partners=())],
    ),
    (
        Reason.MAY_BE_A_SLIP,
        [INVOICE, document(2, "INV/2026/00021")],
        [payment("INV/2026/00012", partners=())],
    ),
    (Reason.MAY_BE_A_SLIP, [document(1, "INV/2026/00012", own=())], [payment("INV/2026/00012", partners=())]),
    (Reason.NAMES_ANOTHER, [BARE], [payment("20260944 vervangt 20260943", amount=-10000)]),
    (
        Reason.NAMES_ANOTHER,
        [document(1, "F 999/2026")],
        [payment("F 1001/2026 vervangt F 999/2026")],
    ),
    (Reason.NAMES_ANOTHER, [document(1, STRUCTURED)], [payment(f"{STRUCTURED} en {OTHER_STRUCTURED}")]),
    (Reason.NAMES_ANOTHER, [INVOICE], [payment("2026/00012 en 2026/00014")]),
    (Reason.NOTHING_NAMED, [document(1, "FV/1/12/2026")], [payment("FV/11/2/2026")]),
    (Reason.NOTHING_NAMED, [INVOICE], [payment("2026/00012", partners=())]),
    (Reason.NOTHING_NAMED, [INVOICE], [payment("2026/00012", amount=9999)]),
    (Reason.NOTHING_NAMED, [INVOICE, document(2, "INV/2026/00077")], [payment("2026/00012")]),
    (Reason.NOTHING_NAMED, [INVOICE], [payment("factuur 12")]),
    (
        Reason.TOO_EARLY,
        [document(OF_CONTRACT, "CONTRACT-1188", own=(), day=date(2026, 3, 12))],
        [payment("CONTRACT-1188")],
    ),
    (
        Reason.TOO_EARLY,
        [document(1, STRUCTURED, residual=-10000, is_purchase=True, own=(), day=date(2026, 3, 12))],
        [payment(STRUCTURED, amount=-10000)],
    ),
    (
        Reason.OTHER_MONTH,
        [document(OF_CONTRACT, "CONTRACT-1188", own=())],
        [payment("CONTRACT-1188 februari 2026")],
    ),
    (
        Reason.OTHER_TIME,
        [document(1, "Huur loods 1234-567", day=date(2026, 3, 11), **SENT)],
        [payment("Huur loods 1234-567", amount=-10000)],
    ),
    (
        Reason.OTHER_TIME,
        [document(1, "Huur loods 1234-567", day=date(2026, 2, 10), **SENT)],
        [payment("Huur loods 1234-567", amount=-10000)],
    ),
    (
        Reason.PAYEE_UNKNOWN,
        [document(1, "Voorschot loon 11/2026 A4", **SENT)],
        [payment("Voorschot loon 11/2026 A4", amount=-10000, partners=(), name="Bert")],
    ),
    (
        Reason.PAYEE_UNKNOWN,
        [document(1, STRUCTURED, **SENT)],
        [payment(STRUCTURED, amount=-10000, partners=(), name="Bert")],
    ),
    (Reason.NAMES_ANOTHER, [INVOICE], [payment("INV/2026/00012 en 14")]),
    (Reason.NAMES_ANOTHER, [INVOICE], [payment("2026/00014 vervangt INV/2026/00012")]),
    (Reason.NOTHING_NAMED, [INVOICE], [payment("PO 2026/00012")]),
    (Reason.NOTHING_NAMED, [INVOICE], [payment("klantnr 2026/00012")]),
    (Reason.NOTHING_NAMED, [INVOICE], [payment("SHOP-INV/2026/00012", partners=())]),
    (Reason.NOTHING_NAMED, [INVOICE], [payment("INV/2026/00012/CORR")]),
    (Reason.NOTHING_NAMED, [document(1, "F 10/2026")], [payment("huur 10/2026")]),
    (Reason.NOTHING_NAMED, [INVOICE], [payment("thanks", own="INV/2026/00012", partners=())]),
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
        [document(1, more={CUSTOMER_REFERENCE: {"PO2025774"}}, more_written=["PO-2025/774"])],
        payment("PO-2025/774"),
    ),
    ("number", [BARE], payment("20260943 klant 20260001", amount=-10000)),
    ("number", [document(1, "F 999/2026"), document(2, "F 1001/2026")], payment("F 999/2026")),
    ("number", [INVOICE], payment("INV/2026/00012", own="INV/2026/00099")),
    ("number", [INVOICE], payment("thanks", own="INV/2026/00012")),
    ("number", [INVOICE], payment("2026/00012")),
    ("number", [INVOICE], payment("/REMI/INV/INV/2026/00012/AMT/EUR100,00")),
    ("number", [document(1, "FV/88/11/2026")], payment("/VAT/187,00/IDC/7781234567/INV/FV/88/11/2026")),
    (
        "number",
        [document(1, "210000000003139471430009024", own=())],
        payment("21 00000 00003 13947 14300 09024, 20.11.2026"),
    ),
    ("number", [document(1, "2600411695", own=())], payment("00000 00000 26004 11695")),
    ("number", [INVOICE, document(2, "INV/2026/00077", partner=PEETERS)], payment("INV/2026/12")),
    ("number", [document(1, "20260943", own=())], payment("RENR20260943")),
    ("number", [document(1, "INV/2026/00012", day=date(2026, 4, 10))], payment("INV/2026/00012")),
    (
        "number",
        [document(OF_CONTRACT, "CONTRACT-1188", own=())],
        payment("CONTRACT-1188 maart 2026"),
    ),
    (
        "number",
        [document(1, "6123456789012387", residual=-10000, is_purchase=True, own=())],
        payment("6123 4567 8901 2387", amount=-10000),
    ),
    (
        "payment",
        [document(1, "Huur loods 1234-567", day=date(2026, 2, 11), **SENT)],
        payment("Huur loods 1234-567", amount=-10000),
    ),
)


@tagged("post_install", "-at_install")
class TestRefusals(BaseCase):
    def test_each_reason_is_told(self):
        for reason, documents, payments in REFUSALS:
            with self.subTest(reason=reason, documents=[one.key for one in documents]):
                refusal = Weighing(documents, lambda: REPEATED).judge(payments)[1]
                self.assertIs(refusal.reason, reason)
                self.assertEqual(refusal.key, 1)

    def test_no_reason_is_left_out(self):
        self.assertEqual({reason for reason, _documents, _payments in REFUSALS}, {*Reason})

    def test_a_refusal_says_what_it_is_about(self):
        documents = [document(1, STRUCTURED), document(2, STRUCTURED)]
        refusal = Weighing(documents).judge([payment(STRUCTURED)])[1]
        self.assertEqual([one.key for one in refusal.documents], [1, 2])

    def test_what_is_certain_is_found(self):
        for evidence, documents, case in FOUND:
            with self.subTest(evidence=evidence):
                finding = Weighing(documents, lambda: REPEATED).judge([case])[1]
                self.assertIsInstance(finding, Finding)
                self.assertEqual(finding.evidence, evidence)
