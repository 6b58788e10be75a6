// Memory over hundreds of steps that read, train and evaluate in turn.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { expect, test } from 'vitest';

const settle = () => torch.zeros(1).add(1).item();

test('memory stays flat over varied loops', async () => {
  const model = new nn.Sequential(new nn.Linear(64, 512), new nn.ReLU(), new nn.Linear(512, 8));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  const round = async () => {
    let peak = 0;
    for (let step = 0; step < 30; step++) {
      const x = torch.rand(64, 64);
      const loss = model(x).pow(2).mean();
      await loss.item();
      optimizer.zeroGrad();
      loss.backward();
      await settle();
      optimizer.step();
      model.eval();
      await model(x).mean().item();
      model.train();
      peak = Math.max(peak, torch.gpu.stats().liveBytes);
    }
    return peak;
  };
  const peaks: number[] = [];
  const bound = () => Math.max(...peaks.slice(0, peaks.length / 2)) + 32 * 2 ** 20;
  const later = () => Math.max(...peaks.slice(peaks.length / 2));
  while (peaks.length < 10) peaks.push(await round());
  // Where earlier tests have left a large heap, the collector lets more wait before memory levels off; what is never let go grows on.
  while (peaks.length < 40 && later() >= bound()) peaks.push(await round(), await round());
  expect(later()).toBeLessThan(bound());
});
