// Bundles the extension into the one file VS Code loads to activate it, the language client, three times as large, into another
// that a server's start loads, and the dashboard's page for its web view.
import { build } from 'esbuild';

const production = process.argv.includes('--production');

const common = { bundle: true, minify: production, sourcemap: !production, logLevel: 'warning' };

await build({
  ...common,
  entryPoints: { extension: 'src/extension.ts', client: 'src/server/client.ts' },
  outdir: 'out',
  format: 'cjs',
  platform: 'node',
  target: 'node18',
  supported: { 'dynamic-import': false }, // VS Code gives its module `vscode` to what is loaded by `require`
  external: ['vscode', './client.js'],
});

await build({
  ...common,
  entryPoints: ['webview/dashboard.ts', 'webview/dashboard.css'],
  outdir: 'out/webview',
  format: 'iife',
  platform: 'browser',
  target: 'chrome114', // that of VS Code 1.82
  sourcemap: false, // the page may load nothing but its two files
});
