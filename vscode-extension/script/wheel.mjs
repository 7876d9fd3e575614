// Builds the server's wheel into out/wheel/, with a description of it that the extension reads: `node script/wheel.mjs`.
// It runs `python -m build` with $PYTHON, else with the repository's own environment.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '..', '..');
const target = join(import.meta.dirname, '..', 'out', 'wheel');
const own = join(repository, '.venv', 'bin', 'python');
const python = process.env.PYTHON ?? (existsSync(own) ? own : 'python3.12');

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
run(['-m', 'build', '--wheel', ...installer(), '--outdir', target, repository]);
const [file] = readdirSync(target);
const metadata = run([
  '-c',
  "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.read(next(n for n in z.namelist() if n.endswith('.dist-info/METADATA'))).decode())",
  join(target, file),
]);
const field = (name) => metadata.split('\n').filter((line) => line.startsWith(`${name}: `));
const description = {
  file,
  version: field('Version')[0].split(': ')[1].trim(),
  digest: digest(readFileSync(join(target, file))),
  requires: digest(field('Requires-Dist').sort().join('\n')),
};
writeFileSync(join(target, 'wheel.json'), `${JSON.stringify(description, null, 2)}\n`);

/** uv makes the build's own environment ten times as fast as pip. */
function installer() {
  try {
    execFileSync(python, ['-c', 'import uv'], { stdio: 'ignore' });
    return ['--installer', 'uv'];
  } catch {
    return [];
  }
}

function run(args) {
  try {
    return execFileSync(python, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    throw new Error(`${python} ${args.slice(0, 3).join(' ')} failed. \`make setup\` installs what it needs.`, {
      cause: error,
    });
  }
}

function digest(content) {
  return createHash('sha256').update(content).digest('hex');
}
