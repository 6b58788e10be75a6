// Metrics that are chosen by task, such as `Accuracy({ task })`: a class and a function that stand for those of each
// task.

import { ArgumentError } from '../../../torch';
import { type Arguments, expectKind, kinds, type OfKeys, shown } from '../../../torch/inside';
import { definition, figureOf, type MetricClass, type MetricFunction as OfBatch } from '../gathering';
import type { Metric } from '../metric';
import { type Batch, batchOf, batchOrder, byName, expectGiven, type Named, type Task } from './arguments';

/** The class of each task. */
type Classes = { readonly [T in Task]?: abstract new (...args: never) => Metric };

/** The options that choose the task, and that some tasks require. */
export interface Tasks {
  /** 'binary', 'multiclass' or 'multilabel'. */
  task: Task;
  /** C, for task 'multiclass'. */
  numClasses?: number | null;
  /** L, for task 'multilabel'. */
  numLabels?: number | null;
}

/** The options of all tasks, picked from a table of options. */
type OfTasks<All, Order extends readonly string[]> = Pick<Tasks, Order[number] & keyof Tasks> &
  Partial<Pick<All, Exclude<Order[number], keyof Tasks> & keyof All>>;

type Made<Of, T extends keyof Of> = Of[T] extends abstract new (...args: never) => infer M ? M : never;
type Figure<Of> = Made<Of, keyof Of> extends { figure(...batch: never): infer R } ? R : never;

type Rest<Order extends readonly string[]> = Order extends readonly ['task', ...infer R extends readonly string[]]
  ? R
  : never;
type Others<O, Order extends readonly string[]> = Arguments<O, OfKeys<Rest<Order>, O>>;

/** All arguments as keywords, or the task first. TypeScript's errors refer to the last of these lists. */
type TaskArguments<O, Order extends readonly string[], T> =
  | [options: Omit<O, 'task'> & { task: T }]
  | [task: T, ...args: Others<Omit<O, 'task'>, Order>]
  | [named: Omit<O, 'task'> & { task: T }];

/**
 * A class that creates the metric of the given task: `new Accuracy({ task: 'multiclass', numClasses: 3 })` is a
 * MulticlassAccuracy.
 */
export interface TaskMetric<O, Order extends readonly string[], Of> {
  new <T extends keyof Of & Task>(...args: TaskArguments<O, Order, T>): Made<Of, T>;
  <T extends keyof Of & Task>(...args: TaskArguments<O, Order, T>): Made<Of, T>;
  /** @internal */
  readonly [definition]: ByTask & { readonly types?: readonly [options: O, order: Order, of: Of] };
}

interface ByTask {
  readonly order: readonly string[];
  readonly classes: Classes;
  readonly defaults: Named;
}

/** The option that a task requires. */
const needed: Partial<Record<Task, string>> = { multiclass: 'numClasses', multilabel: 'numLabels' };

const count = kinds.orNull(kinds.whole(1));

/**
 * The types of options that only some tasks use. Other tasks ignore such an option, as in torchmetrics, but refuse a
 * value that no task could use.
 */
const partial: Readonly<Record<string, kinds.Kind>> = {
  numClasses: count,
  numLabels: count,
  topK: count,
  threshold: kinds.orNull(kinds.share),
  average: kinds.oneOf('micro', 'macro', 'weighted', 'none', null),
  multiclassMode: kinds.oneOf('crammer-singer', 'one-vs-all', null),
};

/** Creates the metric of the task among the arguments. */
function madeOf(
  name: string,
  { classes, defaults }: ByTask,
  given: Named,
): Metric & { figure(...batch: never): never } {
  expectGiven(name, ['task'], given);
  const { task, ...others } = given as Named & { readonly task: Task };
  const isKnown = typeof task === 'string' && Object.hasOwn(classes, task);
  const Class = isKnown && (classes[task] as unknown as MetricClass<object, [], Metric>);
  if (!Class) {
    const list = Object.keys(classes).map((one) => `'${one}'`);
    throw new ArgumentError(
      `${name}: expected task to be ${list.slice(0, -1).join(', ')} or ${list.at(-1)}, but got ${shown(task)}`,
    );
  }
  const key = needed[task];
  if (key && !Number.isInteger(given[key])) {
    throw new ArgumentError(
      `${name}: expected ${key} to be a whole number for task '${task}', but got ${shown(given[key])}`,
    );
  }
  const { order } = Class[definition];
  for (const [option, value] of Object.entries(others)) {
    if (!order.includes(option)) expectKind(name, option, value, partial[option] ?? kinds.anything);
  }
  const all = Object.entries({ ...defaults, ...others }).filter(([option]) => order.includes(option));
  return new Class(...([Object.fromEntries(all)] as unknown as [])) as ReturnType<typeof madeOf>;
}

/**
 * Makes a class whose metric is chosen by `task`, over a table of options. `defaults` are the defaults that differ from
 * those of the classes.
 */
/* @__NO_SIDE_EFFECTS__ */
export const byTask = <All>() =>
  /* @__NO_SIDE_EFFECTS__ */
  function of<const Order extends readonly string[], Of extends Classes>(
    name: string,
    order: Order,
    classes: Of,
    defaults: Named = {},
  ): TaskMetric<OfTasks<All, Order>, Order, Of> {
    const made: ByTask = { order, classes, defaults };
    // Not an arrow function, because it must work with `new`.
    function Made(...args: unknown[]): Metric {
      return madeOf(name, made, byName(name, order, args));
    }
    Object.defineProperty(Made, 'name', { value: name });
    return Object.assign(Made, { [definition]: made }) as unknown as TaskMetric<OfTasks<All, Order>, Order, Of>;
  };

/** Makes the function for one batch whose metric is chosen by `task`. */
/* @__NO_SIDE_EFFECTS__ */
export function ofBatchByTask<O, Order extends readonly string[], Of, const Own extends readonly string[] = Order>(
  name: string,
  metric: TaskMetric<O, Order, Of>,
  order: Own = metric[definition].order as never,
): OfBatch<Batch & O, OfKeys<readonly [...typeof batchOrder, ...Own], Batch & O>, Figure<Of>> {
  return (...args: readonly unknown[]) => {
    const { tensors, options } = batchOf(name, batchOrder, order, args);
    return figureOf(name, () => madeOf(name, metric[definition], options), tensors) as Figure<Of>;
  };
}
