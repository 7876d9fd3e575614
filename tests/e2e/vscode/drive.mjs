// A browser as a line-driven tool: reads one JSON request a line on stdin, {call, arguments}, and answers each with one
// JSON line on stdout, {result} or {error}. It knows the browser; what VS Code looks like is the Python side's knowledge.
// Times are in milliseconds. `frames` are selectors, each of a frame inside the one before; none is the page itself.
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
const said = [];
page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
const asked = [];
page.on('response', (response) => asked.push({ url: response.url(), served: response.fromServiceWorker() }));
page.on('requestfailed', (request) => asked.push({ url: request.url(), served: false }));
page.on('pageerror', (error) => said.push(`uncaught: ${error.stack ?? error.message}`));

const calls = {
  open: ({ url }) => page.goto(url).then(() => null),
  reload: () => page.reload().then(() => null),
  press: ({ keys }) => page.keyboard.press(keys),
  type: ({ text }) => page.keyboard.insertText(text),
  click: async ({ selector, text, frames, timeout, button, count }) => {
    await locator(selector, text, frames).click({ timeout, button, clickCount: count });
    await away();
  },
  hover: ({ selector, text, frames, timeout }) => locator(selector, text, frames).hover({ timeout }),
  select: ({ selector, label, frames, timeout }) =>
    locator(selector, undefined, frames).selectOption({ label }, { timeout }).then(() => null),
  texts: ({ selector, frames, attribute }) =>
    place(frames)
      .locator(selector)
      .evaluateAll((found, name) => found.map((one) => (name ? one.getAttribute(name) : one.textContent)), attribute),
  evaluate: async ({ script, frames, timeout }) => (await frame(frames, timeout)).evaluate(script),
  screenshot: ({ path, clip }) => page.screenshot({ path, clip, animations: 'disabled' }).then(() => null),
  resize: ({ width, height }) => page.setViewportSize({ width, height }),
  console: () => said,
  requests: () => asked,
  waitForText: (wanted) => awaited(textIn, 'matched', wanted),
  waitForNoText: (wanted) => awaited(noTextIn, 'went away from', wanted),
  secondsFromTyping,
};

function place(frames = []) {
  return frames.reduce((outer, selector) => outer.frameLocator(selector), page);
}

/** Moves the pointer to where nothing says what it is when pointed at: what stays over a place covers what is beside it. */
function away() {
  const { width, height } = page.viewportSize();
  return page.mouse.move(width - 2, height / 3);
}

/** What is seen of it comes first: VS Code keeps much that is hidden. */
function locator(selector, text, frames) {
  const seen = place(frames).locator(selector).filter({ visible: true });
  return (text === undefined ? seen : seen.filter({ hasText: new RegExp(text) })).first();
}

async function frame(frames = [], timeout = 30_000) {
  let found = page.mainFrame();
  for (const selector of frames) {
    const element = await found.waitForSelector(selector, { state: 'attached', timeout });
    found = await element.contentFrame();
  }
  return found;
}

/** The first text under `selector` that matches, hard blanks made plain, in a list; null without one. Runs in the page. */
function textIn({ selector, pattern, attribute }) {
  const read = (element) => (attribute ? element.getAttribute(attribute) : element.textContent) ?? '';
  const texts = [...document.querySelectorAll(selector)].map((element) => read(element).replaceAll('\u00a0', ' '));
  const found = texts.filter((text) => new RegExp(pattern, 's').test(text));
  return found.length === 0 ? null : found.slice(0, 1);
}

/** An empty list once nothing under `selector` matches. Runs in the page. */
function noTextIn({ selector, pattern, attribute }) {
  const read = (element) => (attribute ? element.getAttribute(attribute) : element.textContent) ?? '';
  const texts = [...document.querySelectorAll(selector)].map((element) => read(element).replaceAll('\u00a0', ' '));
  return texts.some((text) => new RegExp(pattern, 's').test(text)) ? null : [];
}

/** What `read` gives once it gives a list; fails with what was there instead. A frame that is replaced is found again. */
async function awaited(read, verb, { selector, pattern, attribute, frames, timeout }) {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      const left = Math.max(1, end - Date.now());
      const looked = await frame(frames, left);
      const found = await looked.waitForFunction(read, { selector, pattern, attribute }, { timeout: left });
      return (await found.jsonValue())[0];
    } catch (error) {
      if (Date.now() < end && /detached|destroyed/.test(error.message)) {
        continue;
      }
      const seen = await calls.texts({ selector, frames, attribute }).catch(() => []);
      throw new Error(
        `nothing under ${selector} ${verb} /${pattern}/; there was ${JSON.stringify(seen)} (${error.name})`,
        { cause: error },
      );
    }
  }
}

/** Inserts `text` where the cursor is; the seconds from then until a text under `selector` matches, by the page's own clock. */
async function secondsFromTyping({ text, selector, pattern, timeout }) {
  await page.evaluate(
    ({ selector, pattern, timeout }) => {
      const seen = () =>
        [...document.querySelectorAll(selector)].some((element) => new RegExp(pattern, 's').test(element.textContent));
      window.seenAfterTyping = new Promise((resolve, reject) => {
        let began;
        const observer = new MutationObserver(() => {
          if (began !== undefined && seen()) {
            observer.disconnect();
            resolve((performance.now() - began) / 1000);
          }
        });
        const begin = () => {
          began = performance.now();
          observer.observe(document.body, { subtree: true, childList: true, characterData: true });
          setTimeout(() => reject(new Error(`nothing under ${selector} matched /${pattern}/`)), timeout);
        };
        document.addEventListener('beforeinput', begin, { capture: true, once: true });
      });
    },
    { selector, pattern, timeout },
  );
  await page.keyboard.insertText(text);
  return page.evaluate('window.seenAfterTyping');
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
