import logging

from odoo.http import Controller, request, route
from odoo.tools.image import image_data_uri

from ..const import RENEWAL_RETURN_HOURS

_logger = logging.getLogger(__name__)

# The dashboard, with what is being read meanwhile.
DASHBOARD = "/odoo/action-account_online_ponto.ponto_renewal_returned_action"
# The address is the key: nothing may keep it, pass it on, or show the page inside another one.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


class PontoRenewal(Controller):
    """The way from a mail to the bank, and back from the bank.

    Whoever renews usually has no login: the signed address alone decides. No session is needed or made, so there is
    none that another website could misuse (csrf), and the pages work where cookies are refused.
    """

    @route("/ponto/renew/<token>", type="http", auth="public", methods=["GET"], save_session=False)
    def show(self, token):
        """Show what is to be renewed. Nothing changes: programs that check mails open such addresses too.

        :param str token: from the mail
        :return: the page
        """
        renewal = self._find(token)
        return self._show(renewal, link=request.httprequest.path) if renewal else self._refuse()

    @route("/ponto/renew/<token>", type="http", auth="public", methods=["POST"], csrf=False, save_session=False)
    def go(self, token, bank="", **_values):
        """Lead to the bank, or to Ponto's website.

        :param str token: from the mail
        :param str bank: id of the bank
        :return: a redirection; the page, when there is nothing left to renew
        """
        renewal = self._find(token)
        if not renewal:
            return self._refuse()
        address = renewal._go(int(bank)) if isinstance(bank, str) and bank.isdecimal() and len(bank) < 10 else None
        return self._redirect(address) if address else self._show(renewal, link=request.httprequest.path)

    @route("/ponto/renewed/<token>", type="http", auth="public", methods=["GET"], save_session=False)
    def come_back(self, token, **_values):
        """Take a person back who was at the bank, and let Ponto's list be read: it tells what was renewed.

        :param str token: signed, for one return of one person
        :return: the dashboard for a user, a word of thanks for everybody else
        """
        if request.httprequest.method == "HEAD":  # programs that look where an address leads use nothing up
            return self._with_headers(request.make_response(""))
        # sudo: the signature decides, not the rights of a visitor.
        way = request.env["ponto.renewal.request"].sudo()._take_return(token, request.session.uid)
        if not way:
            return self._refuse()
        if way.user_id:
            return self._redirect(DASHBOARD)
        renewal = self._speak(way.renewal_id)
        # The next bank can be renewed from here: as long as this way back would have served.
        link = renewal._make_link(hours=RENEWAL_RETURN_HOURS)
        return self._show(renewal, link, visited=way.account_id.institution_id.id or 0)

    # ------------------------------------------------------------------

    def _find(self, token):
        """Return the renewal of a mail's link in the language of its contact, or None."""
        # sudo: the signature decides, not the rights of a visitor.
        renewal = request.env["ponto.renewal"].sudo()._find_by_link(token)
        if not renewal:
            _logger.warning("A link to renew was refused: it is forged, or its time is over")
            return None
        return self._speak(renewal)

    def _speak(self, renewal):
        """Return a renewal in the language of its contact, which the page is written in too."""
        if renewal.partner_id.lang:
            request.update_context(lang=renewal.partner_id.lang)
        return renewal.with_context(lang=request.env.lang)

    def _show(self, renewal, link, visited=None):
        company = renewal.company_id
        values = {
            "renewal": renewal,
            "company": company,
            "logo": not company.uses_default_logo and company.logo_web and image_data_uri(company.logo_web),
            "banks": renewal._get_banks(),
            "link": link,
            "visited": visited,
            "came_back": visited is not None,
        }
        return self._answer("page", values)

    def _refuse(self):
        return self._answer("refused", {"company": None, "logo": None}, status=404)

    def _redirect(self, address):
        return self._with_headers(request.redirect(address, code=303, local=False))

    def _answer(self, page, values, status=200):
        return self._with_headers(request.render(f"account_online_ponto.ponto_renewal_{page}", values, status=status))

    @staticmethod
    def _with_headers(response):
        response.headers.update(HEADERS)
        return response
