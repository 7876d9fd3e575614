// The person's API keys: kept by VS Code's secret storage, and handed to the server in the environment of its process alone.
import { SecretStorage, workspace } from 'vscode';

/** Whose key it is, and the variable the server reads it from; one of this name goes before the bare one of a shell. */
export const keyVariables = {
  anthropic: 'KINOS_ANTHROPIC_API_KEY',
  openai: 'KINOS_OPENAI_API_KEY',
  other: 'KINOS_OTHER_API_KEY',
} as const;

export type Provider = keyof typeof keyVariables;

export const providers = Object.keys(keyVariables) as Provider[];

export class Keys {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  async has(provider: Provider): Promise<boolean> {
    return (await this.#secrets.get(nameOf(provider))) !== undefined;
  }

  /** Keeps the key; an empty one is forgotten. */
  async put(provider: Provider, key: string): Promise<void> {
    await (key === '' ? this.#secrets.delete(nameOf(provider)) : this.#secrets.store(nameOf(provider), key));
  }

  /** The variables with the keys, for the server; none where the person does not trust what is in the folder. */
  async environment(): Promise<Record<string, string>> {
    if (!workspace.isTrusted) {
      return {};
    }
    const keys = await Promise.all(
      providers.map(async (provider) => [keyVariables[provider], await this.#secrets.get(nameOf(provider))] as const),
    );
    return Object.fromEntries(keys.filter((entry): entry is [never, string] => entry[1] !== undefined));
  }
}

function nameOf(provider: Provider): string {
  return `kinos.key.${provider}`;
}
