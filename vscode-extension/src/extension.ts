// The entry point: makes the parts and wires them; what they do is theirs.
import { ExtensionContext, workspace } from 'vscode';
import { registerCommands, restartForSettings } from './commands';
import { createLog } from './log';
import { ProjectMap } from './map';
import { Server } from './server';
import { changesServer, serverSettings } from './settings';
import { StatusBar } from './status';

interface Manifest {
  contributes: { configuration: { properties: object } };
}

let server: Server | undefined;

export function activate(context: ExtensionContext): void {
  const log = createLog();
  const { contributes } = context.extension.packageJSON as Manifest;
  const declared = Object.keys(contributes.configuration.properties);
  const started = new Server(log, (scope) => serverSettings(declared, scope));
  const map = new ProjectMap(started);
  context.subscriptions.push(log, started, map, new StatusBar(started), registerCommands(started, map, log));
  context.subscriptions.push(
    workspace.onDidChangeConfiguration((change) => {
      if (changesServer(change)) {
        void restartForSettings(started);
      }
    }),
    workspace.onDidGrantWorkspaceTrust(() => started.restart()),
  );
  server = started;
  void started.restart();
}

/** VS Code waits for this, so that no process of KinOS outlives the window. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
