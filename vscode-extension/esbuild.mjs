// Bundles the extension and its language client into the one file VS Code loads, and the dashboard's page for its web view.
import { build } from 'esbuild';

const production = process.argv.includes('--production');

const common = { bundle: true, minify: production, sourcemap: !production, logLevel: 'warning' };

await build({
  ...common,
  entryPoints: ['src/extension.ts'],
  outfile: 'out/extension.js',
  format: 'cjs',
  platform: 'node',
  target: 'node18',
  external: ['vscode'],
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
