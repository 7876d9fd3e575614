// Runs the tests of test/ with Node's own runner; those in TypeScript are bundled first, one file each.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const bundled = join(root, 'out', 'test');
const named = (suffix) => readdirSync(join(root, 'test')).filter((name) => name.endsWith(suffix));

rmSync(bundled, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: named('.test.ts').map((name) => join('test', name)),
  outdir: bundled,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const files = [
  ...named('.test.mjs').map((name) => join(root, 'test', name)),
  ...readdirSync(bundled).map((name) => join(bundled, name)),
];
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-reporter=dot', ...files], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
