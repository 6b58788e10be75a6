// Handles the loss of the GPU device during training: prints a message, and continues from the last snapshot of the
// weights.
import { DeviceLostError, gpu } from '../../torch';
import type { Trainer } from './trainer';

/** After this many consecutive losses without a step between them, training gives up. */
const MOST_LOSSES = 3;

/** Returned instead of a result if the device was lost in the meantime. */
export const LOST = Symbol('the device was lost');

export class Survival {
  #inARow = 0;

  constructor(private readonly trainer: Trainer) {}

  /** Listens for lost devices, and drops values that were on them, until the returned function is called. */
  listen(): () => void {
    this.#inARow = 0;
    return gpu.onLost((loss) => this.#tell(loss));
  }

  #tell({ restoredTo }: gpu.DeviceLoss): void {
    const { trainer } = this;
    const { epochLoop } = trainer.fitLoop;
    const steps = trainer.optimizers.map((optimizer) => restoredTo.get(optimizer) ?? 0);
    console.warn(
      `Trainer.fit: the GPU device was lost at step ${trainer.globalStep}. Training goes on with the weights of the last snapshot${steps.length > 0 ? `, of step ${steps.join(', ')}` : ''}; what was logged since the last row is lost.`,
    );
    epochLoop.results.forget();
    epochLoop.valLoop.results.forget();
    trainer.connector.forget();
  }

  /**
   * The result of `run`, or LOST if the device was lost in the meantime.
   * @param isStep whether success proves that there is a device again
   */
  async through<T>(run: () => Promise<T>, isStep = false): Promise<T | typeof LOST> {
    try {
      const result = await run();
      if (isStep) this.#inARow = 0;
      return result;
    } catch (error) {
      if (!(error instanceof DeviceLostError) || ++this.#inARow > MOST_LOSSES) throw error;
      return LOST;
    }
  }

  /** The result of `run`, which is run again after each loss of the device. */
  async untilDone<T>(run: () => Promise<T>): Promise<T> {
    for (;;) {
      const result = await this.through(run);
      if (result !== LOST) return result;
    }
  }
}
