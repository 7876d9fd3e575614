// The entry point: makes the parts and wires them; what they do is theirs.
import { ExtensionContext, workspace } from 'vscode';
import { restartForSettings } from './command/server';
import { commandTable, registerCommands } from './command/table';
import { createLog } from './log';
import { ProjectMap } from './map';
import { Picture } from './picture';
import { Server } from './server';
import { changesServer, serverSettings } from './settings';
import { StatusBar } from './status/bar';

interface Manifest {
  contributes: { configuration: { properties: object } };
}

let server: Server | undefined;

export function activate(context: ExtensionContext): void {
  const log = createLog();
  const { contributes } = context.extension.packageJSON as Manifest;
  const declared = Object.keys(contributes.configuration.properties);
  const started = new Server(log, (scope) => serverSettings(declared, scope));
  const [picture, map] = [new Picture(started), new ProjectMap(started)];
  const parts = { server: started, picture, map, log };
  context.subscriptions.push(log, started, picture, map, new StatusBar(picture));
  context.subscriptions.push(registerCommands(commandTable(parts), parts));
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
