// What `onnx.export` writes: names, versions, open sizes, modes, errors; and that what comes back by `onnx.load` computes the same.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import * as onnx from 'lamplight/onnx';
import { models } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { decodeModel } from '../../src/doors/onnx/proto/decode';
import type { GraphMessage } from '../../src/doors/onnx/proto/messages';
import { called, expectEqual, expectRound } from '../support/onnx/round-trip';
import { families, named } from '../support/onnx/small-networks';

const { nn } = torch;

type Options = onnx.OnnxExportOptions;

async function graphOf(model: torch.nn.Module, example: torch.Tensor | readonly unknown[], options: Options = {}) {
  return graphIn(await onnx.export(model, example, options));
}

const graphIn = (bytes: Uint8Array): GraphMessage => decodeModel(bytes, 'exported').graph!;

const opTypes = ({ nodes }: GraphMessage): string[] => nodes.map(({ opType }) => opType);

// All of them: test/long/node/onnx-export.
describe('what comes back computes the same', () => {
  for (const [name, example] of Object.entries({
    lstm: named.lstm!,
    conv: families.conv!,
    arithmetic: families.arithmetic!,
  })) {
    test(name, async () => {
      torch.manualSeed(3);
      await expectRound(example());
    });
  }

  test('for sequences of other sizes', async () => {
    torch.manualSeed(3);
    const other = [torch.randint(0, 50, [2, 9])];
    await expectRound(named.lstm!(), { dynamicAxes: { input: [0, 1] } }, [other]);
  });
});

test('resized pictures have the same elements, and what keeps no statistics does not come back with any', async () => {
  class Resized extends nn.Module {
    forward(x: torch.Tensor) {
      const by = (options: object) => nn.functional.interpolate(x, options);
      return [
        by({ scaleFactor: 0.1 }),
        by({ scaleFactor: [1 / 3, 0.29], mode: 'nearest-exact' }),
        by({ scaleFactor: 1 / 7 }),
        by({ scaleFactor: 1.02, mode: 'bicubic' }),
        by({ scaleFactor: [1.02, 0.3], mode: 'bilinear' }),
        by({ size: [20, 48], mode: 'bilinear', antialias: true }),
        by({ scaleFactor: 0.7, mode: 'bicubic', antialias: true }),
      ];
    }
  }
  await expectRound({ model: new Resized(), inputs: [torch.rand(1, 1, 49, 48)] });
  const batch = torch.rand(3, 2, 4, 4).mul(3);
  await expectRound({ model: new nn.BatchNorm2d(2, { trackRunningStats: false }), inputs: [batch] });
});

test('dilated windows that reach far behind the picture, or have no element, are framed for onnxruntime', async () => {
  const model = new nn.MaxPool2d(2, { stride: 6, padding: 1, dilation: 4, ceilMode: true });
  const x = torch.rand(1, 1, 3, 7);
  expect(opTypes(await graphOf(model, x))).toEqual(['Pad', 'MaxPool']);
  await expectRound({ model, inputs: [x] });
});

test('numbers that are the same along an open size, as the first states of a loaded recurrent layer, are expanded to it', async () => {
  class Begun extends nn.Module {
    gru = new nn.GRU(3, 4, { batchFirst: true });
    forward(x: torch.Tensor) {
      const states = Array.from({ length: x.shape[0]! }, () => [0.5, 0, -1, 2]);
      return this.gru(x, torch.tensor(states).unsqueeze(0));
    }
  }
  const example = { model: new Begun(), inputs: [torch.rand(2, 5, 3)] };
  await expectRound(example, { dynamicAxes: { input: [0] } }, [[torch.rand(4, 5, 3)]]);
});

test('names are those of modules and of the state dict', async () => {
  const model = models.resnet18({ numClasses: 4 });
  const graph = await graphOf(model, torch.rand(1, 3, 32, 32));
  const names = graph.nodes.map(({ name }) => name);
  expect(names).toContain('/layer1/layer1.0/conv1/Conv');
  expect(names).toContain('/layer1/layer1.0/relu_1/Relu'.replace('relu_1/Relu', 'relu/Relu_1'));
  expect(names).toContain('/fc/Gemm');
  const weights = graph.initializers.map(({ name }) => name).filter((name) => !name.startsWith('/'));
  const state = Object.keys(model.stateDict()).filter((name) => !name.endsWith('num_batches_tracked'));
  expect(weights.sort()).toEqual(state.sort());
  expect(graph.inputs).toEqual([{ name: 'input', kind: 'tensor', dataType: 1, shape: [1, 3, 32, 32] }]);
  expect(graph.outputs).toEqual([{ name: 'output', kind: 'tensor', dataType: 1, shape: [1, 4] }]);
});

test('a weight that two layers share is there once, and one of a trained model has its name', async () => {
  const tied = new nn.Linear(4, 4, { bias: false });
  const twice = await graphOf(new nn.Sequential(tied, new nn.ReLU(), tied), torch.rand(2, 4));
  expect(twice.initializers.map(({ name }) => name)).toEqual(['0.weight']);
  const model = new nn.Linear(4, 2);
  const optimizer = new torch.optim.Adam(model.parameters());
  model(torch.rand(3, 4)).sum().backward();
  optimizer.step();
  const { initializers } = await graphOf(model, torch.rand(2, 4));
  expect(initializers.map(({ name }) => name)).toEqual(['weight', 'bias']);
});

test('layers are one node each', async () => {
  expect(opTypes(await graphOf(models.lenet5(), torch.rand(1, 1, 28, 28)))).toEqual([
    'Conv',
    'Relu',
    'MaxPool',
    'Conv',
    'Relu',
    'MaxPool',
    'Reshape',
    'Gemm',
    'Relu',
    'Gemm',
    'Relu',
    'Gemm',
  ]);
});

test('names of inputs and outputs, and open sizes', async () => {
  const model = new nn.Linear(3, 2);
  const options = { inputNames: ['x'], outputNames: ['y'], dynamicAxes: { x: { 0: 'batch' } } };
  const { inputs, outputs } = await graphOf(model, torch.rand(1, 3), options);
  expect([inputs, outputs].map(([value]) => [value!.name, value!.shape])).toEqual([
    ['x', ['batch', 3]],
    ['y', ['batch', 2]],
  ]);
  const named = await graphOf(model, torch.rand(4, 3), { dynamicAxes: { input: [0], output: { 0: 'rows' } } });
  expect([named.inputs[0]!.shape, named.outputs[0]!.shape]).toEqual([
    ['input_dynamic_axes_1', 3],
    ['rows', 2],
  ]);
  await expect(graphOf(model, torch.rand(1, 3), { inputNames: ['x', 'y'] })).rejects.toThrow(
    /1 different names in inputNames/,
  );
  await expect(graphOf(model, torch.rand(1, 3), { dynamicAxes: { z: [0] } })).rejects.toThrow(
    /input, output, but got 'z'/,
  );
  await expect(graphOf(model, torch.rand(1, 3), { dynamicAxes: { input: [2] } })).rejects.toThrow(
    /has 2, in dynamicAxes/,
  );
  await expect(graphOf(model, torch.rand(1, 3), { opsetVersion: 12 })).rejects.toThrow(/opsetVersion/);
});

test('outputs of an object go by their keys', async () => {
  class Heads extends nn.Module {
    out = new nn.Linear(3, 2);
    aux = new nn.Linear(3, 1);

    forward(x: torch.Tensor) {
      return { out: this.out(x), aux: this.aux(x), list: [x, x.neg()] };
    }
  }
  const { outputs } = await graphOf(new Heads(), torch.rand(1, 3));
  expect(outputs.map(({ name }) => name)).toEqual(['out', 'aux', 'output_2', 'output_3']);
});

test('the mode of training', async () => {
  const model = new nn.Sequential(new nn.Conv2d(3, 4, 1), new nn.BatchNorm2d(4), new nn.Dropout(0.3));
  const x = torch.rand(2, 3, 4, 4);
  expect(opTypes(await graphOf(model, x))).toEqual(['Conv', 'BatchNormalization']);
  const trained = await graphOf(model, x, { training: 'train' });
  expect(opTypes(trained)).toEqual(['Conv', 'BatchNormalization', 'Dropout']);
  expect(trained.nodes[1]!.attributes.find(({ name }) => name === 'training_mode')!.i).toBe(1);
  expect(trained.nodes[1]!.inputs.slice(1)).toEqual(['1.weight', '1.bias', '1.running_mean', '1.running_var']);
  model.at(2)!.eval();
  expect(opTypes(await graphOf(model, x, { training: 'preserve' }))).toEqual(['Conv', 'BatchNormalization']);
  const drawn = new nn.Sequential(new nn.RReLU());
  await expect(graphOf(drawn, torch.randn(3, 4), { training: 'train' })).rejects.toThrow(
    /module '0' depends on random numbers/,
  );
});

test('the model and the generator stay as they are', async () => {
  const model = new nn.Sequential(new nn.BatchNorm1d(3), new nn.Dropout(0.5));
  const before = model.stateDict();
  torch.manualSeed(5);
  const expected = await torch.rand(4).tolist();
  const x = torch.randn(4, 3);
  torch.manualSeed(5);
  await onnx.export(model, x, { training: 'train' });
  expect(await torch.rand(4).tolist()).toEqual(expected);
  expect(model.training).toBe(true);
  for (const [name, tensor] of Object.entries(model.stateDict())) {
    expect(await tensor.tolist(), name).toEqual(await before[name]!.tolist());
  }
});

test('a file holds the bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
  const model = models.lenet5();
  const path = join(folder, 'lenet.onnx');
  await onnx.export(model, torch.rand(1, 1, 28, 28), { f: path });
  expect(new Uint8Array(readFileSync(path))).toEqual(await onnx.export(model, torch.rand(1, 1, 28, 28)));
  const [x, apart] = [torch.rand(1, 1, 28, 28), join(folder, 'apart.onnx')];
  await onnx.export(model, x, { f: apart, externalData: true });
  expect(readFileSync(apart).length).toBeLessThan(10_000);
  expect(readdirSync(folder).sort()).toEqual(['apart.onnx', 'apart.onnx.data', 'lenet.onnx']);
  await expectEqual(called(model, [x]), called(await onnx.load(apart), [x]));
  await expect(onnx.export(model, x, { externalData: true })).rejects.toThrow(/expected f, the name of a file/);
  rmSync(folder, { recursive: true });
});

class Waits extends nn.Module {
  async forward(x: torch.Tensor): Promise<torch.Tensor> {
    return (await x.sum().item()) > 0 ? x : x.neg();
  }
}

class Gamma extends nn.Module {
  forward(x: torch.Tensor): torch.Tensor {
    return x.lgamma();
  }
}

class BySize extends nn.Module {
  forward(x: torch.Tensor): torch.Tensor {
    return x.mul(Math.sqrt(x.shape[0]!));
  }
}

test('what cannot be expressed is named with its module', async () => {
  await expect(graphOf(new Waits(), torch.rand(2))).rejects.toThrow(/that of Waits returns a promise/);
  const special = new nn.Sequential(new nn.ReLU(), new Gamma() as unknown as torch.nn.UnaryModule);
  await expect(graphOf(special, torch.rand(2))).rejects.toThrow("'lgamma' of module '1' has no form in ONNX");
  const open = { dynamicAxes: { input: [0] } };
  await expect(graphOf(new BySize(), torch.rand(4), open)).rejects.toThrow(
    /'mul' takes a number that depends on dynamic sizes/,
  );
});
