// What `when` and `enablement` of package.json ask about: the state of the server, of the team of the folder that the person
// is in, and how many changes wait in all folders.
import { commands, Disposable, window } from 'vscode';
import { Picture } from '../picture';

export class ContextKeys implements Disposable {
  readonly #picture: Picture;
  readonly #told = new Map<string, unknown>();
  readonly #subscriptions: Disposable;

  constructor(picture: Picture) {
    this.#picture = picture;
    const tell = (): void => {
      this.#tell();
    };
    this.#subscriptions = Disposable.from(picture.onDidChange(tell), window.onDidChangeActiveTextEditor(tell));
    tell();
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #tell(): void {
    const { all, serverState, current } = this.#picture;
    this.#set('kinos.server', serverState);
    this.#set('kinos.team', current?.team.state ?? '');
    this.#set('kinos.rehearsal', current?.team.rehearsal ?? false);
    this.#set(
      'kinos.waiting',
      all.reduce((sum, { waiting }) => sum + waiting, 0),
    );
  }

  /** Statuses come several times a second, and most change nothing here. */
  #set(key: string, value: string | number | boolean): void {
    if (this.#told.get(key) !== value) {
      this.#told.set(key, value);
      void commands.executeCommand('setContext', key, value);
    }
  }
}
