// Whether all is there that KinOS needs, and what mends what is not, as a document to read.
import { l10n } from 'vscode';
import { serverCommand } from '../protocol';
import { oneLine } from '../text';
import { Checkup, Finding } from './answer';
import { execute, theFolder } from './ask';
import { Action, Parts } from './part';

export function checkSetup(parts: Parts): Action {
  return async (argument) => {
    const folder = await theFolder(argument);
    const title = l10n.t('KinOS: looking at what is installed');
    const make = async (): Promise<string> =>
      setupText(await execute<Checkup>(parts, serverCommand.doctor, folder, {}, title));
    await parts.report.show(l10n.t('Set-up of KinOS'), folder, make, { follows: false });
  };
}

function setupText({ sound, findings }: Checkup): string {
  const result = sound ? l10n.t('Nothing is missing.') : l10n.t('Something is missing. What mends it stands below it.');
  const of = (verdict: Finding['verdict'], title: string): string[] => {
    const rows = findings.filter((finding) => finding.verdict === verdict);
    return rows.length === 0 ? [] : [`\n## ${title}\n`, ...rows.map(row)];
  };
  return [
    `# ${l10n.t('Set-up of KinOS')}\n\n${result}`,
    ...of('missing', l10n.t('Missing')),
    ...of('note', l10n.t('To know')),
    ...of('ok', l10n.t('In order')),
    '',
  ].join('\n');
}

function row({ check, verdict, text, remedy }: Finding): string {
  // The server names what helps in a terminal.
  const here =
    check === 'key' && verdict === 'missing' ? [l10n.t('In VS Code: the command "KinOS: Set API Key".')] : [];
  const help = [...(remedy === '' ? [] : [remedy]), ...here].map((each) => `\n  → ${oneLine(each)}`);
  return `- ${check}: ${oneLine(text)}${help.join('')}`;
}
