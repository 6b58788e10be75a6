// Owns running a network in a mode of its own.
import type { Module } from './module';

/** Runs `fn` with the network in training or evaluation; afterwards each module is in the mode that it was in. */
export function inMode<T>(model: Module, training: boolean, fn: () => T): T {
  const before = model.modules().map((module) => [module, module.training] as const);
  model.train(training);
  try {
    return fn();
  } finally {
    for (const [module, was] of before) module.training = was;
  }
}
