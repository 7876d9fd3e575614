// Setting and removing API keys.
import { l10n, QuickPickItem, window } from 'vscode';
import { Keys, Provider, providers } from '../key';
import { choose } from './ask';
import { Action, Parts } from './part';
import { Left } from './problem';

interface KeyItem extends QuickPickItem {
  provider: Provider;
  isStored: boolean;
}

export function setKey(parts: Parts): Action {
  return async () => {
    const item = await choose(l10n.t('Which API key?'), await keyItems(parts.keys));
    const key = await window.showInputBox({
      title: item.label,
      prompt: item.isStored
        ? l10n.t('A key is stored. A new one takes its place; an empty answer removes it.')
        : l10n.t('VS Code keeps it in its secret storage. KinOS writes it to no file and no log.'),
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined || (key.trim() === '' && !item.isStored)) {
      throw new Left();
    }
    await parts.keys.put(item.provider, key.trim());
    await use(parts, key.trim() === '' ? l10n.t('The key is removed.') : l10n.t('The key is stored.'));
  };
}

async function keyItems(keys: Keys): Promise<KeyItem[]> {
  const words: Record<Provider, [label: string, detail: string]> = {
    anthropic: [l10n.t('Claude (Anthropic)'), l10n.t('for models claude-…; from console.anthropic.com')],
    openai: [l10n.t('OpenAI, or a server that speaks its protocol'), l10n.t('for models openai/…')],
    other: [l10n.t('Another provider'), l10n.t('the one of the setting kinos.model.otherProvider')],
  };
  return Promise.all(
    providers.map(async (provider) => {
      const [label, detail] = words[provider];
      const isStored = await keys.has(provider);
      return { provider, isStored, label, detail, description: isStored ? l10n.t('stored') : '' };
    }),
  );
}

/** The server has its keys from its start: it is started anew, but not under a team that runs unless the person says so. */
async function use({ server, picture }: Parts, said: string): Promise<void> {
  if (!picture.all.some(({ team }) => team.state !== 'stopped')) {
    await server.restart();
    void window.showInformationMessage(said);
    return;
  }
  const restart = l10n.t('Restart Server');
  const question = l10n.t('{0} KinOS uses it after a restart, which stops the team.', said);
  if ((await window.showInformationMessage(question, restart)) === restart) {
    await server.restart();
  }
}
