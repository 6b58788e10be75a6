// torch.gpu.onLost: what became of a training when its device was lost.

import type { DeviceLostError } from '../../engine/core/errors';
import { afterLoss } from '../../engine/storage/protect';
import type { Optimizer } from '../optim/optimizer';
import { callable } from './calling/callable';

/** A lost device, and the state saved from it. */
export interface DeviceLoss {
  /**
   * The step that each optimizer has gone back to: the updates that its parameters have behind them, 0 for none. Parameters,
   * buffers and the optimizer's state are those of that step.
   */
  readonly restoredTo: ReadonlyMap<Optimizer<object>, number>;
  /** What the call that hears of the loss next throws. */
  readonly error: DeviceLostError;
}

/**
 * Calls `listener` once for each GPU device that is lost, after everything that is protected has been restored and before
 * anything else runs. A new device is asked for when it is needed.
 *
 *     const stop = torch.gpu.onLost(({ restoredTo }) => {
 *       console.warn(`back at step ${restoredTo.get(optimizer)}`);
 *     });
 *
 * @returns a function after which the listener is not called any more
 */
export const onLost = callable('onLost(listener: function)', (listener: (loss: DeviceLoss) => void): (() => void) => {
  return afterLoss((error, restoredTo) => {
    listener({ error, restoredTo: restoredTo as ReadonlyMap<Optimizer<object>, number> });
  });
});
