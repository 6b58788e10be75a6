// Walks the functions and classes of networks, optimizers, data, pictures, metrics and training loops, each argument in turn replaced by what it
// cannot be. Detectors, models and attributions are those of door-arguments.test.ts.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, nn, optim, vision } from 'lamplight';
import * as lightning from 'lamplight/lightning';
import * as metrics from 'lamplight/metrics';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ceilings } from '../../support/calling/ceilings';
import { apart } from '../../support/calling/lists';
import { type Subject, subjectsOf } from '../../support/calling/subjects';
import { type Fault, type Found, walk } from '../../support/calling/walk';

const { transforms, datasets, io, tvTensors, ops, utils } = vision;
const doors: Readonly<Record<string, object>> = {
  nn,
  optim,
  data,
  'vision.transforms': transforms,
  'vision.datasets': datasets,
  'vision.io': io,
  'vision.tvTensors': tvTensors,
  'vision.ops': ops,
  'vision.utils': utils,
  metrics,
  lightning,
};

const here = process.cwd();
const { stackTraceLimit } = Error;

// Calls that write files do it elsewhere; there is neither a device nor a network, and nobody reads stacks.
beforeAll(() => {
  process.chdir(mkdtempSync(join(tmpdir(), 'calling-')));
  Error.stackTraceLimit = 0;
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  vi.stubGlobal('navigator', { gpu: { requestAdapter: () => Promise.resolve(null) } });
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('there is no network')));
});
afterAll(() => {
  process.chdir(here);
  Error.stackTraceLimit = stackTraceLimit;
});

const others = new Set<unknown>([...Object.values(doors), vision]);

function subjects(door: string): readonly Subject[] {
  const space = doors[door]!;
  const found = subjectsOf(door, space, new Set([...others].filter((other) => other !== space)));
  return found.filter(({ id }) => !apart.test(id));
}

/** To look at one part: `CALLING='^nn\.Linear' npx vitest run --project node-alone test/node/alone/calling-rule.test.ts` prints all that is found. */
const selected = process.env.CALLING === undefined ? null : new RegExp(process.env.CALLING);

test.each(Object.keys(doors))('%s', async (door) => {
  const found: Found[] = [];
  let calls = 0;
  for (const subject of subjects(door)) {
    if (selected && !selected.test(subject.id)) continue;
    const walked = await walk(subject);
    calls += walked.calls;
    found.push(...walked.found);
  }
  const counts: Partial<Record<Fault, number>> = {};
  for (const { fault } of found) counts[fault] = (counts[fault] ?? 0) + 1;
  if (selected && calls > 0) {
    const file = join(tmpdir(), `calling-${door}.txt`);
    writeFileSync(file, found.map(({ fault, text }) => `${fault}\t${text}`).join('\n'));
    console.log(`${door}: ${calls} calls, ${JSON.stringify(counts)}; all in ${file}`);
  }
  const over = (Object.keys(counts) as Fault[]).filter((fault) => counts[fault]! > (ceilings[door]?.[fault] ?? 0));
  expect(
    over.map((fault) => `${counts[fault]} ${fault}`),
    found
      .filter(({ fault }) => over.includes(fault))
      .map(({ fault, text }) => `${fault}: ${text}`)
      .slice(0, 60)
      .join('\n'),
  ).toEqual([]);
});
