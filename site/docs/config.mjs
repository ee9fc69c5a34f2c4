/* config.mjs: vitepress's configuration. Links lead where they lead in the project: to a document, to the page that
** stage.mjs made of a file or folder, to a heading by the name that forges give it. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const source = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const examples = JSON.parse(fs.readFileSync(path.join(source, "examples.json"), "utf8"));
const base = process.env.SITE_BASE ?? "/";

const slug = (heading) => heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");

/* Of a link in the page `from`, what vitepress knows it by. */
function linked(from, href) {
    if (/^([a-z]+:|#|\/)/.test(href)) {
        return href;
    }
    const [file, heading] = href.split("#"), to = path.join(path.dirname(from), file).replace(/\/$/, "");
    const page = to === "README.md" ? "index.md" : [to, `${to}.md`, `${to}/index.md`].find((name) =>
        name.endsWith(".md") && fs.existsSync(path.join(source, name)));
    return `/${page ?? to}${heading ? `#${heading}` : ""}`;
}

function markdown(md) {
    md.core.ruler.push("links_of_the_project", (state) => {
        for (const token of state.tokens.flatMap((block) => block.children ?? [])) {
            if (token.type === "link_open") {
                token.attrSet("href", linked(state.env.relativePath, token.attrGet("href")));
            }
        }
    });
    const fence = md.renderer.rules.fence;
    md.renderer.rules.fence = (tokens, at, options, env, self) => {
        const html = fence(tokens, at, options, env, self);
        if (tokens[at].info.trim() !== "sql") {
            return html;
        }
        env.examples = (env.examples ?? -1) + 1;
        const example = examples[env.relativePath]?.[env.examples];
        if (!example) {
            return html;
        }
        const attribute = (text) => md.utils.escapeHtml(text).replace(/\n/g, "&#10;");
        return `${html}<p class="try"><a v-pre href="${base}playground.html" target="_self" data-sql="${attribute(example.sql)}"` +
            ` data-setup="${attribute(example.setup)}">Try it</a></p>`;
    };
}

const items = (...pairs) => pairs.map(([text, link]) => ({ text, link }));

export default {
    title: "sqlite-mixture",
    description: "Finite mixture models in SQLite, fitted by expectation-maximization",
    base,
    outDir: process.env.SITE_OUT,
    lang: "en",
    markdown: { anchor: { slugify: slug }, config: markdown },
    themeConfig: {
        search: { provider: "local" },
        outline: [2, 3],
        nav: [...items(["Guide", "/docs/guide"], ["Reference", "/docs/reference"], ["Install", "/docs/install"]),
            { text: "Try it", link: "/playground.html", target: "_self" }],
        sidebar: [
            { text: "Use", items: [...items(["Overview", "/"], ["Guide", "/docs/guide"], ["Reference", "/docs/reference"],
                ["Install", "/docs/install"]), { text: "Try it", link: "/playground.html", target: "_self" }] },
            { text: "Mathematics", items: items(["Model and fit", "/docs/mathematics"],
                ["Families", "/docs/mathematics-families"], ["Floors", "/docs/mathematics-floors"]) },
            { text: "The project", items: items(["Architecture", "/docs/architecture"],
                ["How to add a family", "/docs/how-to-add-a-family"], ["Contributing", "/CONTRIBUTING"],
                ["Coverage", "/docs/coverage"], ["Releasing", "/docs/releasing"], ["Changes", "/CHANGELOG"],
                ["What it promises", "/SECURITY"]) }
        ]
    }
};
