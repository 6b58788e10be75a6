// Owns how metrics are made in other ways than by their classes: as functions of one batch, and by a task, as in Accuracy.

import * as kinds from '../../core/argument-kinds';
import { ArgumentError } from '../../core/errors';
import {
  type Arguments,
  expectKind,
  isPlainObject,
  missingArguments,
  parameterTwice,
  shown,
  unknownArgument,
} from '../../core/options';
import { moduleScope } from '../../storage/scope';
import type { Tensor } from '../../tensor/tensor';
import type { Metric } from '../metric';
import { withoutState } from '../state';
import { type Batch, batchOrder, type Task } from './arguments';

/** A metric that can tell the figure of one batch by itself. */
export interface OfOneBatch<R> {
  figure(preds: Tensor, target: Tensor): R;
}

type Named = Readonly<Record<string, unknown>>;

/** Arguments by place, in this order, and by name in a trailing object, all by name. */
export function byName(name: string, order: readonly string[], args: readonly unknown[]): Named {
  const last = args.at(-1);
  const options = isPlainObject(last) ? last : null;
  const placed = options ? args.slice(0, -1) : args;
  if (placed.length > order.length) {
    throw new ArgumentError(
      `${name}: expected at most ${order.length} arguments (${order.join(', ')}), but got ${placed.length}`,
    );
  }
  const all: Record<string, unknown> = {};
  placed.forEach((value, i) => {
    if (value !== undefined) all[order[i]!] = value;
  });
  for (const [key, value] of Object.entries(options ?? {})) {
    if (!order.includes(key)) throw unknownArgument(name, key, order);
    if (value === undefined) continue;
    if (Object.hasOwn(all, key)) throw parameterTwice(name, key);
    all[key] = value;
  }
  return all;
}

/** Refuses a call in which a required argument is missing. */
export function expectGiven(name: string, required: readonly string[], given: Named): void {
  if (required.some((key) => given[key] === undefined)) throw missingArguments(name, required, given);
}

/** The two tensors of a batch, whatever they are called, and the other arguments. */
function batchOf(name: string, pair: readonly string[], order: readonly string[], args: readonly unknown[]) {
  const given = byName(name, [...pair, ...order], args);
  expectGiven(name, pair, given);
  const [preds, target] = pair.map((key) => given[key]) as [Tensor, Tensor];
  const options: Named = Object.fromEntries(Object.entries(given).filter(([key]) => !pair.includes(key)));
  return { preds, target, options };
}

/** The figure of one batch: what a metric of the class gives that has seen nothing else. Options may be given by place, in this order. */
export function functional<O, const Order extends readonly (keyof O & string)[], R>(
  name: string,
  make: (options: O, preds: Tensor) => OfOneBatch<R>,
  order: Order,
): (...args: Arguments<Batch & O, readonly [...typeof batchOrder, ...Order]>) => R {
  return functionalOf<Batch, O, typeof batchOrder, Order, R>(name, batchOrder, make, order);
}

/** The same for a pair of tensors that has other names. */
export function functionalOf<
  Pair,
  O,
  const Two extends readonly (keyof Pair & string)[],
  const Order extends readonly (keyof O & string)[],
  R,
>(name: string, pair: Two, make: (options: O, preds: Tensor) => OfOneBatch<R>, order: Order) {
  return (...args: Arguments<Pair & O, readonly [...Two, ...Order]>): R => {
    const { preds, target, options } = batchOf(name, pair, order, args);
    const metric = withoutState(() => make(options as O, preds));
    return moduleScope(metric, () => metric.figure(preds, target));
  };
}

/** What each task makes, of the options that it takes. */
export type Makers<T extends Task> = Readonly<
  Record<T, { readonly make: (options: never) => Metric; readonly order: readonly string[] }>
>;

type Made<Of, T> = T extends keyof Of ? (Of[T] extends { make: (...args: never) => infer M } ? M : never) : never;

type Rest<Order extends readonly string[]> = Order extends readonly ['task', ...infer R extends readonly string[]]
  ? R
  : never;
type Others<O, Order extends readonly string[]> = Arguments<O, Rest<Order> & readonly (keyof O)[]>;

/** A class that stands for one of each task: `new Accuracy({ task: 'multiclass', numClasses: 3 })` is a MulticlassAccuracy. */
export interface TaskMetric<O, Order extends readonly string[], Of> {
  new <T extends keyof Of & Task>(options: Omit<O, 'task'> & { task: T }): Made<Of, T>;
  new <T extends keyof Of & Task>(task: T, ...args: Others<Omit<O, 'task'>, Order>): Made<Of, T>;
  <T extends keyof Of & Task>(options: Omit<O, 'task'> & { task: T }): Made<Of, T>;
  <T extends keyof Of & Task>(task: T, ...args: Others<Omit<O, 'task'>, Order>): Made<Of, T>;
}

/** Options that a task cannot do without. */
const needed: Partial<Record<Task, string>> = { multiclass: 'numClasses', multilabel: 'numLabels' };

function taskOf<T extends Task>(name: string, known: Makers<T>, given: Named): T {
  expectGiven(name, ['task'], given);
  const { task } = given;
  if (typeof task === 'string' && Object.hasOwn(known, task)) return task as T;
  const list = Object.keys(known).map((one) => `'${one}'`);
  throw new ArgumentError(
    `${name}: expected task to be ${list.slice(0, -1).join(', ')} or ${list.at(-1)}, but got ${shown(task)}`,
  );
}

const count = kinds.orNull(kinds.whole(1));

/** The kinds of options that only some tasks take. Other tasks ignore such an option, as in torchmetrics, but refuse a value that no task could take. */
const partial: Readonly<Record<string, kinds.Kind>> = {
  ...{ numClasses: count, numLabels: count, topK: count, threshold: kinds.orNull(kinds.share) },
  average: kinds.oneOf('micro', 'macro', 'weighted', 'none', null),
  multiclassMode: kinds.oneOf('crammer-singer', 'one-vs-all', null),
};

function optionsOf(name: string, task: Task, order: readonly string[], given: Named, defaults: Named): Named {
  const key = needed[task];
  if (key && !Number.isInteger(given[key])) {
    throw new ArgumentError(
      `${name}: expected ${key} to be a whole number for task '${task}', but got ${shown(given[key])}`,
    );
  }
  for (const [option, value] of Object.entries(given)) {
    if (!order.includes(option) && option !== 'task')
      expectKind(name, option, value, partial[option] ?? kinds.anything);
  }
  const all = { ...defaults, ...given };
  return Object.fromEntries(Object.entries(all).filter(([option]) => order.includes(option)));
}

/** The class of a name without a task. `defaults` are those that differ from the classes' own. */
export function classByTask<O, const Order extends readonly string[], Of extends Makers<never>>(
  name: string,
  order: Order,
  makers: Of,
  defaults: Named = {},
): TaskMetric<O, Order, Of> {
  // No arrow: it is called with new.
  function Made(...args: unknown[]): Metric {
    const given = byName(name, order, args);
    const known = makers as unknown as Makers<Task>;
    const task = taskOf(name, known, given);
    const { make, order: own } = known[task];
    return make(optionsOf(name, task, own, given, defaults) as never);
  }
  Object.defineProperty(Made, 'name', { value: name });
  return Made as unknown as TaskMetric<O, Order, Of>;
}

/** The function of a name without a task. */
export function functionByTask<O, const Order extends readonly (keyof O & string)[], R>(
  name: string,
  order: Order,
  makers: Makers<never>,
  defaults: Named = {},
) {
  return (...args: Arguments<Batch & O, readonly [...typeof batchOrder, ...Order]>): R => {
    const { preds, target, options: given } = batchOf(name, batchOrder, order, args);
    const known = makers as unknown as Makers<Task>;
    const task = taskOf(name, known, given);
    const { make, order: own } = known[task];
    const options = optionsOf(name, task, own, given, defaults) as never;
    const metric = withoutState(() => make(options)) as unknown as OfOneBatch<R>;
    return moduleScope(metric, () => metric.figure(preds, target));
  };
}
