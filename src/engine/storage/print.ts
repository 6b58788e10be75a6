// Prints tensors as PyTorch does: layout, number formats, summaries and suffixes.

import { between, flag, orNull, whole } from '../core/argument-kinds';
import { ArgumentError } from '../core/errors';
import { type DType, isFloat, numel, type Shape } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';

/** How tensors are printed. */
interface Printing {
  /** Digits after the decimal point. */
  precision: number;
  /** Tensors with more elements are summarised. */
  threshold: number;
  /** Elements shown at each end of a dimension that is summarised. */
  edgeitems: number;
  /** Characters per line. */
  linewidth: number;
}

const profiles: Readonly<Record<string, Printing>> = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Number.POSITIVE_INFINITY, edgeitems: 3, linewidth: 80 },
};

let printing: Readonly<Printing & { sciMode: boolean | null }> = { ...profiles.default!, sciMode: null };

const digits = orNull(whole(0));

/** Options of `setPrintoptions`. */
export interface PrintOptions extends Partial<Printing> {
  /** Starts from one of PyTorch's sets: `'default'`, `'short'`, or `'full'`, which never summarises. */
  profile?: 'default' | 'short' | 'full';
  /** Scientific notation always (true) or never (false). Null, the default, decides by the range of the numbers. */
  sciMode?: boolean | null;
}

type PrintOrder = ['precision', 'threshold', 'edgeitems', 'linewidth', 'profile', 'sciMode'];

/** How tensors are printed from now on. Options left out keep their values, except `sciMode`. */
export function setPrintoptions(...args: Arguments<PrintOptions, PrintOrder>): void {
  const none = null as never;
  const { profile, sciMode, ...rest } = parseArgs<PrintOptions>(
    'setPrintoptions',
    [],
    { precision: none, threshold: none, edgeitems: none, linewidth: none, profile: none, sciMode: null },
    args,
    {
      precision: digits,
      threshold: orNull(between(0, Number.POSITIVE_INFINITY)),
      edgeitems: digits,
      linewidth: digits,
      sciMode: orNull(flag),
    },
  );
  if (profile !== null && !Object.hasOwn(profiles, profile)) {
    throw new ArgumentError(`setPrintoptions: expected profile 'default', 'short' or 'full', but got '${profile}'`);
  }
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  printing = { ...printing, ...(profile === null ? {} : profiles[profile]), ...given, sciMode };
}

/** Returns a function that later writes tensors with the print options of now. */
export function asPrintedNow(): (write: () => string) => string {
  const then = printing;
  return (write) => {
    const now = printing;
    printing = then;
    try {
      return write();
    } finally {
      printing = now;
    }
  };
}

const PREFIX = 'tensor(';

/** The part of a printed tensor that tells about its gradient. */
export interface PrintedGradient {
  readonly requiresGrad: boolean;
  /** The name of the gradient function, such as `MulBackward0`; null for leaves. */
  readonly gradFn: string | null;
}

/** How all elements of one tensor are written: the text of each, and the width that they share. */
interface ElementFormat {
  readonly width: number;
  text(element: number): string;
}

/**
 * The text that PyTorch prints for a tensor with these row-major elements, for example `tensor([1., 2.],
 * requires_grad=True)`. If there are more than 1000 elements, only the first and last three along each dimension are
 * shown, unless `setPrintoptions` says otherwise.
 */
export function formatTensor(data: ArrayLike<number>, shape: Shape, dtype: DType, gradient: PrintedGradient): string {
  const empty = numel(shape) === 0;
  const suffixes: string[] = [];
  if (empty && shape.length !== 1) suffixes.push(`size=(${shape.join(', ')})`);
  const impliedDtype = dtype === 'float32' || (!empty && (dtype === 'int64' || dtype === 'bool'));
  if (!impliedDtype) suffixes.push(`dtype=torch.${dtype}`);
  if (gradient.gradFn !== null) suffixes.push(`grad_fn=<${gradient.gradFn}>`);
  else if (gradient.requiresGrad) suffixes.push('requires_grad=True');
  return withSuffixes(PREFIX + (empty ? '[]' : formatElements(data, shape, dtype)), suffixes);
}

function formatElements(data: ArrayLike<number>, shape: Shape, dtype: DType): string {
  const summarised = numel(shape) > printing.threshold;
  const shown: number[] = [];
  const collect = (d: number, offset: number): void => {
    if (d === shape.length) shown.push(data[offset]);
    else for (const i of visible(shape[d], summarised)) if (i !== '...') collect(d + 1, offset * shape[d] + i);
  };
  collect(0, 0);
  const format = isFloat(dtype) ? floatFormat(shown) : discreteFormat(shown, dtype);
  const nest = (d: number, offset: number, indent: number): string => {
    if (d === shape.length) return padded(format, data[offset]);
    const items = visible(shape[d], summarised);
    if (d === shape.length - 1) {
      const texts = items.map((i) => (i === '...' ? ' ...' : padded(format, data[offset * shape[d] + i])));
      return wrapRow(texts, indent, format.width);
    }
    const parts = items.map((i) => (i === '...' ? '...' : nest(d + 1, offset * shape[d] + i, indent + 1)));
    return `[${parts.join(`,${'\n'.repeat(shape.length - d - 1)}${' '.repeat(indent + 1)}`)}]`;
  };
  return nest(0, 0, PREFIX.length);
}

/** The indices of a dimension that are printed, with '...' where some are left out. */
function visible(size: number, summarised: boolean): (number | '...')[] {
  const indices = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  if (!summarised || size <= 2 * printing.edgeitems) return indices(0, size);
  return [...indices(0, printing.edgeitems), '...', ...indices(size - printing.edgeitems, size)];
}

const padded = (format: ElementFormat, element: number): string => format.text(element).padStart(format.width);

function wrapRow(texts: readonly string[], indent: number, width: number): string {
  const perLine = Math.max(1, Math.floor((printing.linewidth - indent) / (width + 2)));
  const lines: string[] = [];
  for (let i = 0; i < texts.length; i += perLine) lines.push(texts.slice(i, i + perLine).join(', '));
  return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
}

function withSuffixes(text: string, suffixes: readonly string[]): string {
  let result = text;
  let column = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (column + suffix.length + 2 > printing.linewidth) {
      result += `,\n${' '.repeat(PREFIX.length)}${suffix}`;
      column = PREFIX.length + suffix.length;
    } else {
      result += `, ${suffix}`;
      column += suffix.length + 2;
    }
  }
  return `${result})`;
}

function discreteFormat(elements: readonly number[], dtype: DType): ElementFormat {
  const text = dtype === 'bool' ? (x: number) => (x ? 'True' : 'False') : String;
  return { width: widest(elements, text), text };
}

/** Chooses fixed or scientific notation by the range of the finite elements other than 0. These alone set the width. */
function floatFormat(elements: readonly number[]): ElementFormat {
  const finite = elements.filter((x) => Number.isFinite(x) && x !== 0);
  let least = Infinity;
  let most = 0;
  for (const x of finite) {
    least = Math.min(least, Math.abs(x));
    most = Math.max(most, Math.abs(x));
  }
  const whole = finite.every(Number.isInteger);
  const byRange = finite.length > 0 && (most / least > 1000 || most > 1e8 || (!whole && least < 1e-4));
  const scientific = printing.sciMode ?? byRange;
  const notation = scientific ? exponential : whole ? (x: number) => `${signed(x, '0')}.` : fixed;
  const text = (x: number) =>
    Number.isNaN(x) ? 'nan' : x === Infinity ? 'inf' : x === -Infinity ? '-inf' : notation(x);
  return { width: widest(finite, text), text };
}

function widest(elements: readonly number[], text: (x: number) => string): number {
  return elements.reduce((width, x) => Math.max(width, text(x).length), 1);
}

/** A whole number; -0 keeps its sign, as in Python. */
const signed = (x: number, zero: string): string => (Object.is(x, -0) ? `-${zero}` : x === 0 ? zero : x.toFixed(0));

function fixed(x: number): string {
  if (x === 0) return signed(x, (0).toFixed(printing.precision));
  return halfEven(x.toFixed(printing.precision), x.toFixed(40));
}

function exponential(x: number): string {
  if (x === 0) return signed(x, `${(0).toFixed(printing.precision)}e+00`);
  const [exactMantissa, exactExponent] = x.toExponential(40).split('e');
  const [mantissa, exponent] = x.toExponential(printing.precision).split('e');
  const even = halfEven(mantissa, exactMantissa);
  const power = even === mantissa ? exponent : exactExponent;
  return `${even}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

/** Python rounds a tie to the even digit, JavaScript away from zero. `exact` shows which numbers are ties. */
function halfEven(rounded: string, exact: string): string {
  const end = exact.indexOf('.') + (printing.precision === 0 ? 0 : 1 + printing.precision);
  const tie = /^\.?50*$/.test(exact.slice(end));
  return tie && Number(exact[end - 1]) % 2 === 0 ? exact.slice(0, end) : rounded;
}
