/* check_links.mjs FOLDER BASE: every link of every page in FOLDER, which is to be served at BASE, leads to a file there, and
** to a heading in it; no page takes anything from elsewhere. */
import fs from "node:fs";
import path from "node:path";

const [folder, base] = process.argv.slice(2);
const pages = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".html"));
const plain = (text) => text.replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&lt;/g, "<").replace(/&amp;/g, "&");
const read = new Map(pages.map((page) => {
    const html = fs.readFileSync(path.join(folder, page), "utf8").replace(/<script[^]*?<\/script>/g, "");
    const attributes = (name) => [...html.matchAll(new RegExp(`<(\\w+)[^>]*? ${name}="([^"]*)"`, "g"))]
        .map(([, tag, value]) => ({ tag, value: plain(value) }));
    return [page, { links: [...attributes("href"), ...attributes("src")],
        ids: new Set(attributes("id").map(({ value }) => value)) }];
}));

let checked = 0, failed = 0;
for (const [page, { links }] of read) {
    for (const { tag, value } of links) {
        const complain = (what) => {
            failed++;
            console.log(`${page}: ${value}: ${what}`);
        };
        checked++;
        if (/^(https?:)?\/\//.test(value)) {
            if (tag !== "a") {
                complain("from elsewhere");
            }
            continue;
        }
        if (/^[a-z]+:/.test(value)) {
            continue;
        }
        const [file, heading] = value.split("#");
        let to = file === "" ? page : file.startsWith("/") ? file.slice(base.length) : path.join(path.dirname(page), file);
        if (file.startsWith("/") && !file.startsWith(base)) {
            complain(`not below ${base}`);
            continue;
        }
        to = decodeURIComponent(to);
        if (to === "" || to.endsWith("/")) {
            to += "index.html";
        }
        if (!fs.existsSync(path.join(folder, to))) {
            complain("no such file");
        } else if (heading && read.has(to) && !read.get(to).ids.has(decodeURIComponent(heading))) {
            complain("no such heading");
        }
    }
}
console.log(`${read.size} pages, ${checked} links, ${failed} that lead nowhere`);
process.exit(failed === 0 && checked > 0 ? 0 : 1);
