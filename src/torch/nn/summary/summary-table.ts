// The table of a model's summary: its columns, its totals, and how numbers are written.

import { Printable } from '../../../engine/core/printable';
import type { LayerRow } from './summary-layer';

/** A column of the table that `summary` prints. */
export type ColumnName =
  | 'inputSize'
  | 'outputSize'
  | 'numParams'
  | 'paramsPercent'
  | 'kernelSize'
  | 'multAdds'
  | 'trainable'
  | 'receptiveField';

/** The settings of `summary` that change what its rows show. */
export type RowSetting = 'depth' | 'varNames' | 'asciiOnly' | 'hideRecursiveLayers';

interface TableOptions {
  /** How deep the table goes. */
  readonly depth: number;
  readonly verbose: number;
  /** The columns of the table. */
  readonly colNames: readonly ColumnName[];
  /** The width of a column, in characters. */
  readonly colWidth: number;
  /** What stands in the rows of the table. */
  readonly rowSettings: readonly RowSetting[];
}

const titles: Record<ColumnName, string> = {
  kernelSize: 'Kernel Shape',
  inputSize: 'Input Shape',
  outputSize: 'Output Shape',
  numParams: 'Param #',
  paramsPercent: 'Param %',
  multAdds: 'Mult-Adds',
  trainable: 'Trainable',
  receptiveField: 'Receptive Field',
};

export const columnNames = /* @__PURE__ */ Object.keys(titles) as readonly ColumnName[];

/** The minimum width of the first column, and the step by which it widens. */
const NAME_WIDTH = 40;
const INDENT = 5;

const grouped = (n: number): string => n.toLocaleString('en-US');

/** Two decimals, halves to the even digit as Python rounds them. */
function fixed(x: number): string {
  const scaled = x * 100;
  const tie = scaled % 1 === 0.5 && Number.isInteger(x * 8);
  const rounded = tie && Math.floor(scaled) % 2 === 0 ? Math.floor(scaled) / 100 : x;
  const [whole, decimals] = rounded.toFixed(2).split('.') as [string, string];
  return `${grouped(Number(whole))}.${decimals}`;
}

const sizes = (size: number | readonly number[] | null): string => {
  if (typeof size === 'number') return size === 0 ? '--' : String(size);
  return size && size.length > 0 ? `[${size.join(', ')}]` : '--';
};

/** The totals of a summary, and its table as text. */
export class ModelStatistics extends Printable {
  readonly totalMultAdds: number;
  readonly totalParams: number;
  readonly trainableParams: number;
  readonly totalParamBytes: number;
  readonly totalOutputBytes: number;

  constructor(
    /** The layers. */
    readonly layers: readonly LayerRow[],
    /** Bytes of the inputs; null if the model was not called. */
    readonly totalInput: number | null,
    private readonly options: TableOptions,
  ) {
    super();
    const sum = (rows: readonly LayerRow[], of: (row: LayerRow) => number) =>
      rows.reduce((total, row) => total + Math.max(of(row), 0), 0);
    const leaves = layers.filter(({ isLeaf }) => isLeaf);
    const once = layers.filter(({ isRecursive }) => !isRecursive);
    this.totalMultAdds = sum(leaves, (row) => row.multAdds);
    // Twice, for the gradients.
    this.totalOutputBytes = sum(leaves, (row) => (row.numParams > 0 ? 2 * row.outputBytes : 0));
    this.totalParams = sum(once, (row) => (row.isLeaf ? row.numParams : row.leftover));
    this.trainableParams = sum(once, (row) => (row.isLeaf ? row.trainableParams : row.leftoverTrainable));
    this.totalParamBytes = sum(once, (row) => (row.isLeaf ? row.paramBytes : 0));
  }

  override toString(): string {
    const { colNames, colWidth, rowSettings } = this.options;
    const nameWidth = this.nameWidth();
    const line = (name: string, values: readonly string[]): string =>
      [name.padEnd(nameWidth), ...values.map((value) => value.padEnd(colWidth)), ''].join(' ').trimEnd();
    const divider = '='.repeat(colNames.length * colWidth + nameWidth);
    const named = rowSettings.includes('varNames') ? ' (var_name)' : '';
    const numbered = rowSettings.includes('depth') ? ':depth-idx' : '';
    const header = line(
      `Layer (type${named}${numbered})`,
      colNames.map((column) => titles[column]),
    );
    return [divider, header, divider, ...this.rows(line), divider, ...this.totals(divider), divider].join('\n');
  }

  private rows(line: (name: string, values: readonly string[]) => string): string[] {
    const { colNames, depth, rowSettings, verbose } = this.options;
    const hidden = rowSettings.includes('hideRecursiveLayers');
    const shown = this.layers.filter((row) => row.depth <= depth && !(hidden && row.isRecursive));
    return shown.flatMap((row) => {
      const cells = this.cells(row, row.depth === depth);
      const own = line(
        this.branch(row.depth) + this.title(row),
        colNames.map((column) => cells[column]),
      );
      if (verbose < 2) return [own];
      const inner = row.inner.map(({ name, shape, count }, i) => {
        const values: Partial<Record<ColumnName, string>> = {
          kernelSize: `[${shape.join(', ')}]`,
          numParams: `${i === row.inner.length - 1 ? '└─' : '├─'}${grouped(count)}`,
        };
        return line(
          this.branch(row.depth + 1) + name,
          colNames.map((column) => values[column] ?? ''),
        );
      });
      return [own, ...inner];
    });
  }

  private cells(row: LayerRow, deepest: boolean): Record<ColumnName, string> {
    return {
      kernelSize: sizes(row.kernelSize),
      inputSize: sizes(row.inputSize),
      outputSize: sizes(row.outputSize),
      numParams: parameters(row, deepest),
      paramsPercent: this.percent(row, deepest),
      multAdds: operations(row, deepest),
      trainable: row.trainable,
      receptiveField: row.receptiveField?.isGlobal ? 'global' : sizes(row.receptiveField?.size ?? null),
    };
  }

  private percent(row: LayerRow, deepest: boolean): string {
    const none = `${' '.repeat(INDENT)}--`;
    if (this.totalParams === 0) return none;
    if (row.isRecursive) return '(recursive)';
    const count = deepest || row.isLeaf ? row.numParams : row.leftover;
    return count === 0 ? none : `${((count / this.totalParams) * 100).toFixed(2)}%`.padStart(INDENT + 2);
  }

  private title({ className, name, depth, index }: LayerRow): string {
    const { rowSettings } = this.options;
    const own = rowSettings.includes('varNames') && name ? `${className} (${name})` : className;
    return rowSettings.includes('depth') && depth > 0 ? `${own}: ${depth}-${index}` : own;
  }

  private branch(depth: number): string {
    const ascii = this.options.rowSettings.includes('asciiOnly');
    if (depth === 0) return '';
    if (depth === 1) return ascii ? '+ ' : '├─';
    return `${(ascii ? '|    ' : '│    ').repeat(depth - 1)}${ascii ? '+ ' : '└─'}`;
  }

  private nameWidth(): number {
    const longest = Math.max(0, ...this.layers.map((row) => this.title(row).length + row.depth * INDENT + 1));
    return longest >= NAME_WIDTH ? Math.ceil(longest / INDENT) * INDENT : NAME_WIDTH;
  }

  private totals(divider: string): string[] {
    const { totalParams, trainableParams, totalInput, totalOutputBytes, totalParamBytes } = this;
    const counts = [
      `Total params: ${grouped(totalParams)}`,
      `Trainable params: ${grouped(trainableParams)}`,
      `Non-trainable params: ${grouped(totalParams - trainableParams)}`,
    ];
    if (totalInput === null) return counts;
    const megabytes = (bytes: number) => fixed(bytes / 1e6).replaceAll(',', '');
    return [
      ...counts,
      `Total mult-adds ${readable(this.totalMultAdds)}`,
      divider,
      `Input size (MB): ${megabytes(totalInput)}`,
      `Forward/backward pass size (MB): ${megabytes(totalOutputBytes)}`,
      `Params size (MB): ${megabytes(totalParamBytes)}`,
      `Estimated Total Size (MB): ${megabytes(totalInput + totalOutputBytes + totalParamBytes)}`,
    ];
  }
}

function parameters(row: LayerRow, deepest: boolean): string {
  if (row.numParams === 0) return '--';
  if (row.isRecursive) return '(recursive)';
  if (!deepest && !row.isLeaf) return row.leftover > 0 ? grouped(row.leftover) : '--';
  return row.trainableParams > 0 ? grouped(row.numParams) : `(${grouped(row.numParams)})`;
}

function operations(row: LayerRow, deepest: boolean): string {
  if (row.multAdds <= 0) return '--';
  if (row.isLeaf) return grouped(row.multAdds);
  const leaves = row.children.filter(({ isLeaf }) => isLeaf);
  return deepest ? grouped(leaves.reduce((sum, leaf) => sum + leaf.multAdds, 0)) : '--';
}

/** In units of 10⁶ (M), 10⁹ (G) or 10¹² (T). */
function readable(count: number): string {
  const [unit, size] = count >= 1e12 ? ['T', 1e12] : count >= 1e9 ? ['G', 1e9] : ['M', 1e6];
  const value = count / (size as number);
  return `(${unit}): ${Number.isInteger(value) ? grouped(value) : fixed(value)}`;
}
