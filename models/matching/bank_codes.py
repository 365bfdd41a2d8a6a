"""What the bank's own code says of a payment (ISO 20022: domain, family, sub-family, joined by hyphens)."""

# Families and sub-families of ISO 20022 for what has no document: charges and commissions, interest, cards, cash.
NO_DOCUMENTS = ("CHRG", "FEES", "COMM", "COME", "COMI", "COMT", "INTR", "CCRD", "MCRD", "CNTR", "CWDL", "CDPT")
# For what comes back: returned transfers, unpaid and refunded direct debits.
RETURNS = ("RRTN", "RPCR", "UPDD", "PRDD", "RCDD", "UPCQ", "UPCT")


def is_no_document(bank_code):
    """Tell whether a payment settles no document, by the bank's own word: charges, interest, cards, cash.

    :param str bank_code: ISO 20022 transaction code, its parts joined by hyphens
    """
    return _has_one_of(bank_code, NO_DOCUMENTS)


def is_return(bank_code):
    """Tell whether a payment comes back: a returned transfer, an unpaid or refunded direct debit.

    :param str bank_code: ISO 20022 transaction code, its parts joined by hyphens
    """
    return _has_one_of(bank_code, RETURNS)


def _has_one_of(bank_code, parts):
    return not set(parts).isdisjoint((bank_code or "").upper().split("-"))
