// The package as it is built: what its doors open to, and what a bundler takes of it into a program.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as torch from 'lamplight';
import * as vision from 'lamplight/vision';
import ts from 'typescript';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { doors } from '../../../scripts/doors.mjs';

type Doors = { lamplight: typeof torch; vision: typeof vision };

const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder = '';
const library = (): string => join(folder, 'node_modules/lamplight');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamplight-'));
  const dist = join(library(), 'dist');
  await mkdir(dist, { recursive: true });
  await writeFile(join(library(), 'package.json'), await readFile(join(root, 'package.json')));
  const config = { configFile: join(root, 'vite.config.ts'), root };
  await build({ ...config, build: { outDir: dist, emptyOutDir: false } });
  // Pages without a bundler get files of these modules.
  const input = Object.fromEntries(doors.map(({ browser, module }) => [browser, join(dist, `${module}.js`)]));
  const files = { outDir: join(dist, 'browser'), emptyOutDir: false, rolldownOptions: { input } };
  await build({ ...config, mode: 'browser', build: files });
}, 180_000);

afterAll(() => rm(folder, { recursive: true }));

/** The modules of a folder of the built package, by the names of their files. */
const built = (file: string): Promise<unknown> =>
  import(/* @vite-ignore */ pathToFileURL(join(library(), 'dist', file)).href);

/** What Vite makes of a program that uses the built package: its chunks, that of the entry first. */
async function bundled(program: string): Promise<Rolldown.OutputChunk[]> {
  const entry = join(folder, 'program.js');
  await writeFile(entry, program);
  const { output } = (await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: false, rolldownOptions: { input: entry, external: ['webgpu'] } },
  })) as Rolldown.RolldownOutput;
  return output.filter((file) => file.type === 'chunk');
}

/** The modules of the package that chunks hold. */
const modulesOf = (chunks: readonly Rolldown.OutputChunk[]): string[] =>
  chunks
    .flatMap(({ modules }) => Object.entries(modules))
    .filter(([id, { renderedLength }]) => renderedLength > 0 && id.includes('/dist/'))
    .map(([id]) => id.slice(id.indexOf('/dist/') + '/dist/'.length));

describe('doors', () => {
  test('are resolved to their sources by TypeScript as by Vite', () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
    const file = join(root, 'test/long/node/doors.test.ts');
    for (const { name, source } of doors) {
      expect(ts.resolveModuleName(name, file, options, ts.sys).resolvedModule?.resolvedFileName).toBe(source);
    }
    expect(torch.vision.transforms.ToTensor).toBe(vision.transforms.ToTensor);
  });

  test('are files of the package, with their declarations', async () => {
    const { exports, unpkg, jsdelivr } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    for (const { name, module, browser } of doors) {
      const { default: file, types } = exports[name.replace('lamplight', '.')];
      expect([file, types]).toEqual([`./dist/${module}.js`, `./dist/${module}.d.ts`]);
      expect(await readdir(join(library(), 'dist/browser'))).toContain(`${browser}.js`);
    }
    expect([unpkg, jsdelivr]).toEqual(['./dist/browser/lamplight.js', './dist/browser/lamplight.js']);
  });

  test('lead debuggers of programs to readable modules', async () => {
    const entry = join(folder, 'debugged.js');
    await writeFile(entry, `import { nn } from 'lamplight'; export const layer = new nn.Conv2d(1, 2, 3);`);
    const { output } = (await build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      build: { write: false, sourcemap: true, rolldownOptions: { input: entry, external: ['webgpu'] } },
    })) as Rolldown.RolldownOutput;
    const { sources, sourcesContent } = output.find((file) => file.type === 'chunk')!.map!;
    const shown =
      sourcesContent![sources.findIndex((source) => source.endsWith('lamplight/dist/torch/nn/layers/conv.js'))]!;
    expect(shown).toBe(await readFile(join(library(), 'dist/torch/nn/layers/conv.js'), 'utf8'));
    expect(shown).toMatch(/\* 2-D convolution[\s\S]*?\n\*\/\nvar Conv2d = class extends .*convLayer\(/);
    expect(shown).toMatch(/\n\t\tforward\(x\) \{\n\t\t\tthis\.see\(x\);\n/);
    expect(sources.filter((source) => source.includes('lamplight/src/'))).toEqual([]);
  });

  test.each([
    ['modules', 'index.js', 'doors/vision/index.js'],
    ['browser files', 'browser/lamplight.js', 'browser/vision.js'],
  ])('of the %s share their classes', async (_, main, side) => {
    const [built1, built2] = [await built(main), await built(side)];
    const opened = { lamplight: built1, vision: built2 } as Doors;
    expect(Object.keys(opened.lamplight).sort()).toEqual(Object.keys(torch).sort());
    expect(Object.keys(opened.vision).sort()).toEqual(Object.keys(vision).sort());
    expect(opened.lamplight.Tensor).not.toBe(torch.Tensor);
    expect(opened.lamplight.vision.transforms.Compose).toBe(opened.vision.transforms.Compose);
    const image = new opened.vision.transforms.ToTensor()(opened.lamplight.zeros(2, 2));
    expect(image).toBeInstanceOf(opened.lamplight.Tensor);
    expect(() => opened.vision.transforms.ToTensor.prototype.forward(opened.lamplight.zeros(2))).toThrow(
      opened.lamplight.ShapeError,
    );
  });
});

/** Modules whose path holds one of these belong to data and files, or look into networks. */
const files = /^doors\/(vision|interpret)\/|^torch\/(data|io)\/|(^|\/)(zip|csv|png|inflate|digest|sha2|legacy|md5)/;

test('a program is bundled without what it does not name', async () => {
  const chunks = await bundled(`
    import * as torch from 'lamplight';
    const model = new torch.nn.Sequential(new torch.nn.Linear(4, 8), new torch.nn.ReLU(), new torch.nn.Linear(8, 3));
    const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0.1 });
    torch.nn.functional.crossEntropy(model(torch.randn(2, 4)), torch.tensor([0, 2])).backward();
    optimizer.step();
  `);
  // Kernels and their texts come when the first of them is needed, and what measures them where something is measured.
  const later = modulesOf(chunks.slice(1));
  expect(later).toEqual(
    expect.arrayContaining(['engine/kernels/texts/matmul.js', 'engine/kernels/matmul/products.js']),
  );
  expect(later.filter((name) => !/^(shared|engine\/(compiler|growth|gpu|kernels|wgsl|core))\//.test(name))).toEqual([]);
  const modules = modulesOf(chunks);
  expect(modules).toContain('torch/nn/layers/linear.js');
  const unused = modules.filter(
    (name) =>
      files.test(name) ||
      /^torch\/nn\/(layers\/(conv|transformer)|recurrent\/)|^torch\/optim\/adam|^doors\/worker\/|comlink/.test(name),
  );
  expect(unused).toEqual([]);
});

test('who explains by gradients has nothing of rules, layers and embeddings', async () => {
  const modules = modulesOf(
    await bundled(`import { Saliency } from 'lamplight/interpret'; globalThis.used = Saliency;`),
  );
  expect(modules).toContain('doors/interpret/attribution/saliency.js');
  expect(
    modules.filter((name) => /lrp|deep-lift|guided|^doors\/interpret\/(embedding|looking|layer|neuron)/.test(name)),
  ).toEqual([]);
});

test('readers of files come in chunks of their own, which load when they are first used', async () => {
  const [entry, ...others] = await bundled(`
    import { load, save } from 'lamplight';
    import { transforms } from 'lamplight/vision';
    globalThis.used = [load, save, new transforms.ToTensor()];
  `);
  const readers = [
    'torch/io/pytorch/zip-load.js',
    'torch/io/pytorch/legacy-load.js',
    'torch/io/npy/load.js',
    'torch/io/safetensors/load.js',
  ];
  expect(modulesOf([entry!]).filter((name) => readers.includes(name))).toEqual([]);
  expect(modulesOf(others)).toEqual(expect.arrayContaining(readers));
  expect(
    modulesOf([entry!, ...others]).filter((name) =>
      /^doors\/vision\/(datasets|utils)|^torch\/nn\/(layers\/(conv|linear)|recurrent\/rnn)/.test(name),
    ),
  ).toEqual([]);
});

test('what starts and hears workers of a loader comes in a chunk of its own', async () => {
  const [entry, ...others] = await bundled(`
    import { data } from 'lamplight';
    globalThis.used = new data.DataLoader([1, 2, 3]);
  `);
  const late = ['pass', 'crew', 'thread', 'lock'].map((name) => `torch/data/worker/${name}.js`);
  expect(modulesOf([entry!]).filter((name) => late.includes(name))).toEqual([]);
  expect(modulesOf(others)).toEqual(expect.arrayContaining(late));
});

test('scripts of workers do not start themselves: a bundler that builds them inside out would never end', async () => {
  const dist = join(library(), 'dist');
  const code = (file: string): Promise<string> => readFile(join(dist, file), 'utf8');
  const names = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith('.js'));
  const modules = names.filter((name) => !name.startsWith('browser'));
  const found = (text: string, pattern: RegExp, file: string): string[] =>
    [...text.matchAll(pattern)].map(([, path]) => join(file, '..', path!));
  const starts = new Map<string, readonly string[]>();
  const imports = new Map<string, readonly string[]>();
  for (const name of modules) {
    const text = await code(name);
    // Comments and messages show how a user starts one of theirs, which is no module of the package.
    const started = found(text, /new Worker\(\s*new URL\(\s*['"]([^'"]+)['"], import\.meta\.url/g, name);
    starts.set(
      name,
      started.filter((path) => modules.includes(path)),
    );
    imports.set(name, found(text, /(?:from|import\(|import)\s*['"](\.[^'"]+)['"]/g, name));
  }
  const workers = [...starts.values()].flat();
  expect(workers).toEqual([join('doors', 'vision', 'datasets', 'picture-worker.js')]);
  for (const worker of workers) {
    const reached = new Set([worker]);
    for (const name of reached) for (const next of imports.get(name) ?? []) reached.add(next);
    expect(reached.size).toBeGreaterThan(5);
    expect([...reached].filter((name) => starts.get(name)!.length > 0)).toEqual([]);
  }
});
