// A person who has no mouse: the tab key, Enter, Space and arrows.

import assert from "node:assert/strict";

/** Keys presses keys on a page. */
export class Keys {
  constructor(page) {
    this.page = page;
  }

  /**
   * to presses the tab key until the wanted thing has the focus. At each stop the
   * focus must show, must be on what is seen, and must come after the stop before
   * it in the page.
   */
  async to(wanted) {
    const target = await wanted.elementHandle();
    for (let i = 0; i < 120; i++) {
      await this.page.keyboard.press("Tab");
      const stop = await target.evaluate((el) => {
        const at = document.activeElement;
        if (!at || at === document.body) {
          window.lastStop = null;
          return { here: false, faults: [] };
        }
        const faults = [], name = at.outerHTML.slice(0, 120);
        const rings = (of) => {
          const style = getComputedStyle(of);
          return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
        };
        // The link past the head shows by being there; a box or a dot with its label.
        // The stops within a date are the browser's own.
        if (!at.matches(".ds-skip-link") && window.lastStop !== at && !rings(at) && !rings(at.closest(".ds-field") ?? at)) faults.push(`the focus does not show on ${name}`);
        if (at.tabIndex > 0) faults.push(`${name} has an order of its own`);
        if (window.lastStop?.isConnected && window.lastStop !== at && !(window.lastStop.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING)) faults.push(`${name} comes out of turn`);
        const box = at.getBoundingClientRect();
        const points = [0.5, 0.15, 0.85].map((part) => [box.left + box.width / 2, box.top + box.height * part]);
        if (!points.some(([x, y]) => { const top = document.elementFromPoint(x, y); return top && (at.contains(top) || top.contains(at)); })) faults.push(`${name} is covered, or out of sight`);
        window.lastStop = at;
        return { here: at === el, faults };
      });
      assert.deepEqual(stop.faults, []);
      if (stop.here) return;
    }
    assert.fail(`the tab key does not lead to ${await target.innerText()}`);
  }

  /** press goes to the wanted thing and presses the key on it. */
  async press(wanted, key = "Enter") {
    await this.to(wanted);
    await this.page.keyboard.press(key);
  }

  /** type goes to the field and writes into it. */
  async type(wanted, text) {
    await this.to(wanted);
    await this.page.keyboard.type(text);
  }

  /** stands is what has the focus: the words in it. */
  stands() {
    return this.page.evaluate(() => (document.activeElement === document.body ? "" : document.activeElement.innerText));
  }
}
