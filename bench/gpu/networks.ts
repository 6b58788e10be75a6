// The networks of `vision.models`, run or trained for a step, as the check records them.
import * as torch from 'lamplight';
import * as F from 'lamplight/functional';
import { models } from 'lamplight/vision';
import type { Recorder } from './recorder';
import { type Recorded, steady } from './run';

export interface AskedNetwork {
  readonly name: string;
  readonly batch: number;
  /** Of the pictures; undefined: those that the network was made for. */
  readonly side: number | undefined;
  readonly train: boolean;
}

/** Channels and sides of inputs, where they are not those of ImageNet's pictures. */
const INPUTS: Readonly<Record<string, readonly [channels: number, side: number]>> = {
  lenet5: [1, 28],
  lenet5_paper: [1, 32],
  conv_vae: [1, 28],
  dcgan: [100, 1],
  inception_v3: [3, 299],
};

/** Detectors take pictures in a list. */
const isDetector = (name: string): boolean => /rcnn|retinanet|ssd|fcos/.test(name);

const tensorsIn = (value: unknown): torch.Tensor[] => {
  if (value instanceof torch.Tensor) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tensorsIn) : [];
};

const CLASSES = 10;

export async function recordNetwork(
  recording: Recorder,
  { name, batch, side, train }: AskedNetwork,
): Promise<Recorded> {
  const known: readonly string[] = models.listModels();
  if (!known.includes(name)) throw new Error(`expected a network of vision.models, which are ${known.join(', ')}`);
  const model = models.getModel(name as models.ModelName, { weights: null } as never) as torch.nn.Module;
  const [channels, usual] = INPUTS[name] ?? [3, 224];
  const x = torch.rand(batch, channels, side ?? usual, side ?? usual);
  // Detectors await within, which noGrad cannot span.
  model.train(train).requiresGrad_(train);
  const run = model as unknown as (input: unknown) => unknown;
  const forward = async (): Promise<readonly torch.Tensor[]> =>
    tensorsIn(await run(isDetector(name) ? [...torch.unbind(x)] : x));
  const optimizer = train ? new torch.optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 }) : undefined;
  const labels = torch.randint(0, CLASSES, [batch]);
  const step = async (): Promise<readonly torch.Tensor[]> => {
    if (!optimizer) return forward();
    optimizer.zeroGrad();
    const [output] = await forward();
    if (output?.shape.length !== 2) throw new Error('--train: expected a network that classifies pictures');
    const loss = F.crossEntropy(output, labels);
    loss.backward();
    optimizer.step();
    return [loss];
  };
  const dispatches = await steady(recording, { make: () => step });
  return { name: `${name}${train ? ' trained' : ''}, batch ${batch}, ${side ?? usual}²`, macs: undefined, dispatches };
}
