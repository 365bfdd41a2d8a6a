from odoo import api, fields, models

from ...const import MAINTENANCE_AHEAD
from ..support.days import say_moment
from ..support.notice import Notice


class PontoInstitution(models.Model):
    """What should be known of a bank: how well Ponto knows it, and when it is under maintenance."""

    _inherit = "ponto.institution"

    maintenance_ended_at = fields.Datetime(
        readonly=True, help="End of the last maintenance, as far as it was seen; Ponto forgets it."
    )
    notice = fields.Text("Remarks", compute="_compute_notice")
    maintenance_message = fields.Char("Announced Maintenance", compute="_compute_notice")

    @api.depends("name", "status", "deprecated", "maintenance_type", "maintenance_from", "maintenance_to")
    @api.depends_context("lang", "tz", "uid")
    def _compute_notice(self):
        for institution in self:
            institution.notice = "\n".join(notice.text for notice in institution._get_notices()) or False
            institution.maintenance_message = institution._get_maintenance_message()

    def _get_notices(self):
        """Return what should be known of this bank, the most pressing first.

        :return list: `Notice`; kinds maintenance, planned, deprecated, beta and experimental
        """
        self.ensure_one()
        notices = []
        if self._is_in_maintenance():
            notices.append(Notice("maintenance", self._get_maintenance_message()))
        elif self._is_maintenance_soon():
            notices.append(Notice("planned", self._get_maintenance_message()))
        if self.deprecated:
            text = self.env._(
                "Ponto replaced this bank by another record: authorize the accounts of the new one in Ponto."
            )
            notices.append(Notice("deprecated", text))
        if self.status == "beta":
            text = self.env._(
                "Beta bank: contact Ponto when something is missing; using it helps Ponto, which gets real feedback."
            )
            notices.append(Notice("beta", text))
        elif self.status == "experimental":
            text = self.env._(
                "Experimental bank, which Ponto is still trying out: contact Ponto when something is missing; using it"
                " helps Ponto, which gets real feedback."
            )
            notices.append(Notice("experimental", text))
        return notices

    # ------------------------------------------------------------------ maintenance

    def _is_in_maintenance(self, since=None):
        """Tell whether the bank is under maintenance now; an end or a beginning that is not known lies far off.

        :param datetime since: ask for any moment from this one until now; naive UTC
        """
        now = fields.Datetime.now()
        begun = not self.maintenance_from or self.maintenance_from <= now
        lasts = not self.maintenance_to or self.maintenance_to > (since or now)
        return bool(self.maintenance_type and begun and lasts)

    def _is_maintenance_soon(self):
        now = fields.Datetime.now()
        begins_at = self.maintenance_from
        return bool(self.maintenance_type and begins_at and now < begins_at <= now + MAINTENANCE_AHEAD)

    def _get_maintenance_message(self):
        """Return what is known of the maintenance that lasts or is announced, however far off.

        :return str | bool: a sentence in the reader's time zone; False when there is none
        """
        if self._is_in_maintenance():
            return self._describe_maintenance()
        begins_at = self.maintenance_from
        coming = self.maintenance_type and begins_at and begins_at > fields.Datetime.now()
        return self._describe_planned_maintenance() if coming else False

    def _describe_maintenance(self):
        values = {"bank": self.name, "moment": self._say_moment(self.maintenance_to)}
        if self.maintenance_type == "internal" and self.maintenance_to:
            return self.env._(
                "Maintenance at %(bank)s until %(moment)s: Ponto has no access meanwhile; what is missing arrives"
                " afterwards by itself.",
                **values,
            )
        if self.maintenance_type == "internal":
            return self.env._(
                "Maintenance at %(bank)s: Ponto has no access meanwhile; what is missing arrives afterwards by itself.",
                **values,
            )
        if self.maintenance_to:
            return self.env._(
                "Maintenance at %(bank)s until %(moment)s: Ponto shows what it has and gets nothing new meanwhile; what"
                " is missing arrives afterwards by itself.",
                **values,
            )
        return self.env._(
            "Maintenance at %(bank)s: Ponto shows what it has and gets nothing new meanwhile; what is missing arrives"
            " afterwards by itself.",
            **values,
        )

    def _describe_planned_maintenance(self):
        values = {
            "bank": self.name,
            "begin": self._say_moment(self.maintenance_from),
            "end": self._say_moment(self.maintenance_to),
        }
        if self.maintenance_to:
            return self.env._(
                "Maintenance at %(bank)s from %(begin)s until %(end)s: what is missing meanwhile arrives afterwards by"
                " itself.",
                **values,
            )
        return self.env._(
            "Maintenance at %(bank)s from %(begin)s: what is missing meanwhile arrives afterwards by itself.", **values
        )

    def _say_moment(self, moment):
        return say_moment(self.env, moment, self.connection_id.timezone, only_time_today=True)

    def _note_end_of_maintenance(self, vals):
        """Remember when a maintenance ended: Ponto forgets it, and who counts the hours since needs it.

        :param dict vals: values about to be written, completed in place
        """
        now = fields.Datetime.now()
        begun = not self.maintenance_from or self.maintenance_from <= now
        same = all(vals[name] == self[name] for name in ("maintenance_type", "maintenance_from", "maintenance_to"))
        if self.maintenance_type and begun and not same:
            vals["maintenance_ended_at"] = min(self.maintenance_to or now, now)
