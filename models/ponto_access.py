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
            self._collect_named(self, vals, named)
        for model, ids in named.items():
            self._check_named(self.env[model].browse(ids), shown)

    @api.model
    def _check_named(self, records, shown=True):
        """Refuse what the caller may not read, without a word about it: Odoo's own names it in developer mode."""
        if records._name == "res.company":
            own = self.env.user.company_ids
            # sudo: the companies above; a user of a branch need not have them.
            if not records <= (own | own.sudo().parent_ids if shown else own):
                raise AccessError(self.env._("You have no access to this company."))
        elif not records.has_access("read"):
            # sudo: what kind of record it is.
            kind = self.env["ir.model"].sudo()._get(records._name).name
            raise AccessError(self.env._("You have no access to what was chosen: %(kind)s.", kind=kind))

    @api.model
    def _collect_named(self, records, vals, named):
        """Collect what values name, here and in lines; what the records name already is no news.

        :param records: the records that get the values, none when they are created
        :param dict vals: values of `create`, `write` or `onchange`
        :param dict named: model: set of ids, completed in place
        """
        for name, value in vals.items():
            field = records._fields.get(name)
            if not value or not field or not field.relational:
                continue
            others = self.env[field.comodel_name]
            if isinstance(value, models.BaseModel):
                ids = set(value.ids)
            elif field.type == "many2one":
                ids = self._collect_one(others, value, named)
            else:
                ids = set().union(*(self._collect_command(others, command, named) for command in value))
            if ids:
                named[field.comodel_name] |= ids - set(records[name].ids)

    @api.model
    def _collect_one(self, others, value, named):
        """Return the id that a value names; a line of a form names its dialog by the values that the form has."""
        if isinstance(value, dict):
            return self._collect_values(others, value.get("id"), value, named)
        return {self._read_id(value[0] if isinstance(value, (list, tuple)) else value)}

    @api.model
    def _collect_command(self, lines, command, named):
        """Return the ids that a command of a field with several records names."""
        if isinstance(command, dict):
            command = Command.create(command)
        if not isinstance(command, (list, tuple)):
            command = Command.link(command)
        code, number, content = (*command, 0, 0)[:3]
        if code == Command.SET:
            return {self._read_id(number) for number in content or ()}
        if code == Command.CREATE:  # it has no number, or one that only the form knows
            return self._collect_values(lines, None, content, named)
        if code == Command.UPDATE:
            return self._collect_values(lines, number, content, named)
        return {self._read_id(number)} if number else set()

    @api.model
    def _collect_values(self, records, number, vals, named):
        """Collect what the values of another record name; return its own id, if it has one."""
        ids = {self._read_id(number)} if number else set()
        record = records.browse(ids)
        self._check_named(record)  # before it is read
        self._collect_named(record, vals or {}, named)
        return ids

    @api.model
    def _read_id(self, value):
        """Return a value that is an id; PostgreSQL takes more than the rules would be asked about."""
        if not isinstance(value, int):
            raise AccessError(self.env._("You have no access to what was chosen."))
        return value
