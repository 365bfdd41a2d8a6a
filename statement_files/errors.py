"""Why a file is refused: callers branch on ``code`` and write the sentence for the user."""

from __future__ import annotations


class FileError(Exception):
    """A file that is not a bank statement, or one that contradicts itself.

    ==============  =================================================================================
    code            what is wrong; the values that come with it
    ==============  =================================================================================
    unknown         neither CODA nor CAMT.053
    other_message   another message of ISO 20022; ``place`` is its name
    zip             an archive that cannot be read
    zip_locked      an archive with a password; ``place`` is a file in it
    zip_number      an archive of more files than ``place``
    size            larger than :data:`MOST_BYTES`, or larger when unpacked
    xml             not well-formed, or with a document type of its own
    empty           no statement in it
    record          a record or an element cannot be read; ``place``
    truncated       it ends in the middle of a statement
    record_count    the number of records is not the one in the trailer; ``place``
    totals          debit or credit is not the total in the trailer; ``place``
    no_balance      transactions without an opening or a closing balance; ``place``
    balance         opening balance plus transactions is not the closing balance; ``place``
    date            a transaction has no date; ``place``
    currency        a transaction is in another currency than its account; ``place``
    ==============  =================================================================================

    :param code: as above
    :param place: where: a number is that of a line, a text the name of a statement (or of a message)
    :param kind: of an intact file that cannot be read here: "coda_1", "coda_details" (of totals in another file),
        "mt940", "csv", "pdf", "excel"
    :param member: name of the file in an archive
    """

    def __init__(self, code: str, place: str | int = "", *, kind: str = "", member: str = "") -> None:
        super().__init__(f"{member} {code} {place}".strip())
        self.code = code
        self.place = place
        self.kind = kind
        self.member = member
