// torch.gpu.onLost: tells a program that its GPU device was lost, and to which step its training was restored.

import type { DeviceLostError } from '../../engine/core/errors';
import { afterLost } from '../../engine/storage/protect';
import type { Optimizer } from '../optim/optimizer';
import { callable } from './calling/callable';

/** The loss of a device, and the state that was restored. */
export interface DeviceLoss {
  /**
   * For each optimizer, the step to which it went back, as the number of updates made (0 for none). Parameters, buffers
   * and the optimizer's state are those of that step.
   */
  readonly restoredTo: ReadonlyMap<Optimizer<object>, number>;
  /** The error that the next call affected by the loss will throw. */
  readonly error: DeviceLostError;
}

/**
 * Calls `listener` once for each GPU device that is lost, after all protected state has been restored and before
 * anything else runs. A new device is requested when one is needed.
 *
 *     const stop = torch.gpu.onLost(({ restoredTo }) => {
 *       console.warn(`back at step ${restoredTo.get(optimizer)}`);
 *     });
 *
 * @returns a function that removes the listener
 */
export const onLost = callable(
  'onLost(listener: function)',
  (/** The function that is called when a device is lost. */ listener: (loss: DeviceLoss) => void): (() => void) => {
    return afterLost((error, restoredTo) => {
      listener({ error, restoredTo: restoredTo as ReadonlyMap<Optimizer<object>, number> });
    });
  },
);
