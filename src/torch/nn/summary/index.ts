// Torch.summary: a model's layers with their shapes, parameters and multiply-adds, as torchinfo prints them.

import {
  either,
  instance,
  type Kind,
  type Kinds,
  listOf,
  oneOf,
  orNull,
  whole,
} from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import type { DType } from '../../../engine/core/meta';
import { parseArgs } from '../../../engine/core/options';
import { noGrad } from '../../../engine/storage/mode';
import { rand } from '../../tensor/creation/random';
import { scope } from '../../tensor/scope';
import { Tensor } from '../../tensor/tensor';
import { callOf } from '../module/callable-object';
import type { Module } from '../module/module';
import { className } from '../module/run-call';
import { FieldTracker } from './receptive-field';
import { LayerRow, sizeOf } from './summary-layer';
import { type ColumnName, columnNames, ModelStatistics, type RowSetting } from './summary-table';

/** Options of `summary`. */
export interface SummaryOptions {
  /** Sizes of the inputs, batch included; without it (and `inputData`) only the parameters are shown. */
  inputSize?: readonly number[] | readonly (readonly number[])[] | null;
  /** Inputs in place of random ones. */
  inputData?: Tensor | readonly unknown[] | null;
  /**
   * Default ['outputSize', 'numParams'], and ['numParams'] without input. 'receptiveField' is the part of the input
   * that a layer's units see.
   */
  colNames?: readonly ColumnName[];
  /** Default 25. */
  colWidth?: number;
  /** How many levels of nested layers are shown, default 3. */
  depth?: number;
  /** The dtypes of the inputs, default float32. */
  dtypes?: readonly DType[];
  /** Default 'eval'. */
  mode?: 'eval' | 'train';
  /** Default ['depth']. */
  rowSettings?: readonly RowSetting[];
  /** 0: print nothing; 1: print the table, the default; 2: with each layer's parameters. */
  verbose?: 0 | 1 | 2;
}

const aList: Kind = { words: 'a list', fits: Array.isArray };
const dtypes: readonly DType[] = ['float32', 'float16', 'int64', 'int32', 'uint8', 'bool'];

const kinds: Kinds<{ model: Module } & SummaryOptions> = {
  model: { words: 'an nn.Module', fits: (value) => isModule(value) },
  inputSize: orNull({ words: 'a list of sizes', fits: Array.isArray }),
  inputData: orNull(either(instance(Tensor), aList)),
  colNames: orNull(listOf(oneOf(...columnNames))),
  // A bound, since the whole table is built as one string.
  colWidth: whole(1, 1000),
  depth: whole(0),
  dtypes: orNull(listOf(oneOf(...dtypes))),
  mode: oneOf('eval', 'train'),
  rowSettings: listOf(oneOf('depth', 'varNames', 'asciiOnly', 'hideRecursiveLayers')),
  verbose: oneOf(0, 1, 2),
};

const needInput: readonly ColumnName[] = ['inputSize', 'outputSize', 'multAdds', 'receptiveField'];

/**
 * Runs the model once on inputs of the given size, needing no device, and prints its layers; the result holds the totals.
 *
 *     torch.summary(model, [64, 1, 28, 28]);
 *     torch.summary(model, [1, 3, 224, 224], { colNames: ['inputSize', 'kernelSize', 'multAdds'], depth: 2 });
 */
export function summary(named: { model: Module } & SummaryOptions): ModelStatistics;
export function summary(model: Module, options: SummaryOptions): ModelStatistics;
export function summary(
  model: Module,
  inputSize?: SummaryOptions['inputSize'],
  options?: Omit<SummaryOptions, 'inputSize'>,
): ModelStatistics;
export function summary(...args: unknown[]): ModelStatistics {
  const none = null as never;
  const options = parseArgs<{ model: Module } & SummaryOptions>(
    'summary',
    ['model'],
    {
      inputSize: none,
      inputData: none,
      colNames: none,
      colWidth: 25,
      depth: 3,
      dtypes: none,
      mode: 'eval',
      rowSettings: ['depth'],
      verbose: 1,
    },
    args,
    kinds,
  );
  const { model, inputSize, inputData, depth, colWidth, mode, rowSettings, verbose } = options;
  if (inputData && inputSize) throw new ArgumentError('summary: expected inputSize or inputData, but got both');
  const sized = inputData !== null || inputSize !== null;
  const colNames = options.colNames ?? (sized ? ['outputSize', 'numParams'] : ['numParams']);
  const refused = sized ? [] : colNames.filter((name) => needInput.includes(name));
  if (refused.length > 0) {
    throw new ArgumentError(`summary: expected inputSize or inputData for the columns ${refused.join(', ')}`);
  }
  const { rows, bytes } = scope(() =>
    noGrad(() => {
      const inputs = inputData ? [inputData].flat() : inputSize ? randomInputs(inputSize, options.dtypes ?? []) : null;
      return {
        rows: inputs ? observed(model, inputs, mode, colNames.includes('receptiveField')) : listed(model),
        bytes: sizeOf(inputs).total,
      };
    }),
  );
  number(rows);
  const result = new ModelStatistics(rows, sized ? bytes : null, { depth, verbose, colNames, colWidth, rowSettings });
  if (verbose > 0) console.log(String(result));
  return result;
}

/** Draws inputs as torchinfo does, so that later random numbers are the same as with PyTorch. */
function randomInputs(size: NonNullable<SummaryOptions['inputSize']>, dtypes: readonly DType[]): Tensor[] {
  const sizes = (typeof size[0] === 'number' ? [size] : size) as readonly (readonly number[])[];
  if (sizes.length === 0 || !sizes.every(Array.isArray) || sizes.flat().some((n) => !(n > 0))) {
    throw new ArgumentError(`summary: expected sizes above 0, but got ${JSON.stringify(size)}`);
  }
  return sizes.map((each, i) => {
    const x = rand(each);
    const dtype = dtypes[i] ?? 'float32';
    return dtype === 'float32' ? x : x.to(dtype);
  });
}

const childrenOf = (module: Module): [string, Module][] =>
  Object.entries(module).filter((entry): entry is [string, Module] => isModule(entry[1]));

const isModule = (value: unknown): value is Module => typeof value === 'function' && 'namedParameters' in value;

/** Every module with its place, parents first; a module that is used twice appears twice. */
function* places(name: string, module: Module, depth = 0, parent: LayerRow | null = null): Generator<LayerRow> {
  const row = new LayerRow(name, module, depth, parent);
  yield row;
  for (const [key, child] of childrenOf(module)) yield* places(key, child, depth + 1, row);
}

function listed(model: Module): LayerRow[] {
  const seen = new Set<Module>();
  const rows = [...places(className(model), model)];
  for (const row of rows) row.count(seen);
  return rows;
}

/** Runs the model, and returns its layers in the order of their calls. */
function observed(model: Module, inputs: readonly unknown[], mode: 'eval' | 'train', followed: boolean): LayerRow[] {
  const tracker = followed ? new FieldTracker() : null;
  const rows: LayerRow[] = [];
  const seen = new Set<Module>();
  // A module in several places is shown at the last one.
  const known = new Map([...places(className(model), model)].map((row) => [row.module, row]));
  const modes = [...known.keys()].map((module) => [module, module.training] as const);
  // Replace `forward` rather than register hooks, which would retain every activation.
  const restores = [...known.values()].map((place) => {
    const { module } = place;
    const before = Object.getOwnPropertyDescriptor(module, 'forward');
    const forward = module.forward;
    const watched = (...args: unknown[]): unknown => {
      const row = new LayerRow(place.name, module, place.depth, place.parent);
      row.count(seen);
      rows.push(row);
      const result = forward.apply(module, args);
      row.finish(args, result);
      const first = Array.isArray(result) ? result[0] : result;
      if (tracker && first instanceof Tensor) row.receptiveField = tracker.of(first);
      return result;
    };
    Object.defineProperty(module, 'forward', { value: watched, configurable: true, writable: true });
    return () => {
      if (before) Object.defineProperty(module, 'forward', before);
      else Reflect.deleteProperty(module, 'forward');
    };
  });
  try {
    model.train(mode === 'train');
    const run = () => callOf(model)(...inputs);
    for (const input of inputs) if (input instanceof Tensor) tracker?.input(input);
    if (tracker) tracker.watch(run);
    else run();
  } finally {
    for (const restore of restores) restore();
    for (const [module, training] of modes) module.training = training;
  }
  return withContainers(rows, seen);
}

/** Adds the containers that are never called themselves, such as lists, before the first of their layers. */
function withContainers(rows: LayerRow[], seen: Set<Module>): LayerRow[] {
  const shown: LayerRow[] = [];
  const current: LayerRow[] = [];
  for (const row of rows) {
    const above: LayerRow[] = [];
    for (let parent = row.parent; parent && parent.depth > 0; parent = parent.parent) above[parent.depth] = parent;
    for (let d = 1; d < row.depth; d++) {
      const container = above[d]!;
      if (current[d]?.module === container.module || container === shown.at(-1)) continue;
      container.count(seen);
      shown.push(container);
      current.length = d;
      current[d] = container;
    }
    shown.push(row);
    current.length = row.depth;
    current[row.depth] = row;
  }
  return shown;
}

/** Numbers the rows of each depth, and gives each row its descendants. */
function number(rows: readonly LayerRow[]): void {
  const last: number[] = [];
  rows.forEach((row, i) => {
    last[row.depth] = (last[row.depth] ?? 0) + 1;
    row.index = last[row.depth]!;
    const end = rows.findIndex((other, k) => k > i && other.depth <= row.depth);
    row.children = rows.slice(i + 1, end === -1 ? rows.length : end);
  });
}
