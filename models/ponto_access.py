from collections import defaultdict

from odoo import Command, api, models
from odoo.exceptions import AccessError


class PontoAccess(models.AbstractModel):
    """The wall between companies, for records that a user writes: whatever he names in them by id, he may read.

    Odoo asks the rules for the record as it was before a write, never for what the new values name, and tells the name
    of what is named to whoever reads the record. Constraints are no place to ask: they run as superuser.
    """

    _name = "ponto.access"
    _description = "Access to What Is Named"

    @api.model
    def default_get(self, fields):
        """Refuse defaults too: the context, which names them, is the caller's."""
        defaults = super().default_get(fields)
        self._refuse_foreign([defaults])
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_foreign(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_foreign([vals])
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        """Refuse what a form that is not saved yet names: its answer tells names, and what is read through them."""
        self._refuse_foreign([values], shown=True)
        return super().onchange(values, field_names, fields_spec)

    def _refuse_foreign(self, vals_list, shown=False):
        """Refuse values that name what the caller may not read, and companies that are not his.

        :param list vals_list: dicts of values, before anything is done with them
        :param bool shown: they are only shown: the company above a branch is named by what its users may read
        :raises AccessError: without a word about what was named
        """
        if self.env.su:
            return
        named = defaultdict(set)
        for vals in vals_list:
            self._collect_named(vals, named)
        for model, ids in named.items():
            records = self.env[model].browse(ids)
            if model == "res.company":
                own = self.env.user.company_ids
                # sudo: the companies above; a user of a branch need not have them.
                allowed = records <= (own | own.sudo().parent_ids if shown else own)
            else:
                allowed = records.has_access("read")
            if not allowed:
                raise AccessError(self._say_foreign(model))

    def _say_foreign(self, model):
        if model == "res.company":
            return self.env._("You have no access to this company.")
        # Odoo's own sentence names the record to a user in developer mode.
        # sudo: what kind of record it is.
        kind = self.env["ir.model"].sudo()._get(model).name
        return self.env._("You have no access to what was chosen: %(kind)s.", kind=kind)

    def _collect_named(self, vals, named):
        """Collect what values name, here and in lines; what these records name already is no news.

        :param dict vals: values of `create`, `write` or `onchange`
        :param dict named: model: set of ids, completed in place
        """
        for name, value in vals.items():
            field = self._fields.get(name)
            if not value or not field or not field.relational:
                continue
            if isinstance(value, models.BaseModel):
                ids = set(value.ids)
            elif field.type == "many2one":
                ids = {self._read_id(value[0] if isinstance(value, (list, tuple)) else value)}
            else:
                ids = self._collect_commands(self.env[field.comodel_name], value, named)
            if ids:
                named[field.comodel_name] |= ids - set(self[name].ids)

    @api.model
    def _collect_commands(self, lines, commands, named):
        """Return what commands of a field with several records name, and collect what new values of its lines name."""
        ids, asked = set(), isinstance(lines, self.env.registry["ponto.access"])
        for command in commands:
            if isinstance(command, dict):
                command = Command.create(command)
            if not isinstance(command, (list, tuple)):
                command = Command.link(command)
            code, number, content = (*command, 0, 0)[:3]
            if code == Command.SET:
                ids |= {self._read_id(number) for number in content or ()}
            elif code != Command.CREATE and number:  # what is created has no number, or one that only the form knows
                ids.add(self._read_id(number))
            if asked and content and code in (Command.CREATE, Command.UPDATE):
                line = lines.browse(number) if code == Command.UPDATE else lines
                line._collect_named(content, named)
        return ids

    @api.model
    def _read_id(self, value):
        """Return a value that is an id; PostgreSQL takes more than the rules would be asked about."""
        if not isinstance(value, int):
            raise AccessError(self.env._("You have no access to what was chosen."))
        return value
