// A worker that trains for its page, and does what the tests ask of it.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { expose } from 'lamplight/worker';
import { collected } from './collected';
import { exposed } from './exposed';
import { trainSmall } from './train-small';

const CLASSES = 1000;
const scorer = new torch.nn.Linear(16, CLASSES);
const scored = new torch.optim.SGD(scorer.parameters(), { lr: 0.01 });
const losses: Tensor[] = [];

export const served = expose({
  ...exposed,
  trainSmall,

  /** A step over scores of 256 kB: what small results of them the page is given and told, and the loss that stays here. */
  score(x: Tensor, labels: Tensor, tell: (row: Tensor) => void): { loss: Tensor; best: Tensor; unread: Tensor } {
    const scores = scorer(x);
    const loss = torch.nn.functional.crossEntropy(scores, labels);
    scored.zeroGrad();
    loss.backward();
    scored.step();
    tell(scores.at(0));
    losses.push(loss.detach(), scores.amax(1));
    return { loss, best: scores.argmax(1), unread: torch.noGrad(() => scorer(x)).mean(1) };
  },

  /** Predictions as they come. */
  async *predictions(x: Tensor, count: number): AsyncGenerator<Tensor> {
    for (let i = 0; i < count; i++) yield scorer(x).topk(3)[1];
  },

  /** Bytes that are allocated on the device once the collector has run. */
  async allocated(): Promise<number> {
    await torch.synchronize();
    await collected();
    return torch.cuda.memoryAllocated();
  },

  /** A regression that goes on until it is stopped. */
  async fit(x: Tensor, y: Tensor, onStep: (step: number, loss: Tensor) => void, signal: AbortSignal): Promise<Tensor> {
    const model = new torch.nn.Linear(x.shape[1]!, 1);
    const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0.1 });
    for (let step = 0; !signal.aborted; step++) {
      optimizer.zeroGrad();
      const loss = torch.nn.functional.mseLoss(model(x), y);
      loss.backward();
      optimizer.step();
      if (step % 10 === 0) onStep(step, loss);
      await torch.synchronize();
    }
    return model.weight;
  },

  /** What a canvas of the page's then shows in its top left corner. */
  paint(canvas: OffscreenCanvas, bitmap: ImageBitmap): number[] {
    const context = canvas.getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    return [...context.getImageData(0, 0, 1, 1).data];
  },
});
