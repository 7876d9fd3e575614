// The language client of one server process: what VS Code offers it, and what it is told at the start.
import { ChildProcess } from 'node:child_process';
import { commands, LogOutputChannel, ProviderResult, Uri, workspace } from 'vscode';
import {
  ApplyWorkspaceEditRequest,
  CloseAction,
  CloseHandlerResult,
  ErrorAction,
  LanguageClient,
  LanguageClientOptions,
  RevealOutputChannelOn,
  StaticFeature,
} from 'vscode-languageclient/node';
import { CommandId, commandId } from '../command/id';
import { clientCommand, serverCommand } from '../protocol';
import { Edits } from './edit';

/** What the person set of the server's settings, for a folder or in general, each time it is asked for. */
export type SettingsReader = (scope?: Uri) => Record<string, unknown>;

/** Reports nothing to the person by itself: what went wrong is said once, by `Server`. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Runs a command of the server, as lenses and code actions give them, with its one argument. */
export type CommandRunner = (command: string, argument: object) => Promise<unknown>;

/** A client, not started yet, that speaks with `process` over its pipes. It never starts another one. */
export function createClient(
  process: ChildProcess,
  settings: SettingsReader,
  execute: CommandRunner,
  log: LogOutputChannel,
): LanguageClient {
  const options = clientOptions(settings, execute, log);
  const client = new QuietClient('kinos', 'KinOS', () => Promise.resolve(process), options);
  client.registerFeature(offeredCommands);
  const edits = new Edits(client);
  // Registered after the client's own handler when it starts, so in its place.
  client.onRequest(ApplyWorkspaceEditRequest.type, (params) => edits.apply(params));
  return client;
}

/** Tells the server which commands of ours it may use in code actions. */
const offeredCommands: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    const known = capabilities.experimental as object | undefined;
    capabilities.experimental = { ...known, commands: { commands: Object.values(clientCommand) } };
  },
  initialize: () => undefined,
  getState: () => ({ kind: 'static' }),
  clear: () => undefined,
};

/** Commands that lenses and code actions of the server give, and ours that ask and tell the person what belongs to them. */
const shownHere: ReadonlyMap<string, CommandId> = new Map<string, CommandId>([
  [serverCommand.diff, commandId.showChange],
  [serverCommand.accept, commandId.acceptChange],
  [serverCommand.startTeam, commandId.startTeam],
  [serverCommand.stopTeam, commandId.stopTeam],
  [serverCommand.pauseTeam, commandId.pauseTeam],
  [serverCommand.resumeTeam, commandId.resumeTeam],
  [serverCommand.undo, commandId.undoChange],
  [serverCommand.redo, commandId.redoChange],
  [serverCommand.splitDocument, commandId.splitDocument],
  [serverCommand.consolidate, commandId.consolidateDocument],
]);

function clientOptions(settings: SettingsReader, execute: CommandRunner, log: LogOutputChannel): LanguageClientOptions {
  return {
    // Every file, since agents edit open documents of any language through the editor; the server narrows features.
    documentSelector: [{ scheme: 'file' }, { scheme: 'untitled', language: 'markdown' }],
    initializationOptions: () => ({ trusted: workspace.isTrusted, settings: settings() }),
    middleware: {
      executeCommand: (command, given: unknown[]): ProviderResult<unknown> => {
        const own = shownHere.get(command);
        return own === undefined
          ? execute(command, (given as object[])[0] ?? {})
          : commands.executeCommand(own, ...given);
      },
      workspace: {
        // Only what the person set: a default would come over the person's configuration files.
        configuration: ({ items }) =>
          items.map(({ scopeUri }) => settings(scopeUri === undefined ? undefined : Uri.parse(scopeUri))),
      },
    },
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    errorHandler: { error: () => ({ action: ErrorAction.Continue, handled: true }), closed: doNotRestart },
    initializationFailedHandler: () => false,
  };
}

/** Restarts are `Server`'s, so that they wait for each other. */
function doNotRestart(): CloseHandlerResult {
  return { action: CloseAction.DoNotRestart, handled: true };
}
