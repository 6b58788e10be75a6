// DeviceStatsMonitor: logs the counters of the device.
import { ArgumentError, gpu } from '../../../torch';
import { parseArgs } from '../../../torch/inside';
import { Callback } from '../hooks';
import type { Trainer } from '../trainer';

/** Logs `torch.gpu.stats()` before and after each logged batch: bytes, submits, dispatches and objects created. */
export class DeviceStatsMonitor extends Callback {
  constructor(...none: []) {
    super();
    parseArgs('DeviceStatsMonitor', [], {}, none);
  }

  override setup(trainer: Trainer, _module: unknown, stage: string): void {
    if (stage !== 'fit' || trainer.loggers.length > 0) return;
    throw new ArgumentError(
      'DeviceStatsMonitor: expected a trainer with a logger to give counters to, but it has none; leave out logger: false',
    );
  }

  #log(trainer: Trainer, hook: string): void {
    if (!trainer.connector.shouldUpdateLogs) return;
    const counters = Object.entries(gpu.stats()).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    );
    trainer.connector.note(
      Object.fromEntries(counters.map(([name, value]) => [`DeviceStatsMonitor.${hook}/${name}`, value])),
      false,
    );
  }

  override onTrainBatchStart(trainer: Trainer): void {
    this.#log(trainer, 'onTrainBatchStart');
  }

  override onTrainBatchEnd(trainer: Trainer): void {
    this.#log(trainer, 'onTrainBatchEnd');
  }
}
