/* playground.js: the page in headless Chromium, by clicks and keys: node playground.js PAGE.html CHROMIUM [FOLDER].
** With a folder, screenshots go there. Known numbers: Old Faithful, two full Gaussians: -1130.26396 (mclust 6: the same). */
"use strict";
const { chromium } = require("playwright-core");
const fs = require("fs"), path = require("path");
const assert = require("assert");

const [page_file, executable, pictures] = process.argv.slice(2);
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const WAIT = 300000; /* on a machine that has much else to do */
let passed = 0, failed = 0;

async function main() {
    const browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });
    const url = "file://" + path.resolve(page_file);

    /* A page of its own for each case; what it asks of the network is a failure. */
    async function test(name, options, run) {
        const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
        const page = await context.newPage(), problems = [];
        page.setDefaultTimeout(WAIT);
        page.on("request", (request) => {
            if (!/^(file|blob|data):/.test(request.url())) {
                problems.push("asked for " + request.url());
            }
        });
        page.on("pageerror", (error) => problems.push(String(error)));
        page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
        try {
            await page.goto(url);
            await run(page);
            assert.deepStrictEqual(problems, []);
            passed++;
            console.log("ok   " + name);
        } catch (error) {
            failed++;
            console.log("FAIL " + name + ": " + error.message);
        }
        if (pictures) {
            await page.screenshot({ path: path.join(pictures, name.replace(/\W+/g, "-") + ".png"), fullPage: true });
        }
        await context.close();
    }

    const text = (page, id) => page.locator("#" + id).textContent();
    async function choose(page, sample) {
        await page.click(`button[data-sample="${sample}"]`);
        await page.waitForSelector("#s-columns:not([hidden])");
    }
    async function fit(page, how, k) {
        await page.check(`input[name="how"][value="${how}"]`);
        await page.fill("#k", String(k));
        await page.click("#run");
        await page.waitForFunction(() => !document.getElementById("s-result").hidden ||
            document.getElementById("model-error").textContent !== "");
        assert.strictEqual(await text(page, "model-error"), "");
        await page.waitForFunction(() => document.getElementById("cancel").disabled);
    }
    async function findings(page) {
        await page.addScriptTag({ content: axe }).catch(() => page.evaluate(axe));
        const { violations } = await page.evaluate(() => globalThis.axe.run(document));
        assert.deepStrictEqual(violations.map((found) => found.id + ": " + found.nodes.map((node) => node.html)), []);
    }
    async function take(page, name, content) {
        await page.setInputFiles("#file", { name, mimeType: "text/csv", buffer: Buffer.from(content) });
    }
    async function refused(page, expected) {
        await page.waitForFunction(() => document.getElementById("data-error").textContent !== "");
        assert.match(await text(page, "data-error"), expected);
        /* … and the page stays alive. */
        await choose(page, "faithful");
        assert.strictEqual(await text(page, "data-error"), "");
    }

    await test("Old Faithful, two groups", {}, async (page) => {
        await choose(page, "faithful");
        assert.match(await text(page, "data-status"), /272 rows, 2 columns/);
        await page.waitForFunction(() => document.getElementById("step-1").textContent === "1");
        await fit(page, "fit", 2);
        assert.match(await text(page, "components-about"), /2 groups, .*log-likelihood -1130\.26,/);
        assert.match(await text(page, "components"), /0\.3558/);
        assert.strictEqual(await page.locator("#pictures img").count(), 1);
        const drawn = await page.locator("#pictures img").evaluate((image) => image.decode().then(() => image.naturalWidth));
        assert.ok(drawn > 100);
        assert.strictEqual(await page.locator("#unusual tbody tr").count(), 12);
        /* The least tail is at least 1/20001, and tails rise. */
        const tails = await page.locator("#unusual tbody td:last-child").allTextContents();
        assert.ok(tails.every((tail, i) => Number(tail) >= 4.99e-5 && (i === 0 || Number(tail) >= Number(tails[i - 1]))));
        await page.click("#unusual tbody tr:first-child button");
        await page.waitForSelector("#reasons:not([hidden])");
        assert.strictEqual(await page.locator("#reasons-table tbody tr").count(), 2);
        assert.match(await text(page, "reasons-table"), /eruptions.*waiting/s);
        await page.fill("#query", await text(page, "sql").then((sql) => sql.replace("CREATE TABLE model", "CREATE TABLE again")));
        await page.click("#execute");
        await page.waitForSelector("#query-result table");
        assert.match(await text(page, "query-result"), /The first 200 of 272 rows/);
        await findings(page);
    });
    await test("Iris, a selection, by keys, in the dark, on a phone",
        { viewport: { width: 390, height: 800 }, colorScheme: "dark" }, async (page) => {
            await page.focus('button[data-sample="iris"]');
            await page.keyboard.press("Enter");
            await page.waitForSelector("#s-columns:not([hidden])");
            await page.fill("#k", "3");
            await page.keyboard.press("Enter");
            await page.waitForSelector("#s-result:not([hidden])");
            assert.match(await text(page, "components-about"), /2 groups, VEV, .*BIC 561\.7/); /* mclust 6: VEV,2, -561.7285 */
            assert.strictEqual(await page.locator("#pictures img").count(), 2);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(wide <= 390, `${wide} pixels wide`);
            await findings(page);
        });
    await test("downloads", { acceptDownloads: true }, async (page) => {
        await choose(page, "faithful");
        await fit(page, "fit", 2);
        for (const [id, check] of [["get-model", (bytes) => JSON.parse(bytes).weights.length === 2],
            ["get-csv", (bytes) => String(bytes).trim().split("\n").length === 273],
            ["get-database", (bytes) => String(bytes.subarray(0, 15)) === "SQLite format 3"]]) {
            const [download] = await Promise.all([page.waitForEvent("download"), page.click("#" + id)]);
            assert.ok(check(fs.readFileSync(await download.path())), id);
        }
    });
    await test("50,000 rows, cancelled, then fitted", {}, async (page) => {
        let seed = 1, rows = "a,b,c,d\n";
        const uniform = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
        for (let i = 0; i < 50000; i++) {
            rows += [0, 1, 2, 3].map((j) => (uniform() + uniform() + uniform() + (i % 3) * j).toFixed(4)).join(",") + "\n";
        }
        await take(page, "rows.csv", rows);
        await page.waitForFunction(() => /50000 rows/.test(document.getElementById("data-status").textContent));
        await page.fill("#k", "20");
        await page.click("#run");
        await page.waitForFunction(() => /^Working: [1-9]/.test(document.getElementById("progress").textContent));
        await page.click("#cancel");
        await page.waitForFunction(() => /Cancelled/.test(document.getElementById("model-error").textContent));
        await fit(page, "fit", 3);
        assert.match(await text(page, "components-about"), /3 groups/);
    });
    await test("names with quotes, empty cells, SQL of one's own", {}, async (page) => {
        await take(page, "odd.csv", 'id,"a ""b""",c\'d\n1,1,2\n2,,3\n3,n/a,1\n4,5,9\n5,6,8\n6,5.5,8.5\n7,1.1,2.2\n8,0.9,1.5\n');
        await page.waitForSelector("#s-columns:not([hidden])");
        assert.ok(!(await page.isChecked("#use-0")), "an id is not used");
        await fit(page, "fit", 2);
        await page.fill("#query", "SELECT mix_plot_model(m, '{\"what\":\"density\"}') FROM model");
        await page.click("#execute");
        await page.waitForSelector("#query-result img, #query-error:not(:empty)");
        assert.strictEqual(await text(page, "query-error"), "");
        await page.fill("#query", "SELECT nonsense");
        await page.click("#execute");
        await page.waitForFunction(() => /no such column/.test(document.getElementById("query-error").textContent));
    });
    await test("words, counts, amounts and gaps", {}, async (page) => {
        let seed = 1, rows = "age,city,visits,amount\n";
        const uniform = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
        for (let i = 0; i < 400; i++) {
            const group = i % 2, city = uniform() < 0.2 + 0.6 * group ? "Oslo" : "Bergen";
            rows += [Math.round(30 + 20 * group + 8 * (uniform() + uniform() + uniform())), city,
                Math.floor(-Math.log(uniform()) * (1 + 5 * group)),
                uniform() < 0.1 ? "" : Math.exp(3 + group + uniform()).toFixed(2)].join(",") + "\n";
        }
        await take(page, "people.csv", rows);
        await page.waitForSelector("#s-columns:not([hidden])");
        await page.check("#use-1");
        await page.selectOption("#family-2", "poisson");
        await page.selectOption("#family-3", "lognormal");
        await fit(page, "fit", 2);
        assert.match(await text(page, "components"), /city \(level\)(?=.*Oslo)(?=.*Bergen)/s);
        assert.match(await text(page, "sql"), /mix_fit\(.*"city":"categorical"/s);
        await findings(page);
    });
    await test("hours around midnight, shares", {}, async (page) => {
        let seed = 1, rows = "hour,share\n";
        const uniform = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
        for (let i = 0; i < 300; i++) {
            const night = i % 2, hour = (night ? 24 : 12) + 2 * (uniform() + uniform() - 1);
            rows += `${(hour % 24).toFixed(2)},${(0.05 + 0.4 * uniform() + 0.5 * night).toFixed(3)}\n`;
        }
        await take(page, "hours.csv", rows);
        await page.waitForSelector("#s-columns:not([hidden])");
        await page.selectOption("#family-0", "von_mises 24");
        await page.selectOption("#family-1", "beta");
        await fit(page, "fit", 2);
        assert.match(await text(page, "sql"), /"hour":\{"family":"von_mises","period":24\}/);
        const shares = await page.locator("#components tbody td:nth-child(2)").allTextContents();
        assert.ok(shares.every((share) => Math.abs(Number(share) - 0.5) < 0.01), String(shares));
    });
    await test("SQL that a link brings, before there is a table", {}, async (page) => {
        await page.goto(`${url}#sql=${encodeURIComponent("SELECT mix_number('1.5') + 1 AS two_and_a_half")}`);
        await page.click("#execute");
        await page.waitForSelector("#query-result table");
        assert.match(await text(page, "query-result"), /2\.5/);
    });
    await test("no text", {}, async (page) => {
        await take(page, "picture.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 1, 2, 3]));
        await refused(page, /is no text/);
    });
    await test("quotes that do not end", {}, async (page) => {
        await take(page, "quotes.csv", 'a,b\n1,"2\n3,4\n');
        await refused(page, /quote/);
    });
    await test("a header only", {}, async (page) => {
        await take(page, "header.csv", "a,b\n");
        await refused(page, /no row below/);
    });
    await test("fields missing", {}, async (page) => {
        await take(page, "ragged.csv", "a,b\n1,2\n3\n");
        await refused(page, /Row 3 has 1 fields; the first has 2/);
    });
    await test("2,000 columns", {}, async (page) => {
        const row = Array.from({ length: 2000 }, (_, i) => i).join(",");
        await take(page, "wide.csv", `${row}\n${row}\n`);
        await refused(page, /2000 columns; this page takes 500/);
    });
    await test("200 MB", {}, async (page) => {
        const folder = fs.mkdtempSync(path.join(require("os").tmpdir(), "large"));
        const file = path.join(folder, "large.csv");
        fs.writeFileSync(file, "");
        fs.truncateSync(file, 200e6);
        await page.setInputFiles("#file", file);
        await refused(page, /has 200 MB; this page takes 100 MB/);
        fs.rmSync(folder, { recursive: true });
    });

    await browser.close();
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
}

main().catch((error) => {
    console.log(error);
    process.exit(1);
});
