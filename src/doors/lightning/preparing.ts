// What a Trainer does before its loop begins: precision, callbacks, optimizers, hyperparameters.
import { DTypeError, gpu } from '../../torch';
import { engine } from '../../torch/inside';
import { inOrderOfCalls } from './callbacks/defaults';
import type { Callback } from './hooks';
import { LightningModule } from './module';
import { LightningOptimizer } from './optimization';
import { parseOptimizers } from './optimizers';
import type { Trainer } from './trainer';

/** @throws DTypeError where the device cannot compute in the trainer's precision */
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

/** Has kernels add in the same order in every run, where that is asked for. */
export async function takeTiles(trainer: Trainer): Promise<void> {
  if (trainer.options.deterministic) await engine.untune();
}

/** Adds the callbacks of the module, which take the place of others of their classes. */
export async function attachCallbacks(trainer: Trainer, module: LightningModule): Promise<void> {
  const own = await module.configureCallbacks?.();
  if (!own) return;
  const added = [own].flat() as Callback[];
  const isReplaced = (callback: Callback) => added.some((each) => each.constructor === callback.constructor);
  trainer.callbacks = inOrderOfCalls([...trainer.callbacks.filter((callback) => !isReplaced(callback)), ...added]);
}

/** Has the module make its optimizers and schedulers. */
export async function makeOptimizers(trainer: Trainer, module: LightningModule): Promise<void> {
  const given = await trainer.hooks.module('configureOptimizers');
  const ownStep = module.lrSchedulerStep !== LightningModule.prototype.lrSchedulerStep;
  const { optimizers, configs } = parseOptimizers(given, module.automaticOptimization, ownStep);
  trainer.optimizers = optimizers;
  trainer.lightningOptimizers = optimizers.map((optimizer) => new LightningOptimizer(optimizer, trainer));
  trainer.lrSchedulerConfigs = configs;
}

/** Gives the loggers the hyperparameters of the module and of its data. */
export function logHyperparameters(trainer: Trainer, module: LightningModule): void {
  const hparams = { ...trainer.datamodule?.hparams, ...module.hparams };
  if (!trainer.options.enableAutologHparams || Object.keys(hparams).length === 0) return;
  for (const logger of trainer.loggers) logger.logHyperparams?.(hparams);
}
