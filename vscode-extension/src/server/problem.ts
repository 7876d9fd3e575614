// Why KinOS could not be set up, told apart by what a person can do about it.

export type ProblemKind =
  'no-python' | 'wrong-python' | 'no-venv' | 'no-network' | 'no-space' | 'no-permission' | 'failed' | 'cancelled';

/** `about` is what the message names: an interpreter, a folder, or a program's last words. */
export class SetupProblem extends Error {
  constructor(
    readonly kind: ProblemKind,
    readonly about = '',
  ) {
    super(`${kind} ${about}`);
  }
}

const signs: readonly [ProblemKind, RegExp][] = [
  ['no-space', /no space left on device|disk quota exceeded|not enough space on the disk|ENOSPC|EDQUOT/i],
  ['no-venv', /ensurepip is not available|No module named '?(ensurepip|venv|pip)\b/],
  ['no-permission', /permission denied|access is denied|read-only file system|EACCES|EPERM|EROFS/i],
  [
    'no-network',
    new RegExp(
      'name resolution|name or service not known|nodename nor servname|getaddrinfo|failed to lookup address|dns error|' +
        'network is unreachable|no route to host|connection (refused|reset|aborted|timed out)|connect timeout|' +
        'read timed out|error sending request|client error \\(connect\\)|operation timed out|proxy ?error|' +
        'cannot connect to proxy|failed to establish a new connection|could not fetch url|failed to fetch',
      'i',
    ),
  ],
];

/** What `output` of a program that failed says of the reason; the most telling sign counts. */
export function kindOfOutput(output: string): ProblemKind {
  return signs.find(([, sign]) => sign.test(output))?.[0] ?? 'failed';
}
