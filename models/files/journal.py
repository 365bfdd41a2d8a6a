from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date

from ...const import AMOUNT_LIMIT, FUTURE_DAYS, OLDEST_YEAR, STABLE_REFERENCE_TYPES
from ...statement_files.accounts import account_number
from ..ponto_transaction import REASONS
from ..support.money import has_its_decimals, would_be_rounded
from ..support.rates import get_first_rate_date

BATCH_IN_NOTE = 200  # parts of a total that its note lists


class AccountJournal(models.Model):
    """Files of the bank: which journal is theirs, and bank transactions of what they say."""

    _inherit = "account.journal"

    def action_ponto_import_file(self):
        """Open the import of bank files from this journal.

        :return: window action
        """
        self.ensure_one()
        self.check_access("read")
        self.env["account.bank.statement.line"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a Bank File"),
            "res_model": "ponto.file.import",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_journal_id": self.id, "dialog_size": "extra-large"},
        }

    # ------------------------------------------------------------------ which journal

    @api.model
    def _find_journal_of_file(self, company, number, currency_code):
        """Return the bank or card journal of an account in a file, by its number and currency.

        :param company: `res.company` record
        :param str number: as `statement_files` gives it
        :param str currency_code: ISO code
        :return: `account.journal` record, maybe empty
        """
        own = [("company_id", "=", company.id), ("type", "in", ("bank", "credit"))]
        # The screen from which the user comes may show archived journals: none of them is meant.
        journals = self.with_context(active_test=True).search(own)
        return journals.filtered(
            lambda journal: (
                journal._get_own_currency().name == currency_code and number in journal._get_own_account_numbers()
            )
        )[:1]

    def _get_own_currency(self):
        return self.currency_id or self.company_id.currency_id

    def _get_own_account_numbers(self):
        """Return the numbers that the bank has for this journal; none when nobody entered one.

        :return set: numbers as `statement_files` gives them
        """
        # sudo: the number, for users who may import files but not read every bank account or Ponto's records.
        journal = self.sudo()
        accounts = journal.ponto_account_ids.filtered(lambda a: a.reference_type in STABLE_REFERENCE_TYPES)
        numbers = [journal.bank_account_id.acc_number, *accounts.mapped("reference")]
        return {account_number(number) for number in numbers if number}

    def _get_file_refusal(self, number, currency_code, statements):
        """Tell why statements of an account cannot be imported into this journal.

        :param str number: of the account in the file
        :param str currency_code: of the account in the file
        :param statements: `statement_files.Statement` objects of it
        :return str | None: a sentence
        """
        self.ensure_one()
        names = {"journal": self.display_name, "account": number, "currency": currency_code}
        numbers = self._get_own_account_numbers()
        if numbers and number not in numbers:
            return self.env._("The file is of the account %(account)s, which %(journal)s does not keep.", **names)
        if self._get_own_currency().name != currency_code:
            return self.env._("The file is in %(currency)s, which %(journal)s is not.", **names)
        if not self.env["ponto.account"]._is_journal_ready(self):
            return self.env._(
                "%(journal)s is archived, has no bank account or suspense account, or secures its entries with a hash.",
                **names,
            )
        for statement in statements:
            for movement in statement.movements:
                if reason := self._get_movement_refusal(movement):
                    return self.env._(
                        "Statement %(statement)s, %(amount)s: %(reason)s",
                        statement=statement.name,
                        amount=f"{movement.amount.normalize():f}",
                        reason=reason,
                    )
        return None

    def _get_movement_refusal(self, movement):
        # The same limits as for what Ponto gives (doc/decisions.md, 19).
        currency, latest = self._get_own_currency(), fields.Date.context_today(self) + timedelta(days=FUTURE_DAYS)
        reason = None
        if abs(movement.amount) >= AMOUNT_LIMIT:
            reason = "amount_range"
        elif not has_its_decimals(movement.amount, currency):
            reason = "amount_precision"
        elif would_be_rounded(movement.amount, currency):
            reason = "amount_rounding"
        elif movement.day.year < OLDEST_YEAR or movement.day > latest:
            reason = "date_range"
        if not reason:
            return None
        sentence = self.env._(REASONS[reason])
        return sentence % {"currency": currency.name, "date": format_date(self.env, movement.day)}

    # ------------------------------------------------------------------ lines

    def _get_rate_refusal(self, movements):
        """Tell that there is no rate for movements: without one, Odoo would book them 1:1.

        :param list movements: that would be created
        :return str | None: a sentence
        """
        currency = self._get_own_currency()
        first_rate = get_first_rate_date(self.company_id, currency)
        days = [movement.day for movement in movements if first_rate is None or movement.day < first_rate]
        if not days:
            return None
        return self.env._(
            "No %(currency)s rate for %(date)s: enter one under Configuration > Currencies.",
            currency=currency.name,
            date=format_date(self.env, min(days)),
        )

    def _create_from_file(self, movements):
        """Create the bank transactions of movements.

        :param list movements: what a plan says to create, oldest first
        :return: the lines
        :raises UserError: when Odoo refuses one, or would move it to another day
        """
        self.ensure_one()
        lines = self.env["account.bank.statement.line"].with_company(self.company_id)
        vals_list = [self._prepare_file_line_vals(movement) for movement in movements]
        return lines._create_from_bank(vals_list, self.company_id)

    def _prepare_file_line_vals(self, movement):
        """Return the values of the bank transaction of one movement.

        :param movement: `statement_files.Movement`
        :return dict: for `account.bank.statement.line.create`
        """
        texts = self.env["ponto.account"]
        if movement.details and not (movement.remittance_information or movement.description):
            total = self.env._("Total of %(count)s transactions", count=len(movement.details))
            movement = replace(movement, description=total)
        if movement.counterpart_reference in self._get_own_account_numbers():
            movement = replace(movement, counterpart_name="", counterpart_reference="")  # we are not our own payer
        label = texts._get_label(movement)
        value_day = movement.value_day if movement.value_day != movement.day else None
        return {
            "journal_id": self.id,
            "date": movement.day,
            "amount": float(movement.amount),
            "payment_ref": label,
            "partner_name": movement.counterpart_name or False,
            "account_number": movement.counterpart_reference or False,
            "transaction_type": movement.bank_transaction_code or False,
            "narration": texts._write_note(
                movement,
                label,
                dates=[(self.env._("Value date"), format_date(self.env, value_day) if value_day else "")],
                after=[*self._describe_foreign(movement), *self._describe_parts(movement.details)],
            ),
            "transaction_details": self._get_file_details(movement),
        }

    def _get_file_details(self, movement):
        details = self.env["ponto.account"]._get_details(movement, ponto_file=movement.key)
        return {**details, "ponto_file_place": self._keep_place(movement)}

    def _describe_foreign(self, movement):
        """Return pieces of a note: on whose behalf a payment is, and what it was in another currency.

        :param movement: `statement_files.Movement`, or a part of one
        :return list: tuples of name and text
        """
        _ = self.env._
        pieces = [
            (_("Ultimate debtor"), movement.ultimate_debtor),
            (_("Ultimate creditor"), movement.ultimate_creditor),
            (_("Original amount"), movement.original_amount),
            (_("Exchange rate"), movement.exchange_rate),
            (_("Charges"), movement.charges),
        ]
        return [(name, text) for name, text in pieces if text]

    def _describe_parts(self, parts, room=BATCH_IN_NOTE):
        """Return pieces of a note: the parts of a total, each followed by its own parts.

        :param parts: `statement_files.Movement` objects
        :param int room: the most parts to describe
        :return list: tuples of name and text
        """
        pieces = []
        for part in parts:
            if len(pieces) >= room:
                break
            pieces.append((self.env._("Part"), self._describe_part(part)))
            inner = self._describe_parts(part.details, room - len(pieces))
            pieces += [(self.env._("Part of it"), text) for _name, text in inner]
        return pieces

    def _describe_part(self, part):
        texts, _ = self.env["ponto.account"], self.env._
        amount = _("amount not told")
        if part.amount is not None:
            amount = format_amount(self.env, float(part.amount), self._get_own_currency())
        told = (
            amount,
            part.counterpart_name,
            part.counterpart_reference,
            texts._get_canonical_communication(part.remittance_information),
            part.description,
            part.additional_information,
        )
        named = [
            (_("End-to-end reference"), part.end_to_end_id),
            (_("Mandate"), part.mandate_id),
            (_("Creditor"), part.creditor_id),
            *self._describe_foreign(part),
        ]
        pieces = [texts._clean(text) for text in told] + [
            f"{name}: {texts._clean(text)}" for name, text in named if text
        ]
        return ", ".join(piece for piece in pieces if piece)
