// `npm run check -- convert-weights resnet18`: torchvision's files as safetensors, with the table of their sums, in a folder to serve.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { withModule } from '../in-node.mjs';
import { runCommand, UsageError } from '../options.mjs';

const usage = `Usage: npm run check -- convert-weights NAME … [options]

Reads trained weights as PyTorch wrote them, and writes safetensors with the
same keys and numbers, and weights.json with their sums. A page loads them
after models.setWeightsMirror(address of the folder).

  NAME          a network (resnet18), weights (ResNet50_Weights.IMAGENET1K_V1),
                or the path of a .pth file
  --to DIR      the folder                                (default: weights)
  --help        show this text`;

/** @typedef {{ file: string, bytes: number, sha256: string, source: string }} Entry */

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { to: { type: 'string', default: 'weights' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return undefined;
  if (positionals.length === 0) throw new UsageError(`convert-weights: expected a name\n\n${usage}`);
  return { names: positionals, to: values.to };
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main({ names, to }) {
  mkdirSync(to, { recursive: true });
  const path = join(to, 'weights.json');
  /** @type {Record<string, Entry>} */
  const table = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  await withModule(
    'scripts/checks/convert-weights/library.ts',
    async (/** @type {typeof import('./convert-weights/library')} */ library) => {
      for (const name of names) {
        const source = existsSync(name) ? name : library.addressOf(name);
        const read = await library.fileOf(source);
        const bytes = await library.convert(read, {
          format: 'pt',
          source: existsSync(name) ? basename(name) : source,
          source_sha256: sumOf(readFileSync(read)),
        });
        const sha256 = sumOf(bytes);
        // The digits in a file's name are of its own sum, also where a page is given its address.
        const stem = basename(source).replace(/(-[\da-f]{8,})?\.\w+$/, '');
        const file = `${stem}-${sha256.slice(0, 8)}.safetensors`;
        writeFileSync(join(to, file), bytes);
        table[basename(source)] = {
          file,
          bytes: bytes.length,
          sha256,
          source: existsSync(name) ? basename(name) : source,
        };
        writeFileSync(path, `${JSON.stringify(table, null, 2)}\n`);
        console.log(`${join(to, file)}: ${(bytes.length / 1e6).toFixed(1)} MB`);
      }
    },
  );
  return 0;
}

/** @param {Uint8Array} bytes */
function sumOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
