// The entry point: makes the parts and wires them; what they do is theirs.
import { ExtensionContext, LogOutputChannel, workspace } from 'vscode';
import { restartForSettings } from './command/server';
import { commandTable, registerCommands } from './command/table';
import { Dashboard } from './dashboard/panel';
import { createLog } from './log';
import { ProjectMap } from './map';
import { Listing } from './listing';
import { Picture } from './picture';
import { Change, DocumentList, serverCommand } from './protocol';
import { Review } from './review';
import { Server } from './server';
import { changesServer, serverSettings } from './settings';
import { StatusBar } from './status/bar';
import { KinosView } from './view';

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
  const [changes, documents] = listings(started, picture, log);
  const review = new Review(started, changes);
  const dashboard = new Dashboard(context.extensionUri, { server: started, picture, documents, log });
  const parts = { server: started, picture, map, review, dashboard, log };
  context.subscriptions.push(log, started, picture, map, changes, documents, review, new StatusBar(picture));
  context.subscriptions.push(new KinosView(picture, changes, documents), dashboard);
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

/** Changes that are told of: those that wait, whatever their age, and the newest others. */
const historyLength = 300;

/** What views and the review read beside the picture: the changes and the documents of each folder. */
function listings(server: Server, picture: Picture, log: LogOutputChannel): [Listing<Change[]>, Listing<DocumentList>] {
  const changes = new Listing(
    picture,
    log,
    ({ fsPath }) => server.execute<Change[]>(serverCommand.history, { folder: fsPath, last: historyLength }),
    ({ revision }) => revision.changes,
  );
  const documents = new Listing(
    picture,
    log,
    ({ fsPath }) => server.execute<DocumentList>(serverCommand.documents, { folder: fsPath, suggest: true }),
    ({ revision }) => revision.documents,
  );
  return [changes, documents];
}

/** VS Code waits for this, so that no process of KinOS outlives the window. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
