// The interpreter that the Python extension has chosen for this workspace, by that extension's public API.
import { homedir } from 'node:os';
import { Extension, extensions, LogOutputChannel, Uri, workspace } from 'vscode';
import { messageOf } from '../log';
import { askPython } from './python';

/** What we use of it: https://github.com/microsoft/vscode-python, `src/client/api/types.ts`. */
interface PythonApi {
  environments: {
    getActiveEnvironmentPath: (resource?: Uri) => { path: string };
    resolveEnvironment: (environment: { path: string }) => Promise<{ executable: { uri?: Uri } } | undefined>;
  };
}

/** Milliseconds the other extension has to say it. */
const patience = 10_000;

/** An interpreter that has KinOS; undefined if that extension is not there, or has chosen one without. */
export async function chosenInterpreter(log: LogOutputChannel, signal: AbortSignal): Promise<string | undefined> {
  const extension = extensions.getExtension<PythonApi>('ms-python.python');
  // An interpreter may come with the folder, and what comes with an untrusted folder is not run.
  if (extension === undefined || !workspace.isTrusted) {
    return undefined;
  }
  try {
    const path = await within(patience, interpreterOf(extension));
    const python = path === undefined ? undefined : await askPython(path, homedir(), signal);
    log.info(`The Python extension's interpreter is ${path ?? 'none'}, and has KinOS ${python?.kinos ?? ''}`);
    return python === undefined || python.kinos === '' ? undefined : python.path;
  } catch (error) {
    log.warn(`The Python extension does not say its interpreter: ${messageOf(error)}`);
    return undefined;
  }
}

async function interpreterOf(extension: Extension<PythonApi>): Promise<string | undefined> {
  const { environments } = extension.isActive ? extension.exports : await extension.activate();
  const active = environments.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
  return (await environments.resolveEnvironment(active))?.executable.uri?.fsPath;
}

async function within<Value>(milliseconds: number, value: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, milliseconds);
  });
  try {
    return await Promise.race([value, over]);
  } finally {
    clearTimeout(timer);
  }
}
