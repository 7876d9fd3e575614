// The page's HTML: nothing in it but its two files, and a policy that lets it load nothing else.
import { randomBytes } from 'node:crypto';
import { env, Uri, Webview } from 'vscode';

/** `folder` holds `dashboard.js` and `dashboard.css`. */
export function html(webview: Webview, folder: Uri, title: string): string {
  const nonce = randomBytes(16).toString('base64');
  const address = (name: string): string => attribute(webview.asWebviewUri(Uri.joinPath(folder, name)).toString());
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="${attribute(env.language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" nonce="${nonce}" href="${address('dashboard.css')}">
    <title>${attribute(title)}</title>
  </head>
  <body>
    <script nonce="${nonce}" src="${address('dashboard.js')}"></script>
  </body>
</html>`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
