// Networks as functions over tensors of a file, and those of ONNX files, beside the same of modules: dispatches, on a device that computes nothing.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { nn, noGrad, scope } from 'lamplight';
import * as onnx from 'lamplight/onnx';
import { models } from 'lamplight/vision';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engine } from '../../../src/engine/compiler/engine';
import { liteOfFunctions, liteOfModules } from '../../support/efficientnet-lite';
import { nullDevice } from '../../support/null-device';
import { gptOfFunctions, resnet18OfFunctions, SmallGPT, type State, stateOf } from '../../support/plain-networks';
import { partOf } from '../../support/sample';

const F = nn.functional;

beforeAll(async () => {
  await torch.init({ device: await nullDevice(), kernels: 'software', tuning: false });
});
afterAll(() => engine.forget());

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Frees the results of earlier runs: this device has half a gigabyte, and a run at the top level leaves 27 MB. */
async function freed(): Promise<void> {
  gc();
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Dispatches of a run behind the first ones, which lay out weights, keep what norms make of theirs, and find the plan hot. */
async function dispatches(fn: () => unknown): Promise<number> {
  const run = async () => {
    fn();
    await torch.synchronize();
  };
  for (let i = 0; i < 8; i++) {
    await run();
    if (i % 2 === 1) await freed();
  }
  await engine.refined();
  await run();
  const before = torch.gpu.stats().dispatches;
  await run();
  return torch.gpu.stats().dispatches - before;
}

type Net = (x: Tensor) => Tensor;

const picture = torch.rand(1, 3, 224, 224);
const resnet = () => models.resnet18().eval() as nn.Module & Net;

/** By network, how many dispatches it takes; at the top level, where each result is the program's own and is stored, too. */
const networks: readonly [string, () => nn.Module & Net, (sd: State) => Net, Tensor, [modules: number, top: number]][] =
  [
    // Results of less than 64 kB are stored rather than made again, some of them by a kernel of their own.
    ['EfficientNet-Lite0', liteOfModules, liteOfFunctions, picture, [51, 56]],
    ['a GPT', () => new SmallGPT().eval(), gptOfFunctions, torch.randint(0, 65, [2, 32]), [59, 59]],
    // A kernel has no room for all that the last of a block stores.
    ['ResNet-18', resnet, resnet18OfFunctions, picture, [23, 26]],
  ];

test.each(partOf(networks, 3))('%s of functions takes as many as of modules', async (_, build, write, x, counts) => {
  const modules = build();
  const functions = write(await stateOf(modules));
  expect({
    modules: await dispatches(() => noGrad(() => modules(x))),
    scope: await dispatches(() => noGrad(() => scope(() => functions(x)))),
    topLevel: await dispatches(() => noGrad(() => functions(x))),
    withGradients: await dispatches(() => functions(x)),
  }).toEqual({ modules: counts[0], scope: counts[0], topLevel: counts[1], withGradients: counts[1] });
});

const files: readonly [string, () => nn.Module & Net, file: string | null][] = [
  [
    'MobileNetV2, as PyTorch has exported it,',
    () => models.mobilenetV2().eval() as nn.Module & Net,
    'mobilenet_v2-script',
  ],
  ['EfficientNet-Lite0', liteOfModules, null],
  ['MobileNetV2', () => models.mobilenetV2().eval() as nn.Module & Net, null],
  ['ResNet-18, as PyTorch has exported it,', resnet, 'resnet18-script'],
  ['ResNet-18, as PyTorch exports it now,', resnet, 'resnet18-dynamo'],
];

test.each(partOf(files, 3))('%s of an ONNX file takes as many as of modules', async (_, build, file) => {
  const model = build();
  const x = file === null ? picture : torch.rand(2, 3, 33, 33);
  const written = file === null ? await onnx.export(model, x) : `test/fixtures/onnx/${file}.onnx`;
  const loaded = (await onnx.load<Tensor>(written)).eval() as unknown as Net;
  const of = (net: Net) => dispatches(() => noGrad(() => scope(() => net(x))));
  expect(await of(loaded)).toBe(await of(model));
});

test('layers of float16 with their norms are one kernel', async () => {
  const [x, w, weight] = [torch.rand(2, 4, 8, 8), torch.rand(6, 4, 3, 3), torch.rand(6, 4)].map((y) => y.half());
  const transposed = torch.rand(4, 6, 3, 3).half();
  const [mean, variance] = [torch.zeros(6).half(), torch.ones(6).half()];
  await torch.synchronize();
  const norm = (y: Tensor) => F.relu(F.batchNorm(y, mean, variance, mean, variance));
  const calls = [
    () => norm(F.conv2d(x!, w!, mean, { padding: 1 })),
    () => norm(F.linear(x!.at(0).reshape(64, 4), weight!, mean)),
    () => norm(F.convTranspose2d(x!, transposed, mean)),
  ];
  // Statistics and weights may be wider.
  const [wide, ones] = [torch.zeros(6), torch.ones(6)];
  expect(F.batchNorm(F.conv2d(x!, w!), wide, ones, null, wide).dtype).toBe('float16');
  for (const call of calls) expect(await dispatches(() => noGrad(() => scope(call)))).toBe(1);
});
