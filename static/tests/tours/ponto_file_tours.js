import { deserializeDate, toLocaleDateString } from "@web/core/l10n/dates";

import { addTour } from "./ponto_tour_steps";

/** An Administrator of Invoicing imports a file of the bank, and reads what the dialog says of it. */

function given(name) {
    return JSON.parse(sessionStorage.getItem("ponto_given"))[name];
}

function openDialog(journal) {
    return [
        {
            content: "The menu of the journal's card",
            trigger: `.o_kanban_record:contains("${journal}")`,
            run: `hover && click .o_kanban_record:contains("${journal}") .o_dropdown_kanban .dropdown-toggle`,
        },
        {
            content: "Import a Bank File",
            trigger: ".o-dropdown--menu [name=action_ponto_import_file]",
            run: "click",
        },
    ];
}

/** Files by their names: what the test in Python gives under the same key. */
function uploadAndRead(names = { "statement.xml": "content" }) {
    return [
        {
            content: "Choose the files",
            trigger: ".modal .o_attach",
            run() {
                const input = document.querySelector(".modal .o_input_file");
                const files = new DataTransfer();
                for (const [name, content] of Object.entries(names)) {
                    files.items.add(new File([given(content)], name, { type: "text/plain" }));
                }
                input.files = files.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        ...Object.keys(names).map((name) => ({ trigger: `.modal .o_attachment:contains("${name}")` })),
        { content: "Read it", trigger: ".modal button[name=action_read]", run: "click" },
    ];
}

function textOf(name) {
    const element = document.querySelector(`.modal [data-figure=${name}]`);
    return element?.textContent.replace(/\s+/g, " ").trim();
}

/** Each figure is what the test in Python expects; days come as ISO texts. */
function seeFigures(name = "figures") {
    return {
        content: `The figures: ${name}`,
        trigger: ".modal [data-figure=transaction_count]",
        run() {
            for (const [figure, value] of Object.entries(given(name))) {
                const day = figure.endsWith("_day");
                const expected = day ? toLocaleDateString(deserializeDate(value)) : value;
                if (textOf(figure) !== expected) {
                    throw new Error(`${figure} is ${textOf(figure)} instead of ${expected}`);
                }
            }
        },
    };
}

/** A sentence is not only there: all of it lies inside of the dialog, and the dialog inside of the window. */
function seeSentence(selector, text) {
    return {
        content: `It is said: ${text}`,
        trigger: `.modal ${selector}:contains("${text}")`,
        run() {
            const dialog = this.anchor.closest(".modal-content").getBoundingClientRect();
            const box = this.anchor.getBoundingClientRect();
            if (box.left < dialog.left || box.right > dialog.right || dialog.right > window.innerWidth + 1) {
                throw new Error(`Out of the dialog: ${text}`);
            }
            if (this.anchor.scrollWidth > this.anchor.clientWidth + 1) {
                throw new Error(`Cut off: ${text}`);
            }
        },
    };
}

addTour("ponto_file", () => [
    ...openDialog("Bank FILE"),
    ...uploadAndRead(),
    seeFigures(),
    seeSentence("[data-figure=remark]", "already before these transactions"),
    { content: "Import it", trigger: ".modal-footer button[name=action_import]", run: "click" },
    { trigger: '.o_notification:contains("Bank transactions created from the file: 2.")' },
    { trigger: "body:not(:has(.modal)) .o_kanban_view" },
]);

addTour("ponto_file_two", () => [
    ...openDialog("Bank FILE"),
    ...uploadAndRead({ "statement.xml": "content", "table.csv": "table" }),
    {
        content: "One of them is refused, with what to ask the bank for",
        trigger: '.o_error_dialog:contains("table.csv: it is neither"):contains("Ask your bank for CODA or CAMT.053")',
    },
    { content: "Understood", trigger: ".o_error_dialog .modal-footer .btn-primary", run: "click" },
    {
        content: "Take it out",
        trigger: '.modal .o_attachment:contains("table.csv") .o_attachment_delete',
        run: "click",
    },
    { trigger: '.modal:not(:has(.o_attachment:contains("table.csv")))' },
    { content: "Read the other", trigger: ".modal button[name=action_read]", run: "click" },
    seeFigures(),
    { content: "Import it", trigger: ".modal-footer button[name=action_import]", run: "click" },
    { trigger: '.o_notification:contains("Bank transactions created from the file: 3.")' },
    { trigger: "body:not(:has(.modal)) .o_kanban_view" },
]);

addTour("ponto_file_locked", () => [
    ...openDialog("Bank FILE"),
    ...uploadAndRead(),
    seeFigures(),
    seeSentence("[data-figure=remark]", "In a locked period"),
    seeSentence(".alert:has([name=obstacle])", "There is nothing to import. In a locked period"),
    {
        content: "No import is offered",
        trigger: ".modal-footer:not(:has(button[name=action_import])):not(:has(button[name=action_read]))",
    },
    { content: "Close", trigger: ".modal-footer button:contains(Cancel)", run: "click" },
    { trigger: "body:not(:has(.modal)) .o_kanban_view" },
]);

addTour("ponto_file_other_account", () => [
    ...openDialog("Bank OTHR"),
    ...uploadAndRead(),
    seeSentence("[data-figure=refusal]", "which Bank OTHR does not keep"),
    seeSentence(".alert:has([name=obstacle])", "Nothing is imported as long as"),
    { trigger: ".modal-footer:not(:has(button[name=action_import]))" },
    { content: "Choose the journal", trigger: ".modal .o_kanban_record button:contains(Choose Journal)", run: "click" },
    {
        content: "Another one",
        trigger: ".modal .o_form_view .o_field_widget[name=journal_id] input",
        run: "edit Bank NONE",
    },
    {
        trigger: '.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option):contains("Bank NONE")',
        run: "click",
    },
    { trigger: ".modal:last .o_form_view:not(:has([name=refusal]))" },
    { content: "Take it", trigger: ".modal:last .modal-footer .o_form_button_save", run: "click" },
    {
        content: "It can be imported there",
        trigger: '.modal [data-figure=journal_id]:contains("Bank NONE")',
    },
    { trigger: ".modal .o_kanban_record:not(:has([data-figure=refusal]))" },
    seeFigures(),
    { content: "Import it", trigger: ".modal-footer button[name=action_import]", run: "click" },
    { trigger: "body:not(:has(.modal)) .o_kanban_view" },
]);
