from odoo import models


class PontoConnection(models.Model):
    """Who answers for a connection: what is to be done becomes that user's activity, in that user's words."""

    _inherit = "ponto.connection"

    def _get_responsible(self):
        """Return the responsible user; when archived or without access, the newest active Administrator of Invoicing.

        :return: a `res.users` record
        """
        self.ensure_one()
        user = self.responsible_user_id
        if user.active and user.has_group("account.group_account_manager") and self.company_id in user.company_ids:
            return user
        managers = self.env.ref("account.group_account_manager").all_user_ids.filtered(
            lambda u: u.active and not u.share and self.company_id in u.company_ids
        )
        return managers.sorted("id")[-1:] or self.env.ref("base.user_admin")

    def _ask_to_act(self, activity_type, note):
        """Give the responsible one activity of a type, or update the one that is open.

        :param str activity_type: XML id
        :param str note: what is wrong and what to do
        """
        self.ensure_one()
        user = self._get_responsible()
        # No mail from here: an activity for another user would send one (doc/decisions.md, 32).
        quiet = self.with_context(mail_activity_quick_update=True, lang=user.lang)
        activity = quiet.activity_search([activity_type])[:1]
        if activity:
            activity.write({"note": note, "user_id": user.id})
        else:
            quiet.activity_schedule(activity_type, note=note, user_id=user.id)

    # ------------------------------------------------------------------ whose day, whose words

    def _speak_to_responsible(self):
        """Return this connection in the language and the time zone of the responsible.

        :return: this record
        """
        user = self._get_responsible()
        return self.with_context(lang=user.lang, tz=user.tz or self.timezone)
