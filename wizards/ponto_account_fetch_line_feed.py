from odoo import models


class PontoAccountFetchLine(models.TransientModel):
    """What would bring the same transactions twice: another feed of the journal, other books of the account."""

    _inherit = "ponto.account.fetch.line"

    def _get_feed_remarks(self):
        """Return one sentence for each feed and each set of books beside this one.

        :return list: sentences
        """
        _ = self.env._
        # sudo: what feeds a journal that the user may link is no secret; nothing else of it is shown.
        account, journal = self.account_id.sudo()._origin, self.journal_id.sudo()._origin
        remarks = [
            _(
                "Also synchronized in %(company)s: both sets of books get its lines.",
                company=self.env["ponto.connection"]._get_company_name(company),
            )
            for company in account._get_linked_elsewhere().company_id
        ]
        if not self.selected or not journal:
            return remarks
        remarks += [
            _("%(journal)s has another bank feed, %(feed)s; it is switched off.", journal=journal.name, feed=feed)
            for feed in journal._get_other_feeds()
        ]
        other = journal.ponto_account_id - account - account._get_twin()
        if other:
            remarks.append(
                _(
                    "%(journal)s is synchronized with %(other)s: untick that one, or choose another journal.",
                    journal=journal.name,
                    other=other.display_name,
                )
            )
        return remarks
