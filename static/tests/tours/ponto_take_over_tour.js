import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** An Administrator of Invoicing takes over from the OCA module; tools/oca.py installs it for this tour. */
registry.category("web_tour.tours").add("ponto_take_over", {
    steps: () => [
        ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
        {
            content: "The card says what feeds the journal",
            trigger: ".o_kanban_record div[name=ponto_take_over]:contains('Fed by the OCA module')",
        },
        {
            content: "Open the section of the menu",
            trigger: ".o_menu_sections [data-menu-xmlid='account.menu_finance_configuration']",
            run: "click",
        },
        {
            content: "Choose the menu",
            trigger:
                ".o-dropdown--menu [data-menu-xmlid='account_online_ponto.ponto_connection_menu']",
            run: "click",
        },
        {
            content: "A new connection would need the credentials: say that they are there",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "The form says it, too",
            trigger: ".o_form_view .alert:contains('fed by the OCA module')",
        },
        {
            content: "Back to the list",
            trigger: ".o_breadcrumb .o_back_button a, .breadcrumb-item a",
            run: "click",
        },
        {
            content: "Take over",
            trigger: "button[name=action_take_over]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It is said what was taken over",
            trigger: ".o_notification:contains('Taken over from the OCA module')",
        },
        {
            content: "The account is shown",
            trigger: ".o_list_view .o_data_row:contains('BE68539007547034')",
        },
    ],
});
