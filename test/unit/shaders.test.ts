// Compiles the files in shaders/ as they stand, with the libraries that their headers name in front, and makes their pipelines.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unroll } from '../../src/engine/wgsl/unroll';
import { nullDevice } from '../support/null-device';

const files = import.meta.glob<string>('../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });
const sources = new Map(Object.entries(files).map(([path, source]) => [path.replace('../../shaders/', ''), source]));

/** The comment lines before the first line of code. */
function headerOf(source: string): string {
  return source.split(/^(?!\/\/|$)/m, 1)[0];
}

/** The files that `Uses:` names, which is in the sources' order; a `*` gives one list for each file that fits. */
function librarySets(name: string): string[][] {
  const uses = headerOf(sources.get(name)!).match(/Uses:([^\n]*)/)?.[1] ?? '';
  let sets: string[][] = [[]];
  for (const [used] of uses.matchAll(/lib\/[\w*-]+\.wgsl/g)) {
    const pattern = new RegExp(`^${used.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
    const fitting = [...sources.keys()].filter((other) => pattern.test(other));
    expect(fitting, `${name} uses ${used}`).not.toHaveLength(0);
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

const cases = [...sources.keys()].sort().flatMap((name) => librarySets(name).map((libraries) => ({ name, libraries })));

let device: GPUDevice;
beforeAll(async () => {
  device = await nullDevice();
});
afterAll(() => device?.destroy());

test('there are shaders', () => expect(sources.size).toBeGreaterThan(20));

test.for(cases)('$name with $libraries', async ({ name, libraries }, { skip }) => {
  const declaration = name.startsWith('lib/') ? declarationFor(name) : '';
  const code = [...libraries.map((library) => sources.get(library)!), sources.get(name)!, declaration].join('\n');
  const [, feature] = code.match(/^enable (\w+);/m) ?? [];
  if (feature && !device.features.has(feature)) skip(`this device has no ${feature}`);
  const module = device.createShaderModule({ code });
  const { messages } = await module.getCompilationInfo();
  const lines = code.split('\n');
  expect(messages.map(({ type, lineNum, message }) => `${type}: ${message} in: ${lines[lineNum - 1]}`)).toEqual([]);
  const entryPoints = [...code.matchAll(/@compute\b[^{]*?\bfn (\w+)/g)].map(([, entryPoint]) => entryPoint);
  const compiled = entryPoints.map((entryPoint) =>
    device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } }),
  );
  await expect(Promise.all(compiled)).resolves.toHaveLength(entryPoints.length);
});

// Each && is a branch, and SwiftShader's compiler takes twice as long for each that follows another one.
test.each(Object.keys(files).filter((path) => files[path]!.includes('// unroll')))('%s writes out no &&', (path) => {
  const source = files[path]!;
  const flags = [...source.matchAll(/^const (\w*SHARED|IMAGES): u32 = \d+u;/gm)].map(([, name]) => [name!, 1]);
  const count = (text: string) => text.replace(/\/\/.*/g, '').split('&&').length - 1;
  expect(count(unroll(source, Object.fromEntries(flags)))).toBeLessThanOrEqual(count(source));
});
