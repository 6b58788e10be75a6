// Event files for TensorBoard: the bytes that torch.utils.tensorboard writes, read when they are written and not before.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { SummaryWriter } from 'lamplight/tensorboard';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodePng } from '../../src/vision/png';
import fixture from '../fixtures/tensorboard.json' with { type: 'json' };

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamplight-'));
});

afterAll(() => rm(folder, { recursive: true }));

interface Event {
  readonly seconds: number;
  readonly step: number | null;
  /** In base64; null where the event has none. */
  readonly summary: string | null;
}

/** Events with summaries in the one file of a folder. */
async function eventsIn(path: string): Promise<Event[]> {
  const [name, ...others] = (await readdir(path)).filter((file) => file.startsWith('events.out.tfevents.'));
  expect(others).toEqual([]);
  return parsed(await readFile(join(path, name!)));
}

function parsed(bytes: Buffer): Event[] {
  const events: Event[] = [];
  for (let at = 0; at < bytes.length; at += 16 + bytes.readUInt32LE(at)) {
    const event = bytes.subarray(at + 12, at + 12 + bytes.readUInt32LE(at));
    // 1: seconds; 2: step, below 128; 5: summary, of a length in one to three bytes.
    let next = 9;
    const step = event[next] === 0x10 ? event[next + 1]! : null;
    if (step !== null) next += 2;
    if (event[next] !== 0x2a) continue;
    while (event[++next]! & 0x80);
    events.push({ seconds: event.readDoubleLE(1), step, summary: event.subarray(next + 1).toString('base64') });
  }
  return events;
}

const summariesIn = async (path: string) => (await eventsIn(path)).map(({ summary }) => summary);

test('summaries have the bytes of PyTorch', async () => {
  const logDir = join(folder, 'bytes');
  const writer = new SummaryWriter(logDir);
  writer.addScalar('loss/train', 0.25, 3, { walltime: 12.5 });
  writer.addText('note', '*größer*');
  for (const { bins, maxBins } of fixture.histograms) {
    writer.addHistogram('h', fixture.values, { bins: bins as 'auto', maxBins });
  }
  writer.addPrCurve('pr', fixture.labels, torch.tensor(fixture.predictions), { numThresholds: 9 });
  writer.addPrCurve('pr', fixture.labels, fixture.predictions, { weights: [1, 2, 3, 4, 5, 6, 7, 8] });
  await writer.close();
  const events = await eventsIn(logDir);
  expect(events[0]).toEqual({ seconds: 12.5, step: 3, summary: fixture.scalar });
  expect(events[1]!.step).toBe(null);
  expect(events.slice(1).map(({ summary }) => summary)).toEqual([
    fixture.text,
    ...fixture.histograms.map(({ bytes }) => bytes),
    fixture.curve,
    fixture.weighted,
  ]);
});

test('hyperparameters and several scalars have folders of their own', async () => {
  const logDir = join(folder, 'runs');
  await using writer = new SummaryWriter({ logDir, filenameSuffix: '.one' });
  expect(writer.getLogdir()).toBe(logDir);
  writer.addHparams({ lr: 0.1 }, { 'hparam/loss': 1 }, { hparamDomainDiscrete: { lr: [0.1, 0.5] }, runName: 'a' });
  writer.addHparams({ kind: 'cnn', size: null }, { a: 1, b: 2 }, { runName: 'b' });
  writer.addScalars('both/of', { train: 1, val: torch.tensor(2.5) }, 7);
  writer.addScalars('plain', { a: 1 });
  writer.addHparams({ lr: 0.1 }, { loss: 1 });
  await writer.flush();
  expect((await summariesIn(join(logDir, 'a'))).slice(0, 3)).toEqual(fixture.hparams);
  expect((await summariesIn(join(logDir, 'b'))).slice(0, 2)).toEqual(fixture.named);
  const [only] = await eventsIn(join(logDir, 'both_of_val'));
  expect([only!.step, Buffer.from(only!.summary!, 'base64').includes('both/of')]).toEqual([7, true]);
  expect((await readdir(logDir)).filter((name) => name.endsWith('.one')).length).toBe(1);
});

test('pictures are those of PyTorch', async () => {
  const logDir = join(folder, 'pictures');
  const writer = new SummaryWriter(logDir);
  const pictures = torch
    .tensor(Array.from({ length: 24 }, (_, i) => (i * 37) % 256))
    .to(torch.uint8)
    .reshape(2, 3, 2, 2);
  writer.addImage('i', pictures.at(0));
  writer.addImage('i', pictures.at(0).permute(1, 2, 0), { dataformats: 'HWC' });
  writer.addImages('i', pictures);
  writer.addImage(
    'i',
    torch.tensor([
      [-0.5, 0, 0.3],
      [0.999, 1, 1.5],
    ]),
    { dataformats: 'HW' },
  );
  await writer.close();
  const found = await summariesIn(logDir);
  for (const [i, { size, pixels }] of Object.values(fixture.images).entries()) {
    const summary = Buffer.from(found[i]!, 'base64');
    const png = await decodePng(summary.subarray(summary.indexOf('\x89PNG', 'latin1')));
    expect([png.height, png.width]).toEqual(size.slice(0, 2));
    expect([...png.bytes]).toEqual(pixels);
  }
});

test('tensors keep their values of the call, and are read together', async () => {
  const logDir = join(folder, 'late');
  const writer = new SummaryWriter(logDir, { maxQueue: 100 });
  const total = torch.zeros(1);
  for (let step = 0; step < 20; step++) {
    total.add_(1);
    writer.addScalar('total', total, step);
  }
  await torch.synchronize();
  const { submits } = torch.gpu.stats();
  await writer.close();
  expect(torch.gpu.stats().submits - submits).toBeLessThanOrEqual(2);
  const values = (await summariesIn(logDir)).map((summary) =>
    Buffer.from(summary!, 'base64').readFloatLE(Buffer.from(summary!, 'base64').length - 4),
  );
  expect(values).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('what cannot be written is said at once, or by the next flush, and loses nothing else', async () => {
  const logDir = join(folder, 'wrong');
  const writer = new SummaryWriter(logDir);
  const loose = writer as unknown as Record<string, (...args: unknown[]) => unknown>;
  const wrong: [() => unknown, RegExp][] = [
    [() => loose.addScalar!('a'), /missing 1 required argument: 'scalarValue'/],
    [() => loose.addScalar!('a', torch.ones(1).item()), /await it first/],
    [
      () => loose.addScalar!('a', torch.ones(2)),
      /expected a number, or a tensor of one element, but got one of shape \[2\]/,
    ],
    [() => loose.addScalar!('a', 1, -1), /globalStep/],
    [() => loose.addScalar!('a', 1, { step: 1 }), /'step'/],
    [() => loose.addHistogram!('a', [1], { bins: 'many' }), /bins/],
    [() => loose.addHistogram!('a', 'text'), /expected values to be a tensor or a list of numbers/],
    [() => loose.addImage!('a', torch.ones(5, 4, 4)), /expected a tensor of the dimensions CHW/],
    [() => loose.addHparams!({ a: [1] }, {}), /expected 'a' to be a number, a text or a boolean/],
    [() => new SummaryWriter({ logdir: 'x' } as never), /logdir/],
  ];
  for (const [run, message] of wrong) {
    expect(run).toThrow(torch.ArgumentError);
    expect(run).toThrow(message);
  }
  writer.addHistogram('h', torch.tensor([1, Number.NaN]));
  writer.addScalar('a', 1, 5);
  await expect(writer.flush()).rejects.toThrow(/expected finite values/);
  await writer.close();
  expect((await eventsIn(logDir)).map(({ step }) => step)).toEqual([5]);
});
