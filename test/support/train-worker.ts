// A worker that trains for its page, and does what the tests ask of it.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { expose } from 'lamplight/worker';
import { exposed } from './exposed';
import { trainSmall } from './train-small';

export const served = expose({
  ...exposed,
  trainSmall,

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
