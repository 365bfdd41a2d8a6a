from odoo import Command, api, fields, models

from .connection_check.registry import LEVELS, find_mending, list_probes
from .connection_check.talk import ask_ponto


class PontoConnectionCheck(models.TransientModel):
    """Check Connection: one line for each thing that a connection needs, with the one action that mends it."""

    _name = "ponto.connection.check"
    _description = "Check Connection"

    connection_id = fields.Many2one("ponto.connection", required=True, readonly=True, ondelete="cascade")
    line_ids = fields.One2many("ponto.connection.check.line", "check_id", string="Checked", readonly=True)
    checked_at = fields.Datetime(readonly=True)
    level = fields.Selection("_selection_level", compute="_compute_level")
    summary = fields.Char(compute="_compute_level")

    @api.model
    def _selection_level(self):
        return [(level, self.env._(text)) for level, text in LEVELS.items()]

    @api.depends("line_ids.level")
    @api.depends_context("lang")
    def _compute_level(self):
        for check in self:
            levels = check.line_ids.mapped("level")
            check.level = next((level for level in ("red", "orange") if level in levels), "green")
            counts = {"red": levels.count("red"), "orange": levels.count("orange")}
            if check.level == "green":
                check.summary = self.env._("Nothing has to be done.")
            elif check.level == "orange":
                check.summary = self.env._("No problem. To look at: %(orange)s.", **counts)
            else:
                check.summary = self.env._("Problems: %(red)s. To look at: %(orange)s.", **counts)

    # ------------------------------------------------------------------ actions

    def action_check_again(self):
        """Check everything again, and show it in the same dialog.

        :return dict: the action
        """
        return self._check_again(alone=True)

    # ------------------------------------------------------------------ business methods

    @api.model
    def _open(self, connection):
        """Check a connection, and show what was found.

        :param connection: `ponto.connection` record that the user may write
        :return dict: the action
        """
        talk = ask_ponto(connection, alone=True)
        # sudo: nobody writes what was found but the addon.
        check = self.sudo().create({"connection_id": connection.id}).with_env(self.env)
        return check._examine(talk)._get_action()

    def _check_again(self, alone):
        self.ensure_one()
        self.connection_id.check_access("write")
        return self._examine(ask_ponto(self.connection_id, alone))._get_action()

    def _mend(self, code):
        """Do one of the actions that mend.

        :param str | bool code: of a mending; a line that needs none has none
        :return dict: the action; the check done again, when nothing is left to a person
        """
        self.ensure_one()
        mending = find_mending(self.env, code)
        opened = mending.run(self) if mending else None
        return opened or self._check_again(alone=False)

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check Connection"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _examine(self, talk):
        """Look at Odoo too, and write down one line for each probe.

        :param Talk talk: what Ponto has answered
        :return: the same record
        """
        found = [(probe.code, list(probe.run(self, talk))) for probe in self._get_probes()]
        lines = [
            {"sequence": sequence, "code": code, **self._prepare_line_vals(results)}
            for sequence, (code, results) in enumerate(found)
            if results
        ]
        # sudo: nobody writes what was found but the addon.
        self.sudo().write(
            {"line_ids": [Command.clear(), *map(Command.create, lines)], "checked_at": fields.Datetime.now()}
        )
        return self

    @api.model
    def _get_probes(self):
        """Return what is looked at, in the order of the lines; another module may leave some out or wrap them.

        :return list: `Entry` objects of `connection_check/registry.py`
        """
        return list_probes(self.env)

    @api.model
    def _prepare_line_vals(self, results):
        """Make one line of what a probe found: what is not in order is told, and the worst decides.

        :param list results: `ProbeResult` objects, at least one
        :return dict: values of the line
        """
        problems = [result for result in results if result.level != "green"] or results
        worst = min(problems, key=lambda result: list(LEVELS).index(result.level))
        return {
            "level": worst.level,
            "sentence": " ".join(result.sentence for result in problems),
            "action": worst.action,
        }
