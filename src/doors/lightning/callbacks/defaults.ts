// The callbacks of a trainer: those given by the user, the default ones, and their order.
import { ArgumentError } from '../../../torch';
import { kindOf } from '../../../torch/inside';
import { Callback } from '../hooks';
import type { ParsedOptions } from '../options';
import { ModelCheckpoint } from './model-checkpoint';
import { ModelSummary } from './model-summary';
import { ProgressBar } from './progress-bar';
import { Timer } from './timer';

/** Checkpoint callbacks come last, so that they save the effects of all others. */
export const inOrderOfCalls = (callbacks: readonly Callback[]): Callback[] => [
  ...callbacks.filter((callback) => !(callback instanceof ModelCheckpoint)),
  ...callbacks.filter((callback) => callback instanceof ModelCheckpoint),
];

/** @throws ArgumentError if a value is not a callback, or an option excludes it */
export function defaultCallbacks(o: ParsedOptions, isDevRun: boolean): Callback[] {
  const given = o.callbacks === null ? [] : ([o.callbacks].flat() as Callback[]);
  const wrong = given.find((callback) => !(callback instanceof Callback));
  if (wrong !== undefined) {
    throw new ArgumentError(
      `Trainer: expected callbacks to be instances of Callback, but got ${kindOf(wrong)}; have its class extend Callback, or use LambdaCallback`,
    );
  }
  const callbacks = [...given];
  const has = (kind: { readonly prototype: Callback }) =>
    given.some((callback) => Object.prototype.isPrototypeOf.call(kind.prototype, callback));
  if (o.enableCheckpointing === false && has(ModelCheckpoint)) {
    throw new ArgumentError(
      'Trainer: expected no ModelCheckpoint with enableCheckpointing: false, but got one; leave one of them out',
    );
  }
  if (o.enableCheckpointing !== false && !has(ModelCheckpoint) && !isDevRun) callbacks.push(new ModelCheckpoint());
  if (o.enableProgressBar !== false && !has(ProgressBar)) callbacks.push(new ProgressBar());
  const shows = o.enableModelSummary ?? o.enableProgressBar ?? true;
  if (shows && !has(ModelSummary)) callbacks.push(new ModelSummary());
  if (o.maxTime !== null) callbacks.push(new Timer({ duration: o.maxTime }));
  return inOrderOfCalls(callbacks);
}
