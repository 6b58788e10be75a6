// ModelSummary: the table of a module's layers and parameters that is printed before training, as in Lightning.

import { ArgumentError, nn, Tensor } from '../../../torch';
import { callOf, className, kinds, type Module, Printable, parseArgs, withMode } from '../../../torch/inside';
import { Callback } from '../hooks';
import { LightningModule } from '../module';
import type { Trainer } from '../trainer';

const units = [' ', 'K', 'M', 'B', 'T'];

/** Formats 123 as `123  `, and 1234 as `1.2 K`. */
export function humanReadableCount(count: number): string {
  const digits = count > 0 ? Math.floor(Math.log10(count)) + 1 : 1;
  const groups = Math.min(Math.ceil(digits / 3), units.length);
  const short = count / 1000 ** (groups - 1);
  const unit = units[groups - 1]!;
  const places = groups === 1 || short >= 100 ? 0 : 1;
  const value = places === 0 ? Math.trunc(short) : short;
  return `${value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places })} ${unit}`;
}

const sizeOf = (param: Tensor): number => (param instanceof nn.UninitializedParameter ? 0 : param.numel());

const countOf = (params: readonly Tensor[]): number => params.reduce((sum, param) => sum + sizeOf(param), 0);

/** The shape of a layer's input or output, as Python prints it. */
function shapeText(value: unknown): string {
  if (value instanceof Tensor) return `[${value.shape.join(', ')}]`;
  if (Array.isArray(value)) return value.length === 1 ? shapeText(value[0]) : `[${value.map(shapeText).join(', ')}]`;
  return '?';
}

interface Layer {
  readonly name: string;
  readonly module: Module;
  inSize: string;
  outSize: string;
}

/**
 * The table of a module's layers. If the module has an `exampleInputArray`, it includes their input and output sizes.
 */
export class ModelSummaryTable extends Printable {
  readonly #layers: Layer[];

  /** @param maxDepth 1 for the module's own layers, -1 for all, 0 for only the totals */
  constructor(
    readonly model: LightningModule,
    readonly maxDepth = 1,
  ) {
    super();
    if (!(Number.isInteger(maxDepth) && maxDepth >= -1)) {
      throw new ArgumentError(`ModelSummary: expected maxDepth -1, 0 or more, but got ${maxDepth}`);
    }
    const all = maxDepth === 0 ? [] : maxDepth === 1 ? model.namedChildren() : model.namedModules().slice(1);
    const within = all.filter(([name]) => maxDepth < 1 || name.split('.').length <= maxDepth);
    this.#layers = within.map(([name, module]) => ({ name, module, inSize: '?', outSize: '?' }));
    if (model.exampleInputArray !== null) this.#measure(model.exampleInputArray);
  }

  #measure(example: Tensor | readonly Tensor[]): void {
    const handles = this.#layers.map((layer) =>
      layer.module.registerForwardHook((_, args, result) => {
        layer.inSize = shapeText(args);
        layer.outSize = shapeText(result);
      }),
    );
    const modes = this.model.modules().map((module) => [module, module.training] as const);
    try {
      this.model.eval();
      withMode({ grad: false }, () => callOf(this.model)(...[example].flat()));
    } finally {
      for (const handle of handles) handle.remove();
      for (const [module, training] of modes) module.training = training;
    }
  }

  get totalParameters(): number {
    return countOf(this.model.parameters());
  }

  get trainableParameters(): number {
    return countOf(this.model.parameters().filter(({ requiresGrad }) => requiresGrad));
  }

  /** The size of the parameters in megabytes. */
  get modelSize(): number {
    return (
      this.model.parameters().reduce((sum, param) => sum + sizeOf(param) * (param.dtype === 'float16' ? 2 : 4), 0) / 1e6
    );
  }

  #columns(): [string, string[]][] {
    const layers = this.#layers;
    const counts = layers.map(({ module }) => countOf(module.parameters()));
    const columns: [string, string[]][] = [
      [' ', layers.map((_, i) => String(i))],
      ['Name', layers.map(({ name }) => name)],
      ['Type', layers.map(({ module }) => className(module))],
      ['Params', counts.map(humanReadableCount)],
      ['Mode', layers.map(({ module }) => (module.training ? 'train' : 'eval'))],
    ];
    const hasSizes = this.model.exampleInputArray !== null;
    if (hasSizes) {
      columns.push(
        ['In sizes', layers.map(({ inSize }) => inSize)],
        ['Out sizes', layers.map(({ outSize }) => outSize)],
      );
    }
    const own = this.totalParameters - counts.reduce((sum, count) => sum + count, 0);
    if (own > 0) {
      const row = [' ', 'other params', 'n/a', humanReadableCount(own), 'n/a', 'n/a', 'n/a'];
      columns.forEach(([, cells], i) => {
        cells.push(row[i]!);
      });
    }
    return columns;
  }

  override toString(): string {
    const columns = this.#columns();
    const widths = columns.map(([title, cells]) => Math.max(title.length, ...cells.map(({ length }) => length)));
    const rule = '-'.repeat(widths.reduce((sum, width) => sum + width, 0) + 3 * (columns.length + 1));
    const row = (cells: readonly string[]) => cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ');
    const rows = columns[0]![1].map((_, i) => row(columns.map(([, cells]) => cells[i]!)));
    const modules = this.model.modules().slice(1);
    const inTraining = modules.filter(({ training }) => training).length;
    const { totalParameters: total, trainableParameters: trainable } = this;
    const size = this.modelSize.toLocaleString('en-US', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
    const sums: [string, string][] = [
      [humanReadableCount(trainable), 'Trainable params'],
      [humanReadableCount(total - trainable), 'Non-trainable params'],
      [humanReadableCount(total), 'Total params'],
      [size, 'Total estimated model params size (MB)'],
      [String(inTraining), 'Modules in train mode'],
      [String(modules.length - inTraining), 'Modules in eval mode'],
    ];
    const head = row(columns.map(([title]) => title));
    return [head, rule, ...rows, rule, ...sums.map(([value, text]) => value.padEnd(10) + text)].join('\n');
  }
}

/** Prints the summary before training. Constructed with a module, it is a table to print: `${new ModelSummary(model)}`. */
export class ModelSummary extends Callback {
  readonly maxDepth: number;
  readonly #table: ModelSummaryTable | null;

  constructor(model: LightningModule, ...args: [{ maxDepth?: number }?] | [number]);
  constructor(...args: [{ maxDepth?: number }?] | [number]);
  constructor(...args: unknown[]) {
    super();
    const model = args[0] instanceof LightningModule ? args[0] : null;
    const rest = model ? args.slice(1) : args;
    const { maxDepth } = parseArgs<{ maxDepth?: number }>('ModelSummary', [], { maxDepth: 1 }, rest, {
      maxDepth: kinds.whole(-1),
    });
    this.maxDepth = maxDepth;
    this.#table = model && new ModelSummaryTable(model, maxDepth);
  }

  override onFitStart(trainer: Trainer, module: LightningModule): void {
    if (this.maxDepth !== 0) trainer.print(`\n${new ModelSummaryTable(module, this.maxDepth)}`);
  }

  override toString(): string {
    return this.#table ? String(this.#table) : `ModelSummary(maxDepth=${this.maxDepth})`;
  }
}
