import { stepUtils } from "@web_tour/tour_utils";

import { addTour, chooseMenu } from "./ponto_tour_steps";

/** A line of Check Connection, and how it is: the icon is read aloud. */
function line(code, said) {
    return `.modal .o_kanban_record:has([data-code=${code}]):has(i[aria-label="${said}"])`;
}

/** An Administrator of Invoicing finds the schedule switched off and the journal archived, and mends both in place. */
addTour("ponto_check_connection", () => [
    ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
    ...chooseMenu("account.menu_finance_configuration", "account_online_ponto.ponto_connection_menu"),
    { content: "Open the connection", trigger: ".o_data_row td[name=name]", run: "click" },
    { content: "Check it", trigger: "button[name=action_check]", run: "click" },
    { trigger: ".modal .alert-danger:contains(Problems: 2)" },
    { trigger: `${line("credentials", "In order")}:not(:has(button))` },
    { trigger: `${line("journals", "Problem")}:contains(Archived)` },
    {
        content: "Switch the scheduled action on",
        trigger: `${line("schedule", "Problem")} button:contains(Switch On)`,
        run: "click",
    },
    { trigger: line("schedule", "In order") },
    { trigger: ".modal .alert-danger:contains(Problems: 1)" },
    {
        content: "Unarchive the journal",
        trigger: `${line("journals", "Problem")} button:contains(Unarchive)`,
        run: "click",
    },
    { trigger: line("journals", "In order") },
    { trigger: ".modal .alert-success:contains(Nothing has to be done)" },
    {
        content: "Check once more",
        trigger: ".modal-footer button[name=action_check_again]",
        run: "click",
    },
    { trigger: line("schedule", "In order") },
    { trigger: ".modal-footer button:contains(Close)", run: "click" },
    { trigger: "body:not(:has(.modal)) .o_form_view" },
]);

/** An accounting firm looks at all its clients, of which only one is chosen in the company switcher. */
addTour("ponto_all_bank_accounts", () => [
    ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
    ...chooseMenu("account_online_ponto.account_bank_menu", "account_online_ponto.account_bank_ponto_overview_menu"),
    {
        content: "Accounts of all clients, what expires first on top",
        trigger: ".o_list_view .o_data_row:first:contains(Garage Dubois):contains(Expired)",
    },
    {
        content: "Load the page again",
        trigger: ".o_list_view:has(.o_data_row:contains(Bakkerij Maes)):has(.o_data_row:contains(Apotheek Claes))",
        run: () => window.location.reload(),
        expectUnloadPage: true,
    },
    {
        trigger: ".o_list_view:has(.o_data_row:contains(Bakkerij Maes)) .o_data_row:contains(Apotheek Claes)",
    },
    { content: "Group", trigger: ".o_searchview_dropdown_toggler", run: "click" },
    { trigger: ".o_group_by_menu .o_menu_item:contains(State)", run: "click" },
    {
        content: "Open the group of the expired ones",
        trigger: ".o_group_header:contains(Expired)",
        run: "click",
    },
    {
        content: "Open an account of a client that is not chosen",
        trigger: ".o_data_row:contains(Garage Dubois) td[name=reference]",
        run: "click",
    },
    {
        content: "Everything about it is there, and the way back to the list",
        trigger: ".o_form_view:contains(Ponto Garage Dubois 0) button[name=action_view_log]",
    },
    { trigger: ".breadcrumb-item:contains(All Bank Accounts) a", run: "click" },
    { trigger: ".o_list_view .o_group_header:contains(Linked)" },
]);
