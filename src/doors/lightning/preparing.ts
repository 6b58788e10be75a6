// Prepares a Trainer before its loop starts: precision, callbacks, optimizers, hyperparameters.
import { DTypeError, gpu } from '../../torch';
import { engine } from '../../torch/inside';
import { inOrderOfCalls } from './callbacks/defaults';
import type { Callback } from './hooks';
import { LightningModule } from './module';
import { LightningOptimizer } from './optimization';
import { parseOptimizers } from './optimizers';
import type { Trainer } from './trainer';

/** @throws DTypeError if the device does not support the trainer's precision */
export async function takePrecision(trainer: Trainer): Promise<void> {
  if (trainer.precision === '32-true') return;
  await engine.start();
  if (gpu.isFloat16Supported()) {
    if (trainer.precision === '16-true') trainer.lightningModule.half();
    return;
  }
  throw new DTypeError(
    `Trainer: expected a device with float16 for precision '${trainer.precision}', but this one has no shader-f16; leave precision out`,
  );
}

/** If `deterministic` is set, makes kernels add in the same order in every run. */
export async function takeTiles(trainer: Trainer): Promise<void> {
  if (trainer.options.deterministic) await engine.untune();
}

/** Adds the module's callbacks, which replace the trainer's callbacks of the same class. */
export async function attachCallbacks(trainer: Trainer, module: LightningModule): Promise<void> {
  const own = await module.configureCallbacks?.();
  if (!own) return;
  const added = [own].flat() as Callback[];
  const isReplaced = (callback: Callback) => added.some((each) => each.constructor === callback.constructor);
  trainer.callbacks = inOrderOfCalls([...trainer.callbacks.filter((callback) => !isReplaced(callback)), ...added]);
}

/** Calls configureOptimizers, and stores the optimizers and schedulers in the trainer. */
export async function makeOptimizers(trainer: Trainer, module: LightningModule): Promise<void> {
  const given = await trainer.hooks.module('configureOptimizers');
  const ownStep = module.lrSchedulerStep !== LightningModule.prototype.lrSchedulerStep;
  const { optimizers, configs } = parseOptimizers(given, module.automaticOptimization, ownStep);
  trainer.optimizers = optimizers;
  trainer.lightningOptimizers = optimizers.map((optimizer) => new LightningOptimizer(optimizer, trainer));
  trainer.lrSchedulerConfigs = configs;
}

/** Passes the hyperparameters of the module and its data to the loggers. */
export function logHyperparameters(trainer: Trainer, module: LightningModule): void {
  const hparams = { ...trainer.datamodule?.hparams, ...module.hparams };
  if (!trainer.options.enableAutologHparams || Object.keys(hparams).length === 0) return;
  for (const logger of trainer.loggers) logger.logHyperparams?.(hparams);
}
