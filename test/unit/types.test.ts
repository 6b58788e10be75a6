// What types accept runs, and what running refuses does not compile: the compiler checks the lines behind `@ts-expect-error`.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { detection, models, tvTensors } from 'lamplight/vision';
import { expect, expectTypeOf, test } from 'vitest';

const F = nn.functional;
const x = torch.tensor([
  [3, 1, 2],
  [4, 6, 5.5],
]);

test('results that come together have PyTorch’s names, and are tuples', () => {
  const [values, indices] = x.max(1);
  expect([values.shape, indices.dtype]).toEqual([[2], 'int64']);
  const found = [
    x.max(1),
    x.min({ dim: 1 }),
    torch.max(x, 1),
    x.sort(),
    x.topk(2),
    torch.topk(x, 2),
    x.median(1),
    x.nanmedian(1),
    x.mode(),
    x.kthvalue(1),
    torch.kthvalue(x, 1),
    x.cummax(1),
    x.cummin(1),
  ];
  for (const each of found) {
    expect(each.values === each[0] && each.indices === each[1]).toBe(true);
    expect([each.length, Object.keys(each)]).toEqual([2, ['0', '1']]);
  }
  const best: Tensor = x.max(1).values.mul(2);
  expect(best.shape).toEqual([2]);
  expect([x.aminmax().min.shape, x.frexp().exponent.dtype]).toEqual([[], 'int32']);
  expect(torch.histogram(x, 4).binEdges.shape).toEqual([5]);
});

test('a grid has as many coordinates as vectors', () => {
  const x = torch.ones(2);
  expectTypeOf(torch.meshgrid(x, x)).toEqualTypeOf<[Tensor, Tensor]>();
  expectTypeOf(torch.meshgrid([x, x, x], { indexing: 'xy' })).toEqualTypeOf<[Tensor, Tensor, Tensor]>();
  expectTypeOf(torch.meshgrid({ tensors: [x] })).toEqualTypeOf<[Tensor]>();
  expectTypeOf(torch.meshgrid(x, x, { indexing: 'xy' })).toEqualTypeOf<[Tensor, Tensor]>();
  const some: Tensor[] = [x];
  expectTypeOf(torch.meshgrid(some)).toEqualTypeOf<Tensor[]>();
  expectTypeOf(torch.meshgrid(...some, { indexing: 'xy' })).toEqualTypeOf<Tensor[]>();
});

test('switches of gradients take functions that do not wait', () => {
  expect(torch.noGrad(() => x.mul(2)).shape).toEqual([2, 3]);
  expect(torch.noGrad(() => [1, 'a'])).toEqual([1, 'a']);
  const none: undefined | Tensor = torch.noGrad(() => (x.ndim > 5 ? x : undefined));
  expect(none).toBe(undefined);
  // @ts-expect-error the switch cannot follow an await
  expect(() => torch.noGrad(async () => x)).toThrow(/^noGrad: expected a synchronous function/);
  // @ts-expect-error the same
  expect(() => torch.inferenceMode(() => Promise.resolve(x))).toThrow(torch.ArgumentError);
});

test('switches refuse what waits: async functions before they run, promises without an error of their own, and thenables', async () => {
  const switches = {
    noGrad: torch.noGrad,
    enableGrad: torch.enableGrad,
    inferenceMode: torch.inferenceMode,
    setGradEnabled: (fn: () => never) => torch.setGradEnabled(false, fn),
    autocast: torch.autocast,
    scope: torch.scope,
  };
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  for (const [name, run] of Object.entries(switches) as [string, (fn: () => unknown) => unknown][]) {
    const ran: string[] = [];
    const waiting = async () => {
      ran.push('async');
      await null;
      throw new Error('later');
    };
    expect(() => run(waiting)).toThrow(
      `${name}: expected a synchronous function, but got an async one; ${name} cannot hold across an await, so wrap each part between awaits: const y = ${name}(() => model(x)); await y.item()`,
    );
    expect(ran).toEqual([]);
    expect(() => run(() => waiting())).toThrow(
      `${name}: expected a synchronous function, but got one that returned a promise;`,
    );
    // biome-ignore lint/suspicious/noThenProperty: what is refused here
    expect(() => run(() => ({ then: () => 1 }))).toThrow(torch.ArgumentError);
    expect([torch.isGradEnabled(), torch.isAutocastEnabled()]).toEqual([true, false]);
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

test('switches of gradients are on in generator functions wherever these do not wait, and off for others', async () => {
  const recorded: [string, boolean][] = [];
  const note = (who: string) => recorded.push([who, torch.isGradEnabled()]);
  const later = (value: number) => new Promise<number>((resolve) => setTimeout(resolve, 1, value));
  const weight = torch.ones(2, { requiresGrad: true });
  const running: Promise<string> = torch.noGrad(function* () {
    note('first');
    const two: number = yield later(2);
    note('second');
    try {
      yield Promise.reject(new Error('inside'));
    } catch (error) {
      const plain: number = yield two + 1;
      note('third');
      return `${(error as Error).message} ${plain} ${weight.mul(plain).requiresGrad}`;
    }
    return '';
  });
  note('others');
  await torch.noGrad(() =>
    torch.enableGrad(function* () {
      yield later(0);
      note('others');
    }),
  );
  expect([await running, torch.isGradEnabled()]).toEqual(['inside 3 false', true]);
  expect(recorded.filter(([, grad]) => !grad).map(([who]) => who)).toEqual(['first', 'second', 'third']);
  const failing = torch.noGrad(function* () {
    yield later(0);
    throw new RangeError('own');
  });
  await expect(failing).rejects.toThrow(RangeError);
});

test('a Sequential that is written out knows its modules', () => {
  const features = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 2));
  expect(features[0].weight.shape).toEqual([4, 3]);
  expect(features[-1].outFeatures).toBe(2);
  expect(features[-3] === features[0]).toBe(true);
  expect(features[-4]).toBe(undefined);
  expect(features(x).shape).toEqual([2, 2]);
  const named = new nn.Sequential({ fc: new nn.Linear(3, 2), relu: new nn.ReLU() });
  expect([named.fc.inFeatures, String(named[-1])]).toEqual([3, 'ReLU()']);
  const rest: nn.Sequential = features.slice(1);
  expect(String(rest[-1])).toBe(String(features[2]));
  class Net extends nn.Sequential {
    constructor() {
      super(new nn.Linear(3, 1), new nn.Tanh());
    }
  }
  expect(String(new Net())).toMatch(/^Net\(/);
  expect(new Net()(x).shape).toEqual([2, 1]);
  expect(new nn.ModuleList([new nn.ReLU(), new nn.Tanh()])[-1]).toBeInstanceOf(nn.Tanh);
});

test('UnaryModule is any model of one input', () => {
  const models: nn.UnaryModule[] = [new nn.Linear(3, 3), new nn.Sequential(new nn.ReLU()), new nn.Dropout()];
  expect(new nn.Sequential(...models)(x).shape).toEqual([2, 3]);
  const anonymous = new (class extends nn.Module {
    declare forward: () => unknown;
  })();
  expect(() => anonymous()).toThrow(/^nn\.Module: expected a method forward, but it has none/);
});

test('a module without a forward holds others, and says so when it is called', () => {
  class Losses extends nn.Module {
    content = new nn.MSELoss();
  }
  const losses = new Losses();
  expect(losses.namedChildren().map(([name]) => name)).toEqual(['content']);
  expect(() => losses(x)).toThrow(/^Losses: expected a method forward, but it has none/);
  const plain = new nn.Module();
  plain.addModule('fc', new nn.Linear(3, 1));
  expect(Object.keys(plain.stateDict())).toEqual(['fc.weight', 'fc.bias']);
  expect(() => plain()).toThrow(torch.ArgumentError);
});

test('a ModuleDict knows the names that it was made with, as an object or as pairs', () => {
  const dict = new nn.ModuleDict({ fc: new nn.Linear(3, 2), act: new nn.ReLU() });
  expect([dict.fc.inFeatures, dict.get('fc').outFeatures, dict.keys()]).toEqual([3, 2, ['fc', 'act']]);
  const pairs = new nn.ModuleDict([
    ['lrelu', new nn.LeakyReLU(0.2)],
    ['prelu', new nn.PReLU()],
  ]);
  expect([pairs.lrelu.negativeSlope, pairs.prelu.numParameters, pairs.has('relu')]).toEqual([0.2, 1, false]);
  pairs.update([['lrelu', new nn.LeakyReLU(0.3)]]);
  expect(pairs.get('lrelu').negativeSlope).toBe(0.3);
});

test('heads that can be replaced stand where torchvision has them', () => {
  const names = (module: nn.Module) => module.namedChildren().map(([name]) => name);
  const mobilenet = models.mobilenetV3Small();
  expect(names(mobilenet)).toEqual(['features', 'avgpool', 'classifier']);
  mobilenet.classifier[3] = new nn.Linear(mobilenet.classifier[3].inFeatures, 2);
  expect(mobilenet.stateDict()['classifier.3.weight']!.shape).toEqual([2, 1024]);
  const detector = detection.ssdlite320MobilenetV3Large({ weightsBackbone: null });
  expect(names(detector)).toEqual(['backbone', 'anchor_generator', 'head', 'transform']);
  const transformer = new nn.Transformer({ dModel: 4, nhead: 2, dimFeedforward: 4 });
  expect(names(transformer)).toEqual(['encoder', 'decoder']);
  expect(transformer.encoder(torch.ones(2, 1, 4)).shape).toEqual([2, 1, 4]);
});

test('boxes, pictures and masks take a dtype', () => {
  const boxes = new tvTensors.BoundingBoxes([[1, 2, 3, 4]], { format: 'XYXY', canvasSize: [9, 9], dtype: 'float32' });
  expect([boxes.dtype, boxes.format, boxes.requiresGrad]).toEqual(['float32', 'XYXY', false]);
  expect(new tvTensors.Mask(torch.ones(2, 2), { dtype: 'uint8' }).dtype).toBe('uint8');
  const image = new tvTensors.Image([[1, 2]], { dtype: 'float32', requiresGrad: true });
  expect([image.dtype, image.requiresGrad, image.shape]).toEqual(['float32', true, [1, 1, 2]]);
});

test('every optimizer takes a closure, synchronous or not', () => {
  const weight = torch.ones(1, { requiresGrad: true });
  const waits = (): Promise<Tensor> => new optim.LBFGS([weight]).step(() => weight.sum());
  const waitsToo = (): Promise<Tensor> => new optim.LBFGS([weight]).step(async () => weight.sum());
  expect([waits, waitsToo].map((call) => typeof call)).toEqual(['function', 'function']);
  const loss = new optim.SGD([weight], { lr: 0.1 }).step(() => weight.mul(2));
  expect(loss).toBeInstanceOf(torch.Tensor);
});

test('pooling takes its options behind any of its parameters', () => {
  const images = torch.ones(1, 1, 6, 6);
  const [pooled, places] = F.maxPool2d(images, 3, 2, 1, { returnIndices: true });
  expect([pooled.shape, places.dtype]).toEqual([[1, 1, 3, 3], 'int64']);
  expect(F.maxPool2d(images, 3, 2, { padding: 1, returnIndices: true })[1].shape).toEqual([1, 1, 3, 3]);
  expect(F.maxPool2d(images, 3, 2, 1, { ceilMode: true }).shape).toEqual([1, 1, 4, 4]);
});

test('a model is saved by its state dict', async () => {
  // @ts-expect-error a model is no state dict
  await expect(torch.save(new nn.Linear(1, 1), 'x.safetensors')).rejects.toThrow(/pass model\.stateDict\(\)/);
});

test('summary takes its options in any place, and says what it cannot take', () => {
  const model = new nn.Linear(2, 2);
  expect(torch.summary(model, { inputSize: [1, 2], verbose: 0 }).totalParams).toBe(6);
  expect(torch.summary(model, [1, 2], { verbose: 0 }).totalParams).toBe(6);
  expect(() => torch.summary(null as never)).toThrow(/^summary: expected model to be an nn\.Module, but got null/);
  expect(() => torch.summary(model, 'large' as never)).toThrow(torch.ArgumentError);
});

test('the mask predictor of a Mask R-CNN is replaced as in PyTorch’s tutorial', () => {
  const model = detection.maskrcnnResnet50Fpn({ weights: null, weightsBackbone: null });
  const inChannels: number = model.roiHeads.maskPredictor.conv5Mask.inChannels;
  model.roiHeads.maskPredictor = new detection.MaskRCNNPredictor(inChannels, 256, 2);
  expect(model.roiHeads.maskPredictor.maskFcnLogits.outChannels).toBe(2);
  const shapes = async () => (await torch.noGrad(() => model.eval()([x]))).map(({ masks }) => masks.shape);
  const loss = async () => (await model([x], [{ boxes: x, labels: x, masks: x }])).lossMask.shape;
  expect([shapes, loss]).toHaveLength(2);
  expect(detection.fasterrcnnMobilenetV3LargeFpn().roiHeads.maskPredictor).toBe(null);
});
