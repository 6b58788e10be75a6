// Owns the doors that are walked by the calling rule, and the walk of one of them.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { data, nn, optim, vision } from 'lamplight';
import * as einops from 'lamplight/einops';
import * as interpret from 'lamplight/interpret';
import * as lightning from 'lamplight/lightning';
import * as metrics from 'lamplight/metrics';
import * as onnx from 'lamplight/onnx';
import * as python from 'lamplight/python';
import * as pytorch from 'lamplight/pytorch';
import * as tensorboard from 'lamplight/tensorboard';
import * as worker from 'lamplight/worker';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { discardPending } from '../../../src/engine/graph/flush';
import { notingCanvas } from '../plot-canvas';
import { apart } from './lists';
import { methodsOf, type Subject, subjectsOf } from './subjects';
import { selfOf } from './torch-values';
import { type Fault, type Found, walk } from './walk';

const { transforms, datasets, io, tvTensors, ops, utils, detection, models } = vision;

const spaces: Readonly<Record<string, object>> = {
  torch,
  nn,
  optim,
  data,
  'vision.transforms': transforms,
  'vision.datasets': datasets,
  'vision.io': io,
  'vision.tvTensors': tvTensors,
  'vision.ops': ops,
  'vision.utils': utils,
  'vision.detection': detection,
  'vision.models': models,
  vision,
  metrics,
  lightning,
  interpret,
  einops,
  onnx,
  python,
  pytorch,
  tensorboard,
  worker,
};

/** All doors, and the methods of tensors. */
export const doors: readonly string[] = [...Object.keys(spaces), 'Tensor'];

/** Calls that write files do it elsewhere; there is neither a device nor a network, and nobody reads stacks. */
export function walkApart(): void {
  const here = process.cwd();
  const { stackTraceLimit } = Error;
  beforeAll(() => {
    Error.stackTraceLimit = 0;
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const gpu = { requestAdapter: () => Promise.resolve(null), getPreferredCanvasFormat: () => 'bgra8unorm' };
    vi.stubGlobal('navigator', { gpu });
    vi.stubGlobal('OffscreenCanvas', function canvas() {
      return notingCanvas();
    });
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('there is no network')));
  });
  afterAll(() => {
    process.chdir(here);
    Error.stackTraceLimit = stackTraceLimit;
  });
}

/** What classes of a door inherit, which is walked behind another. */
function inheritedBy(door: string): readonly object[] {
  if (door === 'nn') return [torch.Tensor.prototype];
  // The first module has the methods of all refuse what they would not look at.
  new nn.Identity();
  const layers = Object.values(nn).flatMap((value: unknown) =>
    typeof value === 'function' && value.prototype instanceof nn.Module ? [value.prototype] : [],
  );
  return [torch.Tensor.prototype, nn.Module.prototype, ...layers];
}

function membersOf(prototype: object): unknown[] {
  if (prototype === Object.prototype) return [];
  const own = Object.getOwnPropertyNames(prototype).map(
    (name) => Object.getOwnPropertyDescriptor(prototype, name)?.value,
  );
  return [...own, ...membersOf(Object.getPrototypeOf(prototype) as object)];
}

const isWalked = ({ id }: Subject): boolean => !apart.some(({ ids }) => ids.test(id));

/** To look at one part: `CALLING='^nn\.Linear' npm run test:long -- calling-rule` writes down all that is found. */
const selected = process.env.CALLING === undefined ? null : new RegExp(process.env.CALLING);

/** Walks one in `share` of a door's functions and classes, with the methods of these, and expects nothing against the rule. */
export async function walkDoor(door: string, share: number): Promise<void> {
  // What one door has written, another would read.
  process.chdir(mkdtempSync(join(tmpdir(), 'calling-')));
  const space = spaces[door];
  const others = Object.values(spaces).filter((other) => other !== space);
  const methods = new Set<unknown>(inheritedBy(door).flatMap(membersOf));
  const all = space
    ? subjectsOf(door, space, new Set<unknown>(others))
    : methodsOf({ id: door, made: torch.Tensor as never }, selfOf, new Set());
  const chosen = all.filter(isWalked).filter((_, i) => i % share === 0);
  const queue = [...chosen];
  const found: Found[] = [];
  let calls = 0;
  for (let subject = queue.shift(); subject; subject = queue.shift()) {
    if (selected && !selected.test(subject.id)) continue;
    const walked = await walk(subject);
    // Nothing runs here: what is recorded would be looked at by every later flush.
    discardPending();
    calls += walked.calls;
    found.push(...walked.found);
    if (walked.make) queue.push(...methodsOf(subject, walked.make, methods).filter(isWalked));
  }
  const counts: Partial<Record<Fault, number>> = {};
  for (const { fault } of found) counts[fault] = (counts[fault] ?? 0) + 1;
  if (selected && calls > 0) {
    const file = join(tmpdir(), `calling-${door}.txt`);
    writeFileSync(file, found.map(({ fault, text }) => `${fault}\t${text}`).join('\n'));
    console.log(`${door}: ${calls} calls, ${JSON.stringify(counts)}; all in ${file}`);
  }
  const shown = found.map(({ fault, text }) => `${fault}: ${text}`);
  expect(shown.slice(0, 60)).toEqual([]);
}
