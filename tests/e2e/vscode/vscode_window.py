"""VS Code's window in a browser: what a person does and sees, as methods. What is awaited is never slept for."""

import contextlib
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Self
from urllib.parse import quote

from e2e.vscode.vscode_browser import Browser, BrowserError
from e2e.vscode.vscode_host import Host
from e2e.vscode.vscode_process import VSCode

PATIENCE = 120
"""Seconds after which a thing that was awaited will not come, also where a machine is busy with much else."""

STATUS_ITEM = '[id="kinos.kinos.kinos.status"]'
SIZE_ITEM = '[id="kinos.kinos.kinos.size"]'
ACTIVE_GROUP = ".editor-group-container.active"
NOTIFICATIONS = ".notifications-toasts"
QUICK_INPUT = ".quick-input-widget:not([style*='display: none'])"
QUICK_ROW = f"{QUICK_INPUT} .quick-input-list .monaco-list-row"
WEBVIEW = ("iframe.webview.ready", "#active-frame")
"""The frames a webview's page is in."""
SCENE = {
    "tabs": f"{ACTIVE_GROUP} .tab",
    "asked": QUICK_INPUT,
    "told": f"{NOTIFICATIONS} .notification-list-item-message",
    "dialog": ".monaco-dialog-box",
    "status": STATUS_ITEM,
}
"""What tells most of where a window is."""
LOGGED = 20
"""Lines of the extension's log that a failure shows."""

ENTRY = """
(() => {
  const row = [...document.querySelectorAll('.explorer-folders-view .monaco-list-row')].find(
    (row) => row.querySelector('.label-name')?.textContent === %s
  );
  if (!row) return null;
  const label = row.querySelector('.monaco-icon-label');
  const badge = getComputedStyle(label, '::after').content;
  return {
    said: label.getAttribute('aria-label') ?? '',
    badge: /^".*"$/.test(badge) ? JSON.parse(badge) : '',
    color: getComputedStyle(row.querySelector('.label-name')).color,
  };
})()
"""


KEPT = """
(async () => {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  for (const end = Date.now() + %d; Date.now() < end; ) {
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const values = await done(database.transaction(store).objectStore(store).getAll());
        if (values.some((value) => new RegExp(%s).test(value))) return database.close();
      }
      database.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('VS Code keeps nothing of that');
})()
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the explorer: its path with what decorates it in words, its badge, and its color in CSS."""

    said: str
    badge: str
    color: str


class Window:
    """Times are in seconds; patterns are of JavaScript, and a hard blank is a plain one."""

    def __init__(self, browser: Browser, screenshots: Path, editor: VSCode) -> None:
        self.browser = browser
        self._screenshots = screenshots
        self._editor = editor

    @classmethod
    @contextlib.contextmanager
    def opened(
        cls, host: Host, editor: VSCode, folder: Path | None, screenshots: Path, file: str = "README.md"
    ) -> Iterator[Self]:
        """A window on `folder`, or the workspace file it is, with an editor on `file` in there. Without a file (empty) a `reload`
        brings back the editors that were open; without a folder the window is empty.
        """
        with Browser.started(host, editor.home) as browser:
            browser.call("open", url=editor.url(folder, file))
            yield cls(browser, screenshots, editor)

    def reload(self) -> None:
        """As the person reloads the page: what ran in the window is left behind, and all starts anew."""
        self.browser.call("reload")

    def until_kept(self, pattern: str) -> None:
        """Waits until VS Code has written a text that matches to its memory in the browser, as it does every few seconds:
        a reload forgets what was not written.
        """
        self._tried("evaluate", script=KEPT % (PATIENCE * 1000, json.dumps(pattern)))

    # The keyboard, and what it opens

    def press(self, *keys: str) -> None:
        """Presses keys one after the other, each named as in Playwright: `Enter`, `Control+Z`."""
        for key in keys:
            self.browser.call("press", keys=key)

    def type(self, text: str) -> None:
        """Inserts text where the cursor is, at once."""
        self.browser.call("type", text=text)

    def run_command(self, title: str) -> None:
        """Runs a command by its whole title from the palette, which offers it once what it is about is there."""
        end = time.monotonic() + PATIENCE
        while True:
            self.press("F1")
            self.choices()
            self.type(title)
            if self._is_at(title, 10):
                self.press("Enter")
                return
            if time.monotonic() > end:
                self._fail(f"the palette does not offer {title}")
            self.press("Escape")
            self.see_gone(QUICK_INPUT, "")

    def start_team(self, team: str = "default") -> None:
        """Starts a team, as the person chooses it from the palette's list."""
        self.run_command("KinOS: Start Team")
        self.see(QUICK_ROW, team)
        self.choose(team)

    def choose(self, label: str) -> None:
        """Chooses the row of the quick pick that has this label; typing it may be needed to see it."""
        self.choices()
        self.type(label)
        if not self._is_at(label, PATIENCE):
            self._fail(f"there is no {label} to choose")
        self.press("Enter")

    def tick(self, label: str) -> None:
        """Ticks the row with this label, of a quick pick in which several can be."""
        self.choices()
        self.type(label)
        self.click(f"{QUICK_ROW} .label-name", text=_whole(label))

    def _is_at(self, label: str, seconds: float) -> bool:
        """Moves to the row of the quick pick with this label: whether it comes within that time."""
        if not self._shows(f"{QUICK_ROW} .label-name", _whole(label), seconds):
            return False
        for _ in self.texts(QUICK_ROW):
            if self._shows(f"{QUICK_ROW}.focused .label-name", _whole(label), 0.5):
                return True
            self.press("ArrowDown")
        return False

    def choices(self, pattern: str = "") -> list[str]:
        """The rows that a quick pick shows, once it is there and one matches: label, description and detail in one."""
        self.see(QUICK_ROW, pattern)
        return self.texts(QUICK_ROW)

    def question(self, pattern: str = "") -> str:
        """What an input box or a quick pick asks, its title and its prompt in one, once it matches."""
        return self.see(QUICK_INPUT, pattern)

    def answer(self, text: str) -> None:
        """Types into an input box and confirms."""
        self.see(f"{QUICK_INPUT} .quick-input-box", "")
        self.type(text)
        self.press("Enter")

    # Editors

    def open_file(self, path: Path, line: int = 1) -> None:
        """Opens a file as the person does by its path, with the cursor at the start of `line`. Enter takes another file of
        that name where the list is not yet of the path: then once more.
        """
        end = time.monotonic() + PATIENCE
        while True:
            self.press("Control+P")
            self.see(f"{QUICK_INPUT} .quick-input-box", "")
            self.type(f"{path}:{line}")
            self.see(f"{QUICK_ROW}.focused", re.escape(path.name))
            self.press("Enter")
            if self._shows(f'{ACTIVE_GROUP} .monaco-editor.focused[data-uri$="{quote(str(path))}"]', "", 10):
                self.see_gone(QUICK_INPUT, "")
                return
            if time.monotonic() > end:
                self._fail(f"{path} does not open")
            self.press("Escape")

    def active_tab(self, pattern: str, seconds: float = PATIENCE) -> str:
        """The title of the tab the person is in, once it matches."""
        return self.see(f"{ACTIVE_GROUP} .tab.active", pattern, seconds)

    def editor(self, pattern: str, seconds: float = PATIENCE) -> str:
        """A line of an open editor, once one matches."""
        return self.see(".editor-instance .view-line", pattern, seconds)

    def editor_without(self, pattern: str, seconds: float = PATIENCE) -> None:
        """Waits until no line that is seen of an open editor matches."""
        self.see_gone(".editor-instance .view-line", pattern, seconds)

    def lens(self, pattern: str, seconds: float = PATIENCE) -> str:
        """The lenses above a line of an open editor, once some match."""
        return self.see(".editor-instance .codelens-decoration", pattern, seconds)

    def click_lens(self, title: str) -> None:
        """Clicks a lens with a title that matches."""
        self.click(".editor-instance .codelens-decoration a", text=title)

    def diff(self, before: str, after: str) -> None:
        """Waits until the diff editor shows a line that matches on its left, and one on its right."""
        self.see(".monaco-diff-editor .editor.original .view-line", before)
        self.see(".monaco-diff-editor .editor.modified .view-line", after)

    def diff_edited(self, pattern: str = "") -> None:
        """Waits until keys go to the right side of the diff editor, and a line in there matches."""
        self.see(".monaco-diff-editor .editor.modified .monaco-editor.focused .view-line", pattern)

    # The rest of the workbench

    def status(self, pattern: str, seconds: float = PATIENCE) -> str:
        """The text of KinOS's status bar item, once it matches."""
        return self.see(STATUS_ITEM, pattern, seconds)

    def size(self, pattern: str, seconds: float = PATIENCE) -> str:
        """The text of the status bar item with the size of the document the person is in, once it matches."""
        return self.see(SIZE_ITEM, pattern, seconds)

    def language_status(self, pattern: str) -> str:
        """What is said of the document beside the name of its language, once it matches."""
        self.hover('[id="status.languageStatus"]')
        return self.see(".workbench-hover", pattern)

    def welcome(self, pattern: str) -> str:
        """What a view without rows says instead, once it matches."""
        return self.see(".welcome-view-content", pattern)

    def status_tooltip(self, pattern: str) -> str:
        """What hovering over the status bar item shows, once it matches."""
        self.hover(STATUS_ITEM)
        return self.see(".workbench-hover", pattern)

    def click_status_link(self, title: str) -> None:
        """Clicks a link in what hovering over the status bar item shows."""
        self.hover(STATUS_ITEM)
        self.click(".workbench-hover a", text=rf"^\s*{_literal(title)}$")

    def notification(self, pattern: str, seconds: float = PATIENCE) -> str:
        """The text of a notification, once one matches."""
        return self.see(f"{NOTIFICATIONS} .notification-list-item-message", pattern, seconds)

    def press_button(self, title: str) -> None:
        """Presses a button of a notification."""
        self.click(f"{NOTIFICATIONS} .monaco-button", text=f"^{_literal(title)}$")

    def dialog(self, pattern: str, seconds: float = PATIENCE) -> str:
        """The text of a modal dialog, once it matches."""
        return self.see(".monaco-dialog-box", pattern, seconds)

    def press_dialog_button(self, title: str) -> None:
        self.click(".monaco-dialog-box .monaco-button", text=f"^{_literal(title)}$")

    def problem(self, pattern: str, seconds: float = PATIENCE) -> str:
        """A row of the Problems view, once one matches; the view must be open."""
        return self.see(".markers-panel .monaco-list-row", pattern, seconds)

    def explorer(self, name: str, pattern: str = "", seconds: float = PATIENCE) -> Entry:
        """A file that the explorer shows, once what is said of it matches; its folder must be open there."""
        label, wanted = ".explorer-folders-view .monaco-icon-label", rf"/{_literal(name)}(?= |$).*{pattern}"
        self.see(label, wanted, seconds, attribute="aria-label")
        return Entry(**self.browser.call("evaluate", script=ENTRY % repr(name)))

    def open_view(self, title: str) -> None:
        """Shows what an icon of the activity bar stands for, unless it is shown already."""
        item = f'.activitybar .action-item:has([aria-label^="{title}"])'
        if not self.texts(f"{item}.checked"):
            self.click(item)
        self.see(f"{item}.checked", "")

    def tree_row(self, view: str, pattern: str, seconds: float = PATIENCE) -> str:
        """A row of the tree view with this title, label and description in one, once one matches."""
        return self.see(f"{_pane(view)} .monaco-list-row", pattern, seconds)

    def tree_rows(self, view: str) -> list[str]:
        return self.texts(f"{_pane(view)} .monaco-list-row")

    def click_row(self, view: str, pattern: str, action: str = "", button: str = "left") -> None:
        """Clicks a row of a tree view, or the inline action with this title that is shown once the row is pointed at.

        Rows may move in between: then another one was selected or is pointed at, and it is tried again.
        """
        row = f"{_pane(view)} .monaco-list-row"
        self.see(row, pattern)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if action:
                self.hover(row, text=pattern)
                if self._shows(f"{row}:hover", pattern, 5):
                    self.click(f'{row}:hover .action-label[aria-label^="{action}"]')
                    return
            else:
                self.click(row, text=pattern, button=button)
                if button != "left" or self._shows(f"{row}.selected", pattern, 5):
                    return
        self._fail(f"the row {pattern} cannot be clicked")

    def choose_in_menu(self, label: str) -> None:
        """Chooses an entry of the context menu that is open."""
        self.click(".monaco-menu .action-label", text=rf"^{_literal(label)}$")

    # A webview's page

    def webview(self, selector: str, pattern: str = "", seconds: float = PATIENCE) -> str:
        """A text in the page of the webview that is seen, once one matches."""
        return self.see(selector, pattern, seconds, frames=WEBVIEW)

    def click_in_webview(self, selector: str, text: str | None = None) -> None:
        self.click(selector, text=text, frames=WEBVIEW)

    def select_in_webview(self, selector: str, label: str) -> None:
        """Chooses what a list to choose from has by this label."""
        self._tried("select", selector=selector, label=label, frames=WEBVIEW, timeout=PATIENCE * 1000)

    def webview_value(self, script: str) -> Any:
        """What an expression of JavaScript gives in that page."""
        return self.browser.call("evaluate", script=script, frames=WEBVIEW)

    # Everything

    def see(
        self,
        selector: str,
        pattern: str,
        seconds: float = PATIENCE,
        *,
        attribute: str | None = None,
        frames: Sequence[str] = (),
    ) -> str:
        """A text, or the attribute, of what the selector of CSS finds, once one matches."""
        text: str = self._awaited("waitForText", selector, pattern, seconds, attribute=attribute, frames=frames)
        return text

    def see_gone(self, selector: str, pattern: str, seconds: float = PATIENCE, *, frames: Sequence[str] = ()) -> None:
        """Waits until no text of what the selector finds matches."""
        self._awaited("waitForNoText", selector, pattern, seconds, frames=frames)

    def texts(self, selector: str, *, frames: Sequence[str] = ()) -> list[str]:
        """The texts that are there now."""
        return [text.replace("\u00a0", " ") for text in self.browser.call("texts", selector=selector, frames=frames)]

    def click(
        self,
        selector: str,
        *,
        text: str | None = None,
        frames: Sequence[str] = (),
        button: str = "left",
        count: int = 1,
    ) -> None:
        """Clicks the first that is seen of what the selector finds, with a text that matches."""
        self._tried(
            "click", selector=selector, text=text, frames=frames, button=button, count=count, timeout=PATIENCE * 1000
        )

    def hover(self, selector: str, *, text: str | None = None, frames: Sequence[str] = ()) -> None:
        self._tried("hover", selector=selector, text=text, frames=frames, timeout=PATIENCE * 1000)

    def seconds_from_typing(self, text: str, selector: str, pattern: str, seconds: float = PATIENCE) -> float:
        """Inserts text where the cursor is: how long until a text of what the selector finds matches, by the page's clock."""
        took: float = self._tried(
            "secondsFromTyping", text=text, selector=selector, pattern=pattern, timeout=seconds * 1000
        )
        return took

    def console(self) -> list[str]:
        """What the page has said in the browser's console so far, each with its kind before it."""
        said: list[str] = self.browser.call("console")
        return said

    def requests_outside(self) -> list[str]:
        """The addresses that were asked for so far on another machine, but for what the page's own service worker answered."""
        asked = self.browser.call("requests")
        own = (f"{self._editor.address}/", "data:", "blob:")
        return [each["url"] for each in asked if not each["served"] and not each["url"].startswith(own)]

    def screenshot(self, name: str) -> None:
        self.browser.call("screenshot", path=str(self._screenshots / f"{name}.png"))

    def _awaited(self, call: str, selector: str, pattern: str, seconds: float, **more: object) -> Any:
        return self._tried(call, selector=selector, pattern=pattern, timeout=seconds * 1000, **more)

    def _shows(self, selector: str, pattern: str, seconds: float) -> bool:
        """Whether a text of what the selector finds matches within that time."""
        with contextlib.suppress(BrowserError):
            self.browser.call("waitForText", selector=selector, pattern=pattern, timeout=seconds * 1000)
            return True
        return False

    def _tried(self, call: str, **arguments: object) -> Any:
        try:
            return self.browser.call(call, **arguments)
        except BrowserError as error:
            self._fail(str(error), error)

    def _fail(self, why: str, cause: BrowserError | None = None) -> NoReturn:
        """Raises BrowserError with what is seen and what the extension logged last."""
        self.screenshot("failed")
        seen = "\n".join(f"{name}: {self.texts(selector)}" for name, selector in SCENE.items())
        log = "\n".join(self._editor.log().splitlines()[-LOGGED:])
        raise BrowserError(f"{why}\nWhat is seen:\n{seen}\nThe end of the extension's log:\n{log}") from cause


def _whole(label: str) -> str:
    return rf"^\s*{_literal(label)}$"


def _literal(text: str) -> str:
    """A pattern for the text as it is, in which a blank may be a hard one."""
    return re.escape(text).replace("\\ ", "\\s")


def _pane(title: str) -> str:
    return f'.pane:has(> .pane-header[aria-label^="{title}"])'
