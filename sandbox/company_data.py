"""Names and numbers of the Belgian company: fictional, as realistic as Belgian statements are."""

from __future__ import annotations

from dataclasses import dataclass

from .identifiers import (
    belgian_iban,
    creditor_identifier,
    enterprise_number,
    french_iban,
    iban,
    structured_digits,
    structured_text,
)

HOLDER = "ATELIER NOORDZEE BV"
# Bank codes that no bank was given.
STABLE_BANK, BETA_BANK, CLOSED_BANK = 918, 927, 933
MAIN_IBAN = belgian_iban(STABLE_BANK, 1203344)
SAVINGS_IBAN = belgian_iban(STABLE_BANK, 1203391)
EXPIRING_IBAN = belgian_iban(BETA_BANK, 4410087)
READONLY_IBAN = belgian_iban(CLOSED_BANK, 7745510)
EXPIRED_IBAN = belgian_iban(BETA_BANK, 4410192)
CARD_1 = "541275******4821"
CARD_2 = "487104******0937"
DEBIT_CARD = "670312******7718"

# How many of the 2,500 transactions each account has.
QUOTAS = {
    "main": 1340,
    "main_usd": 110,
    "savings": 80,
    "card_1": 340,
    "card_2": 230,
    "expiring": 180,
    "readonly": 130,
    "expired": 90,
}


@dataclass(frozen=True)
class Partner:
    """A customer or a supplier.

    :param kind: ``customer`` or ``supplier``
    :param account: its IBAN
    """

    name: str
    kind: str
    account: str
    country: str


@dataclass(frozen=True)
class Debit:
    """A creditor that collects by SEPA direct debit every month.

    :param day: of the month
    :param cents: usual amount
    :param spread: how far the amount varies, in cents
    """

    name: str
    account: str
    creditor_id: str
    mandate_id: str
    day: int
    cents: int
    spread: int
    text: str


def _customer(name: str, account: str) -> Partner:
    return Partner(name, "customer", account, account[:2])


def _supplier(name: str, account: str) -> Partner:
    return Partner(name, "supplier", account, account[:2])


CUSTOMERS = (
    _customer("Brasserie de l'Écluse SRL", belgian_iban(901, 2214567)),
    _customer("Zorggroep De Linde VZW", belgian_iban(914, 8801234)),
    _customer("Café Zoë BV", belgian_iban(905, 4567123)),
    _customer("Notariskantoor Peeters & Çelik", belgian_iban(901, 9087651)),
    _customer("Crèche Les Étoiles ASBL", belgian_iban(936, 1002003)),
    _customer("Tandartspraktijk D'Hooghe", belgian_iban(914, 3345678)),
    _customer("Gemeente Oosterdam", belgian_iban(909, 100)),
    _customer("Van den Bossche Projecten NV", belgian_iban(905, 7712345)),
    _customer("Hôtel Belle-Île SA", belgian_iban(936, 6655443)),
    _customer("Boulangerie Lefèvre SRL", belgian_iban(901, 5150515)),
    _customer("Müller & Söhne Innenausbau GmbH", iban("DE", "990500000012345678")),
    _customer("Menuiserie Côté Sud SARL", french_iban(99123, 21, 45678901)),
    _customer("Architectenbureau 't Kofschip B.V.", iban("NL", "NEPB0417164300")),
    _customer("Studio Ångström AB", iban("SE", "99900000058398257466")),
    _customer("Maison Müllerthal S.à r.l.", iban("LU", "9990006447500000")),
    _customer("Kancelaria Łukasz Żółć", iban("PL", "999010140000071219812874")),
)
SUPPLIERS = (
    _supplier("Houthandel Scheldeland NV", belgian_iban(905, 1122334)),
    _supplier("Verfgroothandel Kleurrijk BV", belgian_iban(901, 6543210)),
    _supplier("Quincaillerie Dumoulin SA", belgian_iban(936, 8899001)),
    _supplier("Transport Vermeersch BV", belgian_iban(914, 2323232)),
    _supplier("Ferronnerie Saint-Éloi SRL", belgian_iban(936, 4747474)),
    _supplier("Accountantskantoor De Wit & Zn", belgian_iban(905, 9191919)),
    _supplier("Drukkerij Het Lettertype CV", belgian_iban(909, 6161616)),
    _supplier("Schrijnwerkmachines Devos NV", belgian_iban(901, 3838383)),
    _supplier("Furnierwerk Köhler GmbH", iban("DE", "990700240098765432")),
    _supplier("Legno Più S.r.l.", iban("IT", "X9990011101000000123456")),
    _supplier("Serrurerie Façade & Fils SARL", french_iban(99456, 102, 98765432)),
    _supplier("Ijzerwaren Groothandel De Boei B.V.", iban("NL", "NEPB0300065264")),
)


def _debit(
    name: str, number: int, enterprise: int, mandate: str, day: int, cents: int, spread: int, text: str
) -> Debit:
    creditor = creditor_identifier(enterprise_number(enterprise))
    return Debit(name, belgian_iban(909, number), creditor, mandate, day, cents, spread, text)


DEBITS = (
    _debit("Energie Laagland NV", 1010101, 9800001, "LAAG-000918273", 5, 41250, 8000, "Voorschot elektriciteit en gas"),
    _debit("Télécom Ardennes SA", 2020202, 9800002, "TA2024-55121", 8, 12899, 900, "Facture télécom"),
    _debit("Verzekeringen De Schakel", 3030303, 9800003, "POL-7718-A", 12, 23810, 0, "Premie BA uitbating polis 7718"),
    _debit("AutoLease Brabant NV", 4040404, 9800004, "ALB/88123", 15, 62135, 0, "Huurprijs bestelwagen"),
    _debit("Waterbedrijf De Leie", 5050505, 9800005, "WDL0045512", 18, 5840, 700, "Tussentijdse factuur water"),
    _debit("Dok Noord Vastgoed BV", 6060606, 9800006, "HUUR-DN-12", 1, 185000, 0, "Huur atelier Dok Noord 12"),
)
EMPLOYEES = (
    ("Anaïs Lemaître", belgian_iban(901, 7001001), 231480),
    ("Joris Van Hoecke", belgian_iban(905, 7001002), 208765),
    ("Fatima El Amrani", belgian_iban(914, 7001003), 219940),
    ("Søren Kjær", belgian_iban(936, 7001004), 197612),
)
# Who gets it, account, the firm's fixed structured communication, day of the month, cents.
TAXES = (
    ("Sociale Bijdragen - Inning", belgian_iban(909, 9000001), structured_digits(1234567890), 5, 298450),
    ("Bedrijfsvoorheffing - Inning", belgian_iban(909, 9000002), structured_digits(2088844412), 15, 143127),
    ("BTW - Ontvangsten", belgian_iban(909, 9000003), structured_digits(7650012399), 20, 318900),
)
TAX_COMMUNICATIONS = tuple(structured_text(tax[2]) for tax in TAXES)

# Merchant, city, lowest and highest price in cents.
MERCHANTS = (
    ("BAKKERIJ 'T HOEKJE", "GENT", 180, 1450),
    ("BROODJESBAR DE PAUZE", "GENT", 450, 2380),
    ("BOULANGERIE LEFÈVRE", "NAMUR", 220, 1890),
    ("TANKSTATION RINGLAAN", "GENT", 3800, 11200),
    ("STATION-SERVICE E411", "WAVRE", 4200, 10900),
    ("PARKING VLASMARKT", "GENT", 200, 1800),
    ("BOUWMARKT HAMER & SPIJKER", "MERELBEKE", 690, 18400),
    ("QUINCAILLERIE DU PONT", "TOURNAI", 520, 9900),
    ("KANTOORBOEKHANDEL LETTERWOUD", "GENT", 390, 7600),
    ("SUPERMARKT DE KORF", "LEDEBERG", 850, 9400),
    ("APOTHEEK SINT-ANNA", "GENT", 490, 4200),
    ("POSTPUNT DAMPOORT", "GENT", 240, 3600),
    ("CAFÉ DE LA GARE", "BRUXELLES", 320, 4800),
    ("BRASSERIE L'ÉTOILE", "LIÈGE", 1850, 12800),
    ("GARAGE VAN HOVE", "WETTEREN", 8900, 48000),
)
CARD_MERCHANTS = (
    ("HOSTING NOORDERLICHT", "AMSTERDAM", 900, 4900),
    ("CLOUDTEKENAAR SOFTWARE", "DUBLIN", 1499, 8999),
    ("TREINTICKETS ONLINE", "BRUSSEL", 640, 9800),
    ("HOTEL ZUM GOLDENEN HIRSCH", "KÖLN", 8900, 31500),
    ("RESTAURANT CHEZ ANDRÉ", "LILLE", 2400, 16800),
    ("VLIEGREIZEN KOMPAS", "ZAVENTEM", 9900, 54000),
    ("GEREEDSCHAP24", "HAMBURG", 1290, 29900),
    ("ADVERTENTIES ZOEKMACHINE", "DUBLIN", 2500, 15000),
    ("PÉAGE AUTOROUTE A1", "SENLIS", 450, 2870),
    ("TAXI VERTE", "BRUXELLES", 980, 5400),
    ("LIBRAIRIE DES ARTS", "PARIS", 1200, 8900),
    ("MUSEUMSHOP MODERNE KUNST", "ANTWERPEN", 790, 6400),
)
# Customers of the shop who pay by transfer, without an invoice.
SHOPPERS = (
    "Chloé Dubois", "Wout Claes", "Noémie Baetens-Léonard", "Güneş Yıldırım", "Pieter-Jan De Smet", "Zoë Vandenbroucke",
    "Inês Gonçalves", "Jérôme Thiébaut", "Kübra Öztürk", "Liesbet D'Haene", "Rémi François", "Björn Lindqvist",
)  # fmt: skip
# US business partners, for the account in dollars.
US_CUSTOMERS = ("HUDSON VALLEY INTERIORS LLC", "PACIFIC LOFT DESIGN INC", "BLUE HERON HOTELS CORP")
US_SUPPLIERS = ("APPALACHIAN WALNUT CO", "DELAWARE DESIGN SOFTWARE INC")
