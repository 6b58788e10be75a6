// Owns the files in shaders/ as they stand, each with the libraries that its header names in front: what compilers are given in tests.

const files = import.meta.glob<string>('../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });
const sources = new Map(Object.entries(files).map(([path, source]) => [path.replace('../../shaders/', ''), source]));

/** By its path, the text of each file. */
export const shaderFiles: Readonly<Record<string, string>> = files;

/** The comment lines before the first line of code. */
function headerOf(source: string): string {
  return source.split(/^(?!\/\/|$)/m, 1)[0]!;
}

/** The files that `Uses:` names, which is in the sources' order; a `*` gives one list for each file that fits. */
function librarySets(name: string): string[][] {
  const uses = headerOf(sources.get(name)!).match(/Uses:([^\n]*)/)?.[1] ?? '';
  let sets: string[][] = [[]];
  for (const [used] of uses.matchAll(/lib\/[\w*-]+\.wgsl/g)) {
    const pattern = new RegExp(`^${used.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
    const fitting = [...sources.keys()].filter((other) => pattern.test(other));
    if (fitting.length === 0) throw new Error(`${name} uses ${used}, which is no file`);
    sets = sets.flatMap((set) =>
      fitting.flatMap((library) => librarySets(library).map((own) => [...set, ...own, library])),
    );
  }
  return sets.map((set) => [...new Set(set)]);
}

/** What a library's header says that the using file declares, such as the buffer for faults. */
function declarationFor(name: string): string {
  const declared = headerOf(sources.get(name)!).matchAll(/using file declares[^:\n]*:\s+([^\n]*;)/g);
  let binding = 0;
  const bound = () => `@group(0) @binding(${binding++}) var<`;
  return [...declared].map(([, code]) => code!.replaceAll('var<', bound)).join('\n');
}

/** A file with one of its sets of libraries. */
export interface ShaderCase {
  readonly name: string;
  readonly libraries: readonly string[];
}

export const shaderCases: readonly ShaderCase[] = [...sources.keys()]
  .sort()
  .flatMap((name) => librarySets(name).map((libraries) => ({ name, libraries })));

/** The code of a file with its libraries. */
export function shaderCode({ name, libraries }: ShaderCase): string {
  const declaration = name.startsWith('lib/') ? declarationFor(name) : '';
  return [...libraries.map((library) => sources.get(library)!), sources.get(name)!, declaration].join('\n');
}
