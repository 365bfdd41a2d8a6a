import { registry } from "@web/core/registry";

const PATIENCE_MS = 60000; // a busy machine needs more than Odoo's ten seconds

/**
 * Add a tour whose steps wait for what they look for as long as a busy machine needs.
 *
 * @param {string} name
 * @param {() => object[]} getSteps
 */
export function addTour(name, getSteps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => getSteps().map((step) => ({ timeout: PATIENCE_MS, ...step })),
    });
}

/** Choose a menu item of Invoicing, both named by their XML ids. */
export function chooseMenu(section, item) {
    return [
        {
            content: "Open the section of the menu",
            trigger: `.o_menu_sections [data-menu-xmlid="${section}"]`,
            run: "click",
        },
        {
            content: "Choose the menu",
            trigger: `.o-dropdown--menu [data-menu-xmlid="${item}"]`,
            run: "click",
        },
    ];
}
