// Running a network temporarily in training or evaluation mode.
import type { Module } from './module';

/** Runs `fn` with the network in training or evaluation mode, then restores each module's mode. */
export function inMode<T>(model: Module, training: boolean, fn: () => T): T {
  const before = model.modules().map((module) => [module, module.training] as const);
  model.train(training);
  try {
    return fn();
  } finally {
    for (const [module, was] of before) module.training = was;
  }
}
