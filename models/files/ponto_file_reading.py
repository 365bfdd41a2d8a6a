from base64 import b64decode, b64encode

from odoo import api, fields, models

from ...statement_files import MOST_BYTES, FileError, keeping, read


class PontoFileReading(models.TransientModel):
    """What was read of a file: a dialog asks for it at every step, and a year of transactions takes seconds to read.

    Nobody may read or write these records: a file is found by the checksum of an attachment that the user may read.
    """

    _name = "ponto.file.reading"
    _description = "Bank File That Was Read"

    checksum = fields.Char(required=True, index=True, help="Of the file.")
    structure = fields.Char(required=True, help="Of the values that are kept.")
    content = fields.Binary(attachment=False, help="The statements, or why the file is refused.")

    @api.model
    def _read_file(self, attachment):
        """Read a file, or take what was read of it before.

        :param attachment: `ir.attachment` record, read with the rights of whoever asks
        :return tuple: `statement_files.Statement` objects
        :raises FileError: when the file is refused
        """
        # The web client reads with a context in which the content of a file is its size, as a text.
        attachment = attachment.with_context(bin_size=False, bin_size_raw=False)
        if attachment.file_size > MOST_BYTES:
            raise FileError("size")
        checksum = attachment.checksum
        # sudo: records that nobody may read; the attachment was just read with the rights of whoever asks.
        readings = self.sudo().with_context(bin_size=False)
        known = [("checksum", "=", checksum), ("structure", "=", keeping.STRUCTURE)]
        if checksum and (kept := readings.search(known, limit=1)):
            return keeping.unpack(b64decode(kept.content))
        try:
            outcome = read(attachment.raw or b"")
        except FileError as error:
            outcome = error
        if checksum and not self.env.cr.readonly:
            content = b64encode(keeping.pack(outcome))
            readings.create({"checksum": checksum, "structure": keeping.STRUCTURE, "content": content})
        if isinstance(outcome, FileError):
            raise outcome
        return outcome
