"""Names in PostgreSQL, as plain as banks send them, whatever the locale of the database."""

from odoo.tools import SQL

ACCENTS = {
    "A": "ÀÁÂÃÄÅàáâãäå",
    "C": "Çç",
    "E": "ÈÉÊËèéêë",
    "I": "ÌÍÎÏìíîï",
    "N": "Ññ",
    "O": "ÒÓÔÕÖòóôõö",
    "U": "ÙÚÛÜùúûü",
    "Y": "Ýý",
}
SIGNS = " .,;:!'\"&+*/\\()[]_-"
ACCENTED = "".join(ACCENTS.values()) + SIGNS
PLAIN = "".join(letter * len(accented) for letter, accented in ACCENTS.items())


def plain_name(column):
    """Return a name in capitals without accents, signs and blanks: coarser than `payment_references.name_key`.

    :param SQL column: text
    """
    return SQL("translate(upper(%s), %s, %s)", column, ACCENTED, PLAIN)
