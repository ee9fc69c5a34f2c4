/* theme.js: vitepress's own theme; a link "Try it" takes along its example, and what those before it made. */
import DefaultTheme from "vitepress/theme";
import "./style.css";

function takeAlong(event) {
    const link = event.target.closest?.("p.try a");
    if (link) {
        const links = [...document.querySelectorAll("p.try a")];
        const sql = links.slice(0, links.indexOf(link)).map((before) => before.dataset.setup).filter(Boolean);
        link.href = `${link.href.split("#")[0]}#sql=${encodeURIComponent([...sql, link.dataset.sql].join("\n\n"))}`;
    }
}

export default {
    extends: DefaultTheme,
    enhanceApp() {
        if (typeof document !== "undefined") {
            ["click", "auxclick"].forEach((name) => document.addEventListener(name, takeAlong, true));
        }
    }
};
