from odoo import models

from .support.plain_names import ACCENTED, PLAIN


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Each batch of an import asks who has the names of its payers.
    _ponto_plain_name_idx = models.Index(
        "(translate(upper(name), '{}', '{}'))".format(ACCENTED.replace("'", "''"), PLAIN)
    )
