// Reads mutants of one format, in a process of its own: its parent sees when one hangs, and how much memory they took at most.
// Arguments: the format, the seed, the first mutant and how many, and a file in which the number of the one being read stands.
import { openSync, writeFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { getHeapStatistics } from 'node:v8';
import { LamplightError } from '../../src/engine/core/errors';
import { computesHalf } from '../../src/torch/io/half';
import { formats } from './formats';
import { drawsFrom, mutant } from './mutate';
import { traps } from './traps';

const [name = '', seed = '0', first = '0', count = '0', progress = '', written = ''] = process.argv.slice(2);
const format = formats[name] ?? traps[name];
if (!format) throw new Error(`fuzz: expected one of ${Object.keys(formats).join(', ')}, but got ${name}`);

/** What a file may take beyond four times its own size; in bytes. */
const ALLOWED = 64 * 2 ** 20;
/** Garbage outside of the heap that is let lie, so that it does not count as memory taken. */
const GARBAGE = 8 * 2 ** 20;
const OVER_MEMORY = 3;

const seeds = format.seeds();
const mark = openSync(progress, 'w');
let current = -1;
let sound = 0;
let refused = 0;

process.on('unhandledRejection', (error) => report(error));

/** The mutant of that number. */
async function make(index: number): Promise<Uint8Array> {
  const draw = drawsFrom(Number(seed) * 1_000_003 + index);
  const bytes = seeds[draw(seeds.length)]!;
  const damage = (part: Uint8Array) => mutant(part, draw, seeds[draw(seeds.length)]!);
  if (!format?.inside || draw(2) === 0) return damage(bytes);
  // A seed may itself be damaged on purpose.
  return format.inside(bytes, damage, draw).catch(() => damage(bytes));
}

function report(error: unknown, kind: 'error' | 'value' = 'error'): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.log(JSON.stringify({ index: current, kind, text }));
}

async function read(bytes: Uint8Array): Promise<void> {
  let value: unknown;
  try {
    value = await format!.read(bytes);
  } catch (error) {
    if (error instanceof LamplightError && !error.message.startsWith('internal:')) refused++;
    else report(error);
    return;
  }
  try {
    format!.check?.(bytes, value);
    sound++;
  } catch (error) {
    report(error, 'value');
  }
}

/** In bytes; the most that the process has had at any time. */
const peak = (): number => process.resourceUsage().maxRSS * 1024;

function finish(status: number): never {
  console.log(JSON.stringify({ kind: 'done', sound, refused, memory: most }));
  process.exit(status);
}

// What is loaded when first used is loaded before anything counts; a device, which float16 asks for, is most of it.
await computesHalf();
for (let i = 0; i < 3; i++) for (const bytes of seeds) await read(bytes.slice());
sound = 0;
refused = 0;
globalThis.gc?.();
const before = process.memoryUsage.rss();
const atStart = peak();

/** Bytes beyond those of the process as it began: the most at any time, as soon as that is more than its start took. */
const taken = (): number => (peak() > atStart ? peak() : process.memoryUsage.rss()) - before;
let most = 0;

for (let index = Number(first); index < Number(first) + Number(count); index++) {
  current = index;
  const bytes = await make(index);
  if (written) writeFileSync(written, bytes);
  writeSync(mark, String(index).padEnd(12), 0);
  await read(bytes);
  const now = taken();
  most = Math.max(most, now);
  if (now > ALLOWED + 4 * bytes.length) {
    console.log(
      JSON.stringify({
        index,
        kind: 'memory',
        text: `${Math.round(now / 2 ** 20)} MB for a file of ${bytes.length} bytes`,
      }),
    );
    finish(OVER_MEMORY);
  }
  if (getHeapStatistics().external_memory > GARBAGE) globalThis.gc?.();
}
finish(0);
