// Event files for TensorBoard: the bytes that torch.utils.tensorboard writes, read when they are written and not before.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { type ScalarLayout, SummaryWriter } from 'lamplight/tensorboard';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodings } from '../../src/doors/tensorboard/calls/tensors';
import { tensorSummary } from '../../src/doors/tensorboard/summaries';
import { decodePng } from '../../src/doors/vision/pictures/png';
import fixture from '../fixtures/tensorboard.json' with { type: 'json' };
import { eventsIn, summariesIn } from '../support/event-files';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamplight-'));
});

afterAll(() => rm(folder, { recursive: true }));

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
  expect(events[0]).toMatchObject({ seconds: 12.5, step: 3, summary: fixture.scalar });
  expect(events[1]!.step).toBe(null);
  expect(events.slice(1).map(({ summary }) => summary)).toEqual([
    fixture.text,
    ...fixture.histograms.map(({ bytes }) => bytes),
    fixture.curve,
    fixture.weighted,
  ]);
});

test('numbers as tensors, raw curves, sounds, meshes, charts and tensors have the bytes of PyTorch', async () => {
  const logDir = join(folder, 'more');
  const writer = new SummaryWriter(logDir);
  writer.addScalar('loss', 0.1, null, null, true);
  writer.addScalar({ tag: 'loss', scalarValue: 0.1, newStyle: true, doublePrecision: true });
  const [tp, fp, tn, fn, precision, recall] = fixture.rawRows as [number[], ...number[][]] as number[][];
  writer.addPrCurveRaw('raw', tp!, fp!, torch.tensor(tn!), fn!, precision!, recall!, null, 3);
  writer.addPrCurveRaw('raw', tp!, fp!, tn!, fn!, precision!, recall!);
  writer.addAudio('s', torch.tensor(fixture.sound), { sampleRate: 8000 });
  const { vertices, colors, faces, config } = fixture.mesh;
  const [points, hues, triangles] = [torch.tensor(vertices), torch.tensor(colors), torch.tensor(faces)];
  writer.addMesh('m', points, hues, triangles, config);
  writer.addMesh('m', points, { configDict: config, colors: hues, faces: triangles });
  writer.addMesh('m', points);
  writer.addCustomScalars(fixture.layout as unknown as ScalarLayout);
  writer.addCustomScalarsMultilinechart(['a', 'b']);
  writer.addCustomScalarsMarginchart(['a', 'b', 'c'], 'own', 'title');
  const { float16: halves, ...others } = fixture.tensors.values;
  for (const [dtype, values] of Object.entries(others)) {
    writer.addTensor('t', torch.tensor(values as number[]).to(dtype as 'float32'));
  }
  await writer.close();
  expect(await summariesIn(logDir)).toEqual([
    ...fixture.newStyle,
    fixture.rawCurve,
    fixture.rawDefault,
    fixture.audio,
    fixture.mesh.whole,
    fixture.mesh.whole,
    fixture.mesh.points,
    fixture.customScalars,
    ...fixture.shortcuts,
    ...Object.keys(others).map((dtype) => fixture.tensors.bytes[dtype as 'float32']),
  ]);
  // A device without float16 makes no such tensors.
  const [type, encode] = encodings.float16;
  const summary = tensorSummary('t', type, [2, 2], encode(halves.flat()));
  expect(Buffer.from(summary).toString('base64')).toBe(fixture.tensors.bytes.float16);
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

test('boxes on pictures are those that Pillow draws, and labels stand in their lower left corners', async () => {
  const logDir = join(folder, 'boxes');
  const writer = new SummaryWriter(logDir);
  const picture = torch
    .tensor(Array.from({ length: 3 * 18 * 20 }, (_, i) => (i * 37) % 256))
    .to(torch.uint8)
    .reshape(3, 18, 20);
  const boxes = torch.tensor(fixture.boxes.boxes);
  const alpha = torch.cat([picture, picture.narrow(0, 0, 1).div(2, { roundingMode: 'floor' })]);
  for (const { rescale, size } of fixture.boxes.drawn) {
    writer.addImageWithBoxes('b', size[2] === 4 ? alpha : picture, boxes, { rescale });
  }
  const one = torch.tensor([[1, 2, 15, 14]]);
  writer.addImageWithBoxes('b', torch.ones(18, 20), one, null, null, 1, 'HW', 'I');
  await writer.close();
  const found = await Promise.all(
    (await summariesIn(logDir)).map(async (given) => {
      const summary = Buffer.from(given!, 'base64');
      return { summary, png: await decodePng(summary.subarray(summary.indexOf('\x89PNG', 'latin1'))) };
    }),
  );
  for (const [i, { size, file, pixels }] of fixture.boxes.drawn.entries()) {
    const { summary, png } = found[i]!;
    // Height, width and channels: fields of one byte behind the tag, those before it was made larger.
    const at = summary.indexOf(0x08, 6);
    expect([summary[at + 1], summary[at + 3], summary[at + 5]]).toEqual(size);
    expect([png.height, png.width]).toEqual(file);
    expect([...png.bytes]).toEqual(pixels);
  }
  const { bytes } = found.at(-1)!.png;
  const at = (x: number, y: number) => [...bytes.subarray(3 * (20 * y + x), 3 * (20 * y + x) + 3)];
  expect([at(1, 5), at(4, 7), at(10, 5)]).toEqual([
    [255, 0, 0],
    [0, 0, 0],
    [255, 255, 255],
  ]);
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
    [() => loose.addImageWithBoxes!('a', torch.ones(3, 4, 4), torch.ones(4)), /expected boxTensor \[N, 4\]/],
    [
      () => loose.addImageWithBoxes!('a', torch.ones(3, 4, 4), torch.ones(2, 4), { labels: ['x'] }),
      /a label for each of 2 boxes/,
    ],
    [() => loose.addVideo!('a', torch.ones(1, 2, 4, 4, 4)), /expected vidTensor \[N, T, C, H, W\] of 1 or 3 channels/],
    [() => loose.addAudio!('a', torch.ones(2, 3)), /expected sndTensor with one channel/],
    [() => loose.addMesh!('a', torch.ones(4, 3)), /expected vertices \[B, N, 3\]/],
    [() => loose.addMesh!('a', torch.ones(1, 4, 3), { configDict: { x: Number.NaN } }), /configDict to hold/],
    [() => loose.addCustomScalars!({ a: { b: ['Pie', ['c']] } }), /\['Multiline', tags\]/],
    [() => loose.addCustomScalarsMarginchart!(['a', 'b']), /expected 'untitled' to have 3 tags/],
    [() => loose.addPrCurveRaw!('a', [1], [1], [1], [1], [1], [1, 2]), /at the same thresholds/],
    [() => loose.addFigure!('a', torch.ones(3, 4, 4)), /expected figure to be a canvas/],
    [() => loose.addHparams!({ a: [1] }, {}), /expected 'a' to be a number, a string or a boolean/],
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
