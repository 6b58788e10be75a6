// Tells the service worker of the built site which files there are and when each is kept, and gives each set of contents a version of its own.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';
import { NAMES, TEXTS } from '../search/addresses.ts';

export const SERVICE_WORKER = 'service-worker.js';

/**
 * Modules whose chunk is not a part of what every visit keeps, and the group of files that such a chunk alone leads to: `notebook` is
 * kept with the first notebook, `editor` with the first cell that is edited, and `none` only as it is asked for. The worker that runs cells,
 * which is most of the group `notebook`, is no chunk: SESSION is the module that starts it.
 */
const SESSION = /\/packages\/notebook\/session\.ts$/;
const GATES = {
  // Cells of the home and of the guide can run without the panels, which only courses and the gallery draw.
  notebook: [
    /\/demos\/notebook\/main\.ts$/,
    /\/demos\/gallery\/page\.ts$/,
    /\/packages\/notebook\/panels\/(index|shift-networks)\.ts$/,
  ],
  editor: [/\/packages\/notebook\/editor\//, /\/packages\/notebook\/render\//],
  // The chunk that a page asks for once a tensor arrives in it: those of the demos stay in their workers.
  none: [/\/host-tensors\.ts$/],
} as const;

type Group = keyof typeof GATES;

/** Pages that are kept as they are visited. */
const VISITED = /^(notebook|playground|gallery|reference|guide(?=\/[\w-]+\/))\//;

/** Which other files each file of the build leads to: chunks by what they import, and whatever it names in its text beside them. */
function links(bundle: Rolldown.OutputBundle): Map<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const path of Object.keys(bundle)) {
    const name = basename(path);
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  const textOf = (file: Rolldown.OutputAsset | Rolldown.OutputChunk): string => {
    if (file.type === 'chunk') return file.code;
    if (!/\.(js|css|html)$/.test(file.fileName)) return '';
    return typeof file.source === 'string' ? file.source : new TextDecoder().decode(file.source);
  };
  return new Map(
    Object.values(bundle).map((file) => {
      const names = new Set(textOf(file).match(/[\w.-]+-[\w-]{8}\.\w+/g) ?? []);
      const named = [...names].flatMap((name) => byName.get(name) ?? []);
      // A chunk also lists what its dynamic imports will import in turn.
      if (file.type === 'chunk') {
        const others = named.filter((path) => bundle[path]?.type === 'asset');
        return [file.fileName, [...file.imports, ...file.dynamicImports, ...others]];
      }
      return [file.fileName, named];
    }),
  );
}

/** What is kept at the first visit of any page, and what is kept later. */
function grouped(bundle: Rolldown.OutputBundle): { core: Set<string> } & Record<'notebook' | 'editor', Set<string>> {
  const next = links(bundle);
  const paths = Object.keys(bundle);
  const holds = (path: string, module: RegExp): boolean => {
    const file = bundle[path];
    if (file?.type !== 'chunk') return false;
    // A chunk that only passes on what another holds has no modules.
    return [file.facadeModuleId ?? '', ...file.moduleIds].some((id) => module.test(id));
  };
  const workers = new Set(
    paths
      .filter((path) => holds(path, SESSION))
      .flatMap((path) => next.get(path) ?? [])
      .filter((path) => bundle[path]?.type === 'asset' && path.endsWith('.js')),
  );
  const gateOf = (path: string): Group | undefined => {
    if (workers.has(path)) return 'notebook';
    // Pages with formulas ask for the font of mathematics where the system has none.
    if (path.endsWith('.woff2')) return 'none';
    const groups = Object.keys(GATES) as Group[];
    return groups.find((group) => GATES[group].some((gate) => holds(path, gate)));
  };
  const reached = (from: Iterable<string>, isOpen: (path: string) => boolean): Set<string> => {
    const found = new Set(from);
    for (const path of found) for (const other of next.get(path) ?? []) if (isOpen(other)) found.add(other);
    return found;
  };
  const pages = paths.filter((path) => path.endsWith('.html') && !VISITED.test(path));
  const core = reached(pages, (path) => gateOf(path) === undefined);
  const gates = (group: Group) => paths.filter((path) => gateOf(path) === group);
  const isNew =
    (...known: Set<string>[]) =>
    (path: string) =>
      !known.some((set) => set.has(path));
  const isOpenTo = (group: Group) => (path: string) => [undefined, group].includes(gateOf(path)) && isNew(core)(path);
  const notebook = reached(gates('notebook'), isOpenTo('notebook'));
  // Whoever reads a course or the guide may search.
  notebook.add(TEXTS);
  const editor = reached(gates('editor'), (path) => isOpenTo('editor')(path) && isNew(notebook)(path));
  return { core, notebook, editor };
}

/** Only builds have a service worker: served from sources, nothing is to be older than its file. */
export function offline(): Plugin {
  return {
    name: 'lamplight:offline',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      const version = createHash('sha256');
      const { core, notebook, editor } = grouped(bundle);
      const address = (name: string) => `./${name.replace(/(^|\/)index\.html$/, '$1')}`;
      const names = Object.keys(bundle)
        .sort()
        .filter((name) => name !== SERVICE_WORKER && !name.startsWith('data/'));
      for (const name of names) {
        const file = bundle[name];
        version.update(name).update(file?.type === 'chunk' ? file.code : (file?.source ?? ''));
      }
      const of = (group: Set<string>) => names.filter((name) => group.has(name)).map(address);
      const site = {
        version: version.digest('hex').slice(0, 16),
        files: of(core),
        groups: { notebook: of(notebook), editor: of(editor) },
        // A build of its own makes the names of the reference, beside this one; they are kept once they are searched in.
        others: [...names.filter((name) => ![core, notebook, editor].some((group) => group.has(name))), NAMES].map(
          address,
        ),
      };
      const script = join(dir, SERVICE_WORKER);
      writeFileSync(script, `const SITE=${JSON.stringify(site)};\n${readFileSync(script, 'utf8')}`);
    },
  };
}
