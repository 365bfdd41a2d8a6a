import { stepUtils } from "@web_tour/tour_utils";

import { addTour } from "./ponto_tour_steps";

const CARD = `.o_kanban_record:contains("BE68539007547034")`;
const NOTICE = ".o_notification.o_ponto_progress";

function fetchTransactions() {
    return [
        ...stepUtils.goToAppSteps("account.menu_finance", "Open Invoicing"),
        {
            content: "The card before",
            trigger: `${CARD}:not(:contains("2,001.50"))`,
        },
        {
            content: "Fetch Transactions",
            trigger: `${CARD} button[name=action_ponto_synchronize]`,
            run: "click",
        },
    ];
}

function seeTheResult() {
    return [
        {
            content: "The result, in the one notification that there is",
            trigger: `.o_notification_manager:not(:has(.o_notification:nth-of-type(2))) ${NOTICE}:contains("Done. New transactions: 1.")`,
        },
        {
            content: "The card shows the new balance without a click",
            trigger: `${CARD}:contains("2,001.50")`,
        },
    ];
}

addTour("ponto_refresh", () => [
    ...fetchTransactions(),
    {
        content: "The bank is asked",
        trigger: `${NOTICE}:contains("BE68539007547034"):contains("asking the bank")`,
    },
    ...seeTheResult(),
]);

addTour("ponto_read_only", () => [
    ...fetchTransactions(),
    {
        content: "It is said why the bank is not asked",
        trigger: `${NOTICE}:contains("does not see your own internet address")`,
    },
    ...seeTheResult(),
]);
