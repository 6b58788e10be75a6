// Tells the service worker of the built site which files there are, and gives each set of contents a version of its own.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

export const SERVICE_WORKER = 'service-worker.js';

/** The chunk that a page asks for once a tensor arrives in it: those of the demos stay in their workers. */
const FOR_TENSORS = /\bhost-tensors-/;

/** Texts of kernels, which are files of the workers' as well. */
const OF_KERNELS = /\/compiler\/packs\//;

/** Whether a file is one that only the chunk for tensors asks for, in a page that has none. */
function onlyForTensors(bundle: Rolldown.OutputBundle): (name: string) => boolean {
  const chunks = new Map(
    Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])),
  );
  const needed = new Set([...chunks.values()].filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const name of needed) {
    const { imports = [], dynamicImports = [] } = chunks.get(name) ?? {};
    for (const next of [...imports, ...dynamicImports]) if (!FOR_TENSORS.test(next)) needed.add(next);
  }
  return (name) => {
    const chunk = chunks.get(name);
    return chunk !== undefined && !needed.has(name) && !chunk.moduleIds.some((id) => OF_KERNELS.test(id));
  };
}

/** Only builds have a service worker: served from sources, nothing is to be older than its file. */
export function offline(): Plugin {
  return {
    name: 'lamplight:offline',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      const version = createHash('sha256');
      const files: string[] = [];
      const isLeftOut = onlyForTensors(bundle);
      for (const name of Object.keys(bundle).sort()) {
        if (name === SERVICE_WORKER || name.startsWith('data/') || isLeftOut(name)) continue;
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
