// The dashboard's page in its web view: begins once the extension has told its words, then shows what it tells.
import { Asked, Saved, saved, told } from '../src/dashboard/message';
import { Format } from './format';
import { Page } from './page';
import { Tip } from './tip';

const host = acquireVsCodeApi<Saved>();
const kept = saved(host.getState());
let page: Page | undefined;

function ask(request: Asked): void {
  host.postMessage(request);
}

function keep(change: Partial<Saved>): void {
  host.setState(Object.assign(kept, change));
}

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = told(data);
  if (message?.type === 'begin' && page === undefined) {
    const { texts, language } = message;
    page = new Page(
      { texts, format: new Format(language), tip: new Tip(document.body), saved: kept, keep, ask },
      document.body,
    );
  }
  if (message?.type === 'show') {
    if (message.view.folder !== undefined) {
      keep({ folder: message.view.folder });
    }
    page?.show(message.view);
  }
});

ask({ type: 'ready' });
