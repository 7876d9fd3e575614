// A browser as a line-driven tool: reads one JSON request a line on stdin, {call, arguments}, and answers each with one
// JSON line on stdout, {result} or {error}. It knows the browser; what VS Code looks like is the Python side's knowledge.
// Run as: node drive.mjs FOLDER_WITH_PLAYWRIGHT CHROMIUM
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [modules, executablePath] = process.argv.slice(2);
const { chromium } = createRequire(`${modules}/`)('playwright-core');

const browser = await chromium.launch({
  executablePath,
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const page = await browser.newPage({ viewport: { width: 1360, height: 860 } });

const calls = {
  open: ({ url }) => page.goto(url).then(() => null),
  press: ({ keys }) => page.keyboard.press(keys),
  type: ({ text }) => page.keyboard.insertText(text),
  click: ({ selector, timeout }) => page.locator(selector).first().click({ timeout }),
  hover: ({ selector, timeout }) => page.locator(selector).first().hover({ timeout }),
  screenshot: ({ path }) => page.screenshot({ path, animations: 'disabled' }).then(() => null),
  waitForText,
};

/** The first text under `selector` that matches `pattern`, hard blanks made plain; fails with what was there instead. */
async function waitForText({ selector, pattern, timeout }) {
  const read = ([wanted, source]) => {
    const texts = [...document.querySelectorAll(wanted)].map((element) =>
      element.textContent.replaceAll('\u00a0', ' '),
    );
    return texts.find((text) => new RegExp(source, 's').test(text)) ?? null;
  };
  try {
    const found = await page.waitForFunction(read, [selector, pattern], { timeout });
    return await found.jsonValue();
  } catch (error) {
    const seen = await page.locator(selector).allInnerTexts();
    throw new Error(
      `nothing under ${selector} matched /${pattern}/; there was ${JSON.stringify(seen)} (${error.name})`,
    );
  }
}

process.stdout.write(`${JSON.stringify({ result: browser.version() })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await calls[request.call](request.arguments)) ?? null };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
