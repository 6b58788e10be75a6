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

/** Channels and sides of pictures, where they are not those of ImageNet. */
const PICTURES: Readonly<Record<string, readonly [channels: number, side: number]>> = {
  lenet5: [1, 28],
  inception_v3: [3, 299],
};

const CLASSES = 10;

export async function recordNetwork(
  recording: Recorder,
  { name, batch, side, train }: AskedNetwork,
): Promise<Recorded> {
  const known: readonly string[] = models.listModels();
  if (!known.includes(name)) throw new Error(`expected a network of vision.models, which are ${known.join(', ')}`);
  const model = models.getModel(name as models.ModelName, { weights: null } as never) as torch.nn.Module;
  const [channels, usual] = PICTURES[name] ?? [3, 224];
  const x = torch.rand(batch, channels, side ?? usual, side ?? usual);
  model.train(train);
  const forward = (): torch.Tensor => {
    const output: unknown = (model as unknown as (input: torch.Tensor) => unknown)(x);
    const first = output instanceof torch.Tensor ? output : Object.values(output as object)[0];
    if (!(first instanceof torch.Tensor)) throw new Error('its output is none that the check can train or read');
    return first;
  };
  const optimizer = train ? new torch.optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 }) : undefined;
  const labels = torch.randint(0, CLASSES, [batch]);
  const step = (): torch.Tensor => {
    if (!optimizer) return torch.noGrad(forward);
    optimizer.zeroGrad();
    const loss = F.crossEntropy(forward(), labels);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const dispatches = await steady(recording, { make: () => step });
  return { name: `${name}${train ? ' trained' : ''}, batch ${batch}, ${side ?? usual}²`, macs: undefined, dispatches };
}
