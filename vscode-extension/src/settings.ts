// The person's settings under `kinos.`, read once here and turned into what the rest needs.
import { ConfigurationChangeEvent, ConfigurationScope, Uri, workspace, WorkspaceConfiguration } from 'vscode';

const section = 'kinos';

/** Settings that are the extension's own business. All others it declares are the server's. */
const ownKeys: ReadonlySet<string> = new Set(['server.command', 'rehearse', 'saveLanded', 'trace.server']);

/** What the person set of the server's settings for `scope`, by key. `declared` are the full names the extension contributes. */
export function serverSettings(declared: readonly string[], scope?: ConfigurationScope): Record<string, unknown> {
  const configuration = workspace.getConfiguration(section, scope);
  const keys = declared.filter(isServers).map(keyOf);
  return Object.fromEntries(
    keys.filter((key) => isSet(configuration, key)).map((key) => [key, configuration.get<unknown>(key)]),
  );
}

/** A default is not handed on: the server has its own, which the person's configuration files may have changed. */
function isSet(configuration: WorkspaceConfiguration, key: string): boolean {
  const value = configuration.inspect(key);
  return (value?.globalValue ?? value?.workspaceValue ?? value?.workspaceFolderValue) !== undefined;
}

export function rehearse(): boolean {
  return workspace.getConfiguration(section).get<boolean>('rehearse', false);
}

/** Whether a document that an agent's edit alone made dirty is saved. */
export function saveLanded(document: Uri): boolean {
  return workspace.getConfiguration(section, document).get<boolean>('saveLanded', true);
}

/** Whether another server would be started after `change`. All other settings the server takes while it runs. */
export function changesServer(change: ConfigurationChangeEvent): boolean {
  return change.affectsConfiguration(`${section}.server.command`);
}

function isServers(name: string): boolean {
  return !ownKeys.has(keyOf(name));
}

function keyOf(name: string): string {
  return name.slice(section.length + 1);
}

/** The words of the setting `kinos.server.command`; none when it is empty. */
export function serverCommandSetting(): string[] {
  const value = workspace.getConfiguration(section).get<unknown>('server.command');
  const words = Array.isArray(value) ? (value as unknown[]) : [value];
  return words.filter((word) => typeof word === 'string');
}
