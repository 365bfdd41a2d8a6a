"""Journal items shown before they are posted."""

from markupsafe import Markup

from odoo.tools.misc import format_amount

TABLE = Markup(
    '<table class="o_ponto_preview table table-sm mb-0"><thead><tr><th>%s</th><th>%s</th><th class="text-end">%s</th>'
    '<th class="text-end">%s</th></tr></thead><tbody>%s</tbody></table>'
)
ROW = Markup('<tr><td>%s</td><td>%s</td><td class="text-end">%s</td><td class="text-end">%s</td></tr>')


def render_items(env, items, currency):
    """Return journal items as a table.

    :param env: environment, for the language
    :param list items: values of `account.move.line`
    :param currency: `res.currency` record of the company
    :return Markup: HTML
    """
    _ = env._
    rows = Markup().join(
        ROW
        % (
            env["account.account"].browse(item["account_id"]).display_name,
            item["name"] or "",
            format_amount(env, item["balance"], currency) if item["balance"] > 0 else "",
            format_amount(env, -item["balance"], currency) if item["balance"] < 0 else "",
        )
        for item in items
    )
    return TABLE % (_("Account"), _("Label"), _("Debit"), _("Credit"), rows)
