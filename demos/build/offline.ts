// Tells the service worker of the built site which files there are, and gives each set of contents a version of its own.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

export const SERVICE_WORKER = 'service-worker.js';

/** The chunk that a page asks for once a tensor arrives in it: those of the demos stay in their workers. */
const FOR_TENSORS = /\bhost-tensors-/;

/** Only builds have a service worker: served from sources, nothing is to be older than its file. */
export function offline(): Plugin {
  return {
    name: 'lamplight:offline',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      const version = createHash('sha256');
      const files: string[] = [];
      for (const name of Object.keys(bundle).sort()) {
        if (name === SERVICE_WORKER || name.startsWith('data/') || FOR_TENSORS.test(name)) continue;
        const file = bundle[name];
        version.update(name).update(file?.type === 'chunk' ? file.code : (file?.source ?? ''));
        files.push(`./${name.replace(/(^|\/)index\.html$/, '$1')}`);
      }
      const site = { version: version.digest('hex').slice(0, 16), files };
      const script = join(dir, SERVICE_WORKER);
      writeFileSync(script, `const SITE=${JSON.stringify(site)};\n${readFileSync(script, 'utf8')}`);
    },
  };
}
