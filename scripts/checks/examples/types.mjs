// Reads the library's declarations with several releases of TypeScript, libraries checked as well, without @webgpu/types.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { doors } from '../../doors.mjs';
import { command } from './places.mjs';

const program = `
import * as torch from 'lamplight';
import { nn, optim, type Tensor, vision } from 'lamplight';
import { io, transforms } from 'lamplight/vision';

class Net extends nn.Module {
  conv = new nn.Conv2d(1, 8, 3, { padding: 1 });
  fc = new nn.LazyLinear(10);
  forward(x: Tensor) {
    return this.fc(nn.functional.relu(this.conv(x)).flatten(1));
  }
}

export async function step(model: Net, optimizer: optim.Adam, x: Tensor, y: Tensor): Promise<number> {
  const loss = new nn.CrossEntropyLoss()(model(x), y);
  loss.backward();
  optimizer.step();
  const device = torch.gpu.device();
  if (device) await torch.init({ device });
  // @ts-expect-error: a number is no device.
  await torch.init({ device: 42 });
  return await loss.item();
}

// The classes are the same through every door.
const normalize: vision.transforms.Normalize = new transforms.Normalize([0.5], [0.5]);
export const image: Tensor = normalize(torch.zeros(1, 2, 2));
export const fromPixels: typeof vision.io.fromPixels = io.fromPixels;
// @ts-expect-error: the door opens to datasets, not to what stands in them.
export { MNIST } from 'lamplight/vision';
`;

/** What one door adds to the classes of another. */
const additions = `
import { nn } from 'lamplight';
import { GammaRule } from 'lamplight/interpret';

const layer = new nn.Linear(2, 2);
layer.rule = new GammaRule();
// @ts-expect-error: a number is no rule.
layer.rule = 3;
`;

const dist = new URL('../../../dist/', import.meta.url);

/** A program that compiles where each door declares what its module exports, and nothing else. */
async function exportsOfDoors() {
  const checks = doors.map(async ({ name, module }, d) => {
    // As packed; packages that doors may import are installed here.
    const exported = Object.keys(await import(new URL(`${module}.js`, dist).href)).map((each) => `${each}: true`);
    return `import * as door${d} from '${name}';
export const exports${d}: Record<keyof typeof door${d}, true> = { ${exported.join(', ')} };
`;
  });
  return (await Promise.all(checks)).join('');
}

const tour = fileURLToPath(new URL('../../../test/types/tour-doors', import.meta.url));

const everywhere = ['step.ts', 'additions.ts', 'exports.ts'];

/** Programs for pages, and for whatever has no DOM, as bundlers and as Node find packages. */
const settings = [
  {
    files: [...everywhere, ...readdirSync(tour).map((name) => `tour/${name}`)],
    options: { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], ...strictest() },
  },
  { files: everywhere, options: { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2022'] } },
];

/** What some programs ask for beyond `strict`. */
function strictest() {
  return { noUncheckedIndexedAccess: true, noPropertyAccessFromIndexSignature: true, exactOptionalPropertyTypes: true };
}

/**
 * @param {string} folder where the library is installed
 * @param {readonly string[]} compilers folders of packages
 * @returns {Promise<import('../examples.mjs').Outcome>}
 */
export async function readTypes(folder, compilers) {
  writeFileSync(join(folder, 'step.ts'), program);
  writeFileSync(join(folder, 'additions.ts'), additions);
  writeFileSync(join(folder, 'exports.ts'), await exportsOfDoors());
  cpSync(tour, join(folder, 'tour'), { recursive: true });
  const versions = [];
  for (const compiler of compilers) {
    for (const { files, options } of settings) {
      const common = { target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, types: [] };
      const compilerOptions = { ...common, ...options };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      await command([process.execPath, join(compiler, 'bin/tsc'), '-p', 'tsconfig.json'], folder);
    }
    versions.push(JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8')).version);
  }
  const text = 'no error with skipLibCheck: false, for pages (bundler) and without DOM (nodenext)';
  return { text, runtime: `TypeScript ${versions.join(', ')}`, warnings: [] };
}
