// What programs say when they fail, and what that is called.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOfOutput } from '../src/server/problem';

const said = {
  'no-network': [
    "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(...: Failed to establish a new " +
      "connection: [Errno -3] Temporary failure in name resolution)': /simple/ctok/\nERROR: No matching distribution found for ctok",
    'error: Failed to fetch: `https://index.example/simple/ctok/`\n  Caused by: dns error: failed to lookup address information',
    'ProxyError: Cannot connect to proxy.',
  ],
  'no-space': [
    'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
    'error: Failed to extract archive\n  Caused by: Disk quota exceeded (os error 122)',
  ],
  'no-venv': [
    'The virtual environment was not created successfully because ensurepip is not available.  On Debian/Ubuntu systems …',
    '/usr/bin/python3.12: No module named venv',
  ],
  'no-permission': ["PermissionError: [Errno 13] Permission denied: '/srv/kinos'"],
  failed: ['ERROR: No matching distribution found for ctok<1.4,>=1.3.0', 'ended with code 1'],
};

for (const [kind, outputs] of Object.entries(said)) {
  for (const output of outputs) {
    test(`${kind}: ${output.slice(0, 60)}`, () => {
      assert.equal(kindOfOutput(output), kind);
    });
  }
}
