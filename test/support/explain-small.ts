// Attributions of a small network that are the same wherever they are computed: page, worker or Node.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { GuidedBackprop, Occlusion } from 'lamplight/interpret';

/** Sums of the attributions of one picture by its rows, method after method. */
export async function explainSmall(): Promise<number[][]> {
  torch.manualSeed(1);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(64, 3),
  );
  const x = torch.randn(1, 1, 8, 8);
  const maps = [
    new GuidedBackprop(model).attribute(x, { target: 1 }),
    await new Occlusion(model).attribute(x, { target: 1, slidingWindowShapes: [1, 4, 4], strides: [1, 4, 4] }),
  ];
  return (await torch.cat(maps).sum([1, 3]).tolist()) as number[][];
}
