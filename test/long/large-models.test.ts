// Models that are larger than a buffer may be: on a device with buffers of 2 MB, each optimizer trains one of 2.5 MB as
// on a device that holds all parameters in one buffer.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';
import { deviceOf } from '../support/few-limits';
import { partOf } from '../support/sample';

const few = { maxStorageBufferBindingSize: 2 ** 20, maxBufferSize: 2 ** 21 };

/** Four weights, of which the first two share a block. */
class Net extends nn.Sequential {
  constructor() {
    const sizes = [300, 240, 600, 400, 400];
    super(...sizes.slice(1).flatMap((size, i) => [new nn.Linear(sizes[i]!, size, { bias: false }), new nn.Tanh()]));
  }
}

type Params = ReturnType<nn.Module['parameters']>;

const optimizers: Readonly<Record<string, (params: Params) => optim.Optimizer>> = {
  SGD: (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, maximize: true }),
  Adam: (params) => new optim.Adam(params, { lr: 0.01, amsgrad: true }),
  AdamW: (params) => new optim.AdamW(params, { lr: 0.01 }),
  NAdam: (params) => new optim.NAdam(params),
  RAdam: (params) => new optim.RAdam(params),
  Adamax: (params) => new optim.Adamax(params),
  Adagrad: (params) => new optim.Adagrad(params),
  Adadelta: (params) => new optim.Adadelta(params),
  RMSprop: (params) => new optim.RMSprop(params, { centered: true, momentum: 0.5 }),
  Rprop: (params) => new optim.Rprop(params),
  ASGD: (params) => new optim.ASGD(params, { t0: 1 }),
  Adafactor: (params) => new optim.Adafactor(params),
  Muon: (params) => new optim.Muon(params),
};

const tried = partOf(Object.entries(optimizers), 6);

const [inputs, wanted] = [torch.randn(8, 300), torch.randn(8, 400)];
const lossOf = (net: Net): Tensor => nn.functional.mseLoss(net.forward(inputs), wanted);

/** The parameters after three steps, with a resumption from the state dicts before the last. */
function trained(make: (params: Params) => optim.Optimizer): Tensor[] {
  let net = new Net();
  let optimizer = make(net.parameters());
  for (let step = 0; step < 3; step++) {
    if (step === 2) {
      const [state, weights] = [optimizer.stateDict(), net.stateDict()];
      net = new Net();
      net.loadStateDict(weights);
      optimizer = make(net.parameters());
      optimizer.loadStateDict(state);
    }
    optimizer.zeroGrad();
    lossOf(net).backward();
    optimizer.step();
  }
  return net.parameters();
}

/** What is written beside an optimizer's step: gradients clipped and scaled, groups added, layers frozen, averages. */
async function inLoops(): Promise<Tensor[]> {
  const net = new Net();
  const [first, ...others] = net.parameters();
  const optimizer = new optim.Adam([first!]);
  optimizer.addParamGroup({ params: others, lr: 0.01 });
  const averaged = new optim.swaUtils.AveragedModel(net, { multiAvgFn: optim.swaUtils.getEmaMultiAvgFn(0.9) });
  const scaler = new torch.amp.GradScaler({ initScale: 16 });
  for (let step = 0; step < 4; step++) {
    optimizer.zeroGrad();
    scaler.scale(lossOf(net)).backward();
    scaler.unscale_(optimizer);
    nn.utils.clipGradNorm_(net.parameters(), 0.01);
    nn.utils.clipGradValue_(net.parameters(), 1e-3);
    await scaler.step(optimizer);
    scaler.update();
    averaged.updateParameters(net);
    others[0]!.requiresGrad_(step % 2 === 1);
  }
  return [...net.parameters(), ...averaged.parameters()];
}

async function run(): Promise<Record<string, Float32Array[]>> {
  const results: Record<string, Float32Array[]> = {};
  const programs = tried.map(([name, make]) => [name, () => trained(make)] as const);
  for (const [name, program] of [...programs, ['loops', inLoops] as const]) {
    torch.manualSeed(3);
    const tensors = await program();
    results[name] = (await Promise.all(tensors.map((tensor) => tensor.detach().data()))) as Float32Array[];
  }
  return results;
}

let whole: Awaited<ReturnType<typeof run>>;
let blocks: typeof whole;

beforeAll(async () => {
  await torch.init({ device: await deviceOf(), tuning: false });
  whole = await run();
  await torch.init({ device: await deviceOf(few), tuning: false });
  blocks = await run();
}, 600_000);

afterAll(() => torch.init({ tuning: false }));

test.each(tried)('%s: the same bits', (name) => {
  expect(blocks[name]).toEqual(whole[name]);
});

test('clipped and scaled gradients, groups, frozen layers and averages: the same numbers', () => {
  blocks.loops!.forEach((numbers, i) => {
    expectNumbers(numbers, whole.loops![i]!);
  });
});

test('a parameter that is larger than a buffer is refused with a remedy that works', async () => {
  const train = async (weights: readonly Tensor[]): Promise<number> => {
    const optimizer = new optim.SGD(weights, { lr: 1 });
    const x = torch.ones(1, 2);
    torch
      .cat(
        weights.map((weight) => x.matmul(weight)),
        1,
      )
      .sum()
      .backward();
    optimizer.step();
    return weights[0]!.sum().item();
  };
  const weight = (columns: number): Tensor => torch.ones(2, columns, { requiresGrad: true });
  expect(await train([weight(150000), weight(150000)])).toBe(0);
  await expect(train([weight(300000)])).rejects.toThrow(/use a smaller batch, or halves of a weight and torch\.cat/);
});
