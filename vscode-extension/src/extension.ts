// The entry point: makes the parts and wires them; what they do is theirs.
import { join } from 'node:path';
import { ExtensionContext, LogOutputChannel, Uri, workspace } from 'vscode';
import { restartForSettings } from './command/server';
import { Parts } from './command/part';
import { resumeSample } from './command/sample';
import { commandTable, registerCommands } from './command/table';
import { Dashboard } from './dashboard/panel';
import { Keys } from './key';
import { createLog } from './log';
import { ProjectMap } from './map';
import { Listing } from './listing';
import { Picture } from './picture';
import { Change, DocumentList, serverCommand } from './protocol';
import { Report } from './report';
import { Marks, Review } from './review';
import { Agents, Server, Setup } from './server';
import { changesServer, serverSettings } from './settings';
import { StatusBar } from './status/bar';
import { ContextKeys } from './status/context';
import { FileMarks } from './status/decoration';
import { ActiveSize } from './status/size';
import { SizeItem } from './status/sizeItem';
import { KinosView } from './view';

interface Manifest {
  contributes: { configuration: { properties: object } };
}

let server: Server | undefined;

export function activate(context: ExtensionContext): void {
  const parts = createParts(context, createLog());
  context.subscriptions.push(
    registerCommands(commandTable(parts), parts),
    workspace.onDidChangeConfiguration((change) => {
      if (changesServer(change)) {
        void restartForSettings(parts.server);
      }
    }),
    workspace.onDidGrantWorkspaceTrust(() => parts.server.restart()),
  );
  server = parts.server;
  void server.restart();
  void resumeSample(parts);
}

/** Makes what commands work with, and what shows it. */
function createParts(context: ExtensionContext, log: LogOutputChannel): Parts {
  const { contributes } = context.extension.packageJSON as Manifest;
  const declared = Object.keys(contributes.configuration.properties);
  const keys = new Keys(context.secrets);
  const setup = new Setup(context.extensionPath, join(context.globalStorageUri.fsPath, 'environments'), log);
  const started = new Server(setup, new Agents(setup, context.globalState, log), log, {
    settings: (scope?: Uri): Record<string, unknown> => serverSettings(declared, scope),
    secrets: (): Promise<Record<string, string>> => keys.environment(),
  });
  const [picture, map] = [new Picture(started), new ProjectMap(started)];
  const [changes, documents] = listings(started, picture, log);
  const [review, report] = [new Review(started, changes), new Report(changes)];
  const marks = new Marks(started, changes, log);
  const dashboard = new Dashboard(context.extensionUri, { server: started, picture, documents, log });
  const parts = {
    server: started,
    picture,
    map,
    review,
    marks,
    report,
    dashboard,
    keys,
    memory: context.globalState,
    log,
  };
  context.subscriptions.push(log, started, picture, map, changes, documents, review, marks, report);
  const active = new ActiveSize(started, picture, log);
  context.subscriptions.push(active, new SizeItem(active), new StatusBar(picture), new ContextKeys(picture));
  context.subscriptions.push(new FileMarks(documents, changes), new KinosView(picture, changes, documents), dashboard);
  return parts;
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
