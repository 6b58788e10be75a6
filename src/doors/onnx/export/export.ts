// onnx.export: writes a model as an ONNX file. The graph is built from the operations that one call of the model
// records.
import { ArgumentError, type Shape, type Target, Tensor } from '../../../torch';
import {
  type Arguments,
  checkTarget,
  inMode,
  isPlainObject,
  kinds,
  Module,
  parseArgs,
  tensorsIn,
  writeTo,
} from '../../../torch/inside';
import { encodeModel, type LateTensor, type Piece } from '../proto/encode';
import type { GraphMessage, ModelMessage } from '../proto/messages';
import { graphOf, type OpenDim } from './graph';
import { type Trace, traceModel } from './trace';

const OP = 'onnx.export';

/**
 * The dimensions of an input or output whose size may vary: an object of names by dimension, or a list of dimensions.
 */
export type DynamicAxes = Readonly<Record<string, Readonly<Record<number, string>> | readonly number[]>>;

/** The mode in which the model is exported: evaluation, training, or each module's own mode. */
export type TrainingMode = 'eval' | 'train' | 'preserve';

/** Options of `export`. */
export interface OnnxExportOptions {
  /** The file to write. Default: null, which returns the bytes. */
  f?: Target | null;
  /**
   * Write the weights into a file of their own, named `f` with `.data` appended. Models over 2 GB need it. Default:
   * false.
   */
  externalData?: boolean;
  /** The names of the inputs, in order. Default: `input`, or `input_0`, `input_1`, … */
  inputNames?: readonly string[] | null;
  /**
   * The names of the outputs, in order. Default: `output`, or `output_0`, …; if the model returns an object, its keys.
   */
  outputNames?: readonly string[] | null;
  /**
   * Dimensions whose size may vary from call to call: `{ input: { 0: 'batch' } }`, or `{ input: [0] }`. Default: none.
   */
  dynamicAxes?: DynamicAxes | null;
  /** The version of ONNX's operators, 13 to 21; default 18. */
  opsetVersion?: number;
  /** Default: 'eval'. */
  training?: TrainingMode;
}

interface ExportArguments extends OnnxExportOptions {
  model: Module;
  /**
   * The inputs that the model is called with, such as `torch.randn(1, 3, 224, 224)`, or a list of several. Only their
   * shapes and dtypes matter.
   */
  example: Tensor | readonly unknown[];
}

type ExportOrder = [
  'model',
  'example',
  'f',
  'inputNames',
  'outputNames',
  'dynamicAxes',
  'opsetVersion',
  'training',
  'externalData',
];

const OLDEST = 13;
const NEWEST = 21;

/** The format version (IR version) that ONNX 1.8 to 1.16 paired with each operator set. */
const irVersion = (opset: number): number => (opset < 15 ? 7 : opset < 19 ? 8 : opset < 21 ? 9 : 10);

/** The smallest tensor, in bytes, that goes to the external file, as in ONNX's Python package. */
const LEAST_OUTSIDE = 1024;
/** Tensors in the external file begin at multiples of this, so that they can be mapped into memory. */
const PAGE = 4096;

/** Protobuf's limit for the size of a file, in bytes. */
const LIMIT = 2 ** 31 - 1;

const exampleKind: kinds.Kind = {
  words: 'an example of what the model is called with, such as torch.randn(1, 3, 224, 224), or a list of that',
  fits: (value) => value instanceof Tensor || Array.isArray(value),
};

const axesKind: kinds.Kind = {
  words: "dynamic sizes by input, such as { input: { 0: 'batch' } } or { input: [0] }",
  fits: (value) =>
    isPlainObject(value) &&
    Object.values(value).every(
      (axes) =>
        (Array.isArray(axes) && axes.every((axis) => Number.isInteger(axis))) ||
        (isPlainObject(axes) && Object.values(axes).every((name) => typeof name === 'string' && name !== '')),
    ),
};

/**
 * Writes a model as an ONNX file, from the operations that one call of the model records. Returns the bytes, or writes
 * them to `f`, weights piece by piece.
 *
 *     const bytes = await onnx.export(model, torch.randn(1, 3, 224, 224), { dynamicAxes: { input: { 0: 'batch' } } });
 *     await onnx.export(model, [tokens, mask], { f: 'classifier.onnx', inputNames: ['tokens', 'mask'] });
 *
 * Weights keep their names from the state dict. Nodes are named after the modules that they come from:
 * `/layer1/layer1.0/conv1/Conv`. Nothing is computed, and the model does not change. Its weights are read while the
 * file is written, so change none until the promise resolves. For sizes in `dynamicAxes`, the model is called with
 * several sizes; numbers that differ between these calls are written as formulas of the sizes.
 *
 * @throws ArgumentError if an operation has no form in ONNX (the error names the operation and its module), if
 *   `forward` waits for numbers, or if an operation depends on dynamic sizes in a way that a file cannot express
 */
export async function exportModel(...args: Arguments<ExportArguments, ExportOrder>): Promise<Uint8Array> {
  const defaults = {
    f: null,
    inputNames: null,
    outputNames: null,
    dynamicAxes: null,
    opsetVersion: 18,
    training: 'eval',
    externalData: false,
  } as const;
  const o = parseArgs<ExportArguments>(OP, ['model', 'example'], defaults, args, {
    model: kinds.instance(Module, 'a module'),
    example: exampleKind,
    inputNames: kinds.orNull(kinds.listOf(kinds.text)),
    outputNames: kinds.orNull(kinds.listOf(kinds.text)),
    dynamicAxes: kinds.orNull(axesKind),
    opsetVersion: kinds.whole(OLDEST, NEWEST),
    training: kinds.oneOf('eval', 'train', 'preserve'),
    externalData: kinds.flag,
  });
  if (o.f !== null) checkTarget(OP, o.f);
  const path = typeof o.f === 'string' || o.f instanceof URL ? String(o.f) : null;
  if (o.externalData && path === null) {
    throw new ArgumentError(
      `${OP}: expected f, the name of a file, for externalData: true, which writes another one beside it`,
    );
  }
  const message = messageOf(o as Required<ExportArguments>);
  const outside = o.externalData ? movedOut(message.graph.initializers, `${path!.split(/[/\\]/).at(-1)}.data`) : null;
  const pieces = encodeModel(message);
  const size = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (size > LIMIT) {
    throw new ArgumentError(
      `${OP}: expected a file of less than 2 GB, the limit of protobuf, but got ${size} bytes; give f and externalData: true`,
    );
  }
  if (outside) await writeTo(OP, `${path}.data`, read(outside));
  if (o.f !== null) {
    await writeTo(OP, o.f, read(pieces));
    return new Uint8Array(0);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const piece of read(pieces)) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}

/** Moves the large initializers to an external file, and returns the pieces of that file. */
function movedOut(initializers: LateTensor[], location: string): Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  for (const each of initializers) {
    const content = each.late ?? each.raw;
    if (!content || content.byteLength < LEAST_OUTSIDE) continue;
    each.external = { location, offset: String(offset), length: String(content.byteLength) };
    each.raw = null;
    delete each.late;
    const gap = -content.byteLength & (PAGE - 1);
    pieces.push(content, new Uint8Array(gap));
    offset += content.byteLength + gap;
  }
  return pieces;
}

async function* read(pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield piece instanceof Uint8Array ? piece : await piece.read();
}

function messageOf(o: Required<ExportArguments>): ModelMessage {
  const graph = o.training === 'preserve' ? traced(o) : inMode(o.model, o.training === 'train', () => traced(o));
  return {
    irVersion: irVersion(o.opsetVersion),
    producerName: 'lamplight',
    producerVersion: '',
    opsets: [{ domain: '', version: o.opsetVersion }],
    graph,
    functions: [],
    metadata: [],
  };
}

/** A dynamic dimension of an input, before trial sizes are chosen for it. */
interface Asked {
  readonly name: string;
  readonly input: number;
  readonly dim: number;
}

/**
 * Three trial sizes for a dynamic dimension of size n. Most models accept multiples; some accept only smaller changes,
 * and some have a maximum.
 */
const choices: readonly ((n: number) => readonly [number, number, number])[] = [
  (n) => [Math.max(n, 2), 2 * Math.max(n, 2), 3 * Math.max(n, 2)],
  (n) => [2 * Math.max(n, 2), 3 * Math.max(n, 2), 4 * Math.max(n, 2)],
  (n) => [Math.max(n, 2), Math.max(n, 2) + 1, Math.max(n, 2) + 2],
  (n) => [n, n - 1, n - 2],
];

function traced(o: Required<ExportArguments>): GraphMessage {
  const { model, example, opsetVersion } = o;
  const given = example instanceof Tensor ? [example] : (example as readonly unknown[]);
  const tensors = tensorsIn(given);
  const shapes = tensors.map(({ shape }) => shape);
  const inputNames = namesOf('inputNames', o.inputNames, shapes.length, 'input');
  const asked = askedDims(o.dynamicAxes ?? {}, inputNames, shapes);
  const name = model.constructor.name || 'Model';
  const make = (all: readonly Shape[][], open: readonly OpenDim[]): GraphMessage => {
    const traces = all.map((each) => traceModel(model, given, each));
    const outputNames = outputNamesOf(o.outputNames, traces[0]!.outputs, inputNames);
    checkAxes(o.dynamicAxes ?? {}, [...inputNames, ...outputNames]);
    const outputDims = Object.fromEntries(
      Object.entries(o.dynamicAxes ?? {}).map(([of, axes]) => [of, named(of, axes)]),
    );
    return graphOf(traces, { name, opset: opsetVersion, inputNames, outputNames, open, outputDims });
  };
  if (asked.length === 0) return make([shapes as Shape[]], []);
  let failure: unknown = null;
  for (const choice of choices) {
    const { all, open } = sizesBy(choice, asked, shapes);
    if (all.some((each) => each.some((shape) => shape.some((size) => size < 1)))) continue;
    try {
      return make(all, open);
    } catch (error) {
      // Most models accept the first choice, so its error says most.
      failure ??= error;
    }
  }
  throw failure;
}

/** The shapes of the inputs in each trace: those of the example, and two more sizes for each name. */
function sizesBy(
  choice: (n: number) => readonly [number, number, number],
  asked: readonly Asked[],
  shapes: readonly Shape[],
) {
  const symbols = [...new Set(asked.map(({ name }) => name))];
  const sizes = new Map(
    symbols.map((symbol) => {
      const { input, dim } = asked.find(({ name }) => name === symbol)!;
      const [base, ...others] = choice(shapes[input]![dim]!);
      const at = 1 + 2 * symbols.indexOf(symbol);
      const all = Array.from({ length: 1 + 2 * symbols.length }, (_, t) => others[t - at] ?? base);
      return [symbol, all] as const;
    }),
  );
  const open = asked.map((each): OpenDim => ({ ...each, size: sizes.get(each.name)! }));
  const all = Array.from({ length: 1 + 2 * symbols.length }, (_, t) =>
    shapes.map((shape, input) =>
      shape.map((size, dim) => open.find((each) => each.input === input && each.dim === dim)?.size[t] ?? size),
    ),
  );
  return { all, open };
}

function askedDims(axes: DynamicAxes, inputNames: readonly string[], shapes: readonly Shape[]): Asked[] {
  return Object.entries(axes).flatMap(([of, given]) => {
    const input = inputNames.indexOf(of);
    if (input < 0) return [];
    const rank = shapes[input]!.length;
    return Object.entries(named(of, given)).map(([axis, name]) => {
      const dim = Number(axis) < 0 ? Number(axis) + rank : Number(axis);
      if (dim >= 0 && dim < rank) return { name, input, dim };
      throw new ArgumentError(
        `${OP}: expected dimensions of '${of}', which has ${rank}, in dynamicAxes, but got ${axis}`,
      );
    });
  });
}

/** Dimensions with their names. A dimension without a name gets PyTorch's. */
const named = (of: string, axes: DynamicAxes[string]): Record<number, string> =>
  Array.isArray(axes)
    ? Object.fromEntries((axes as readonly number[]).map((axis, i) => [axis, `${of}_dynamic_axes_${i + 1}`]))
    : { ...(axes as Readonly<Record<number, string>>) };

function checkAxes(axes: DynamicAxes, names: readonly string[]): void {
  const unknown = Object.keys(axes).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new ArgumentError(
    `${OP}: expected inputs or outputs in dynamicAxes, which are ${names.join(', ')}, but got '${unknown}'`,
  );
}

function namesOf(option: string, given: readonly string[] | null, count: number, base: string): string[] {
  const names = given ?? Array.from({ length: count }, (_, i) => (count === 1 ? base : `${base}_${i}`));
  if (names.length !== count || new Set(names).size !== count) {
    throw new ArgumentError(`${OP}: expected ${count} different names in ${option}, but got [${names.join(', ')}]`);
  }
  return [...names];
}

function outputNamesOf(given: readonly string[] | null, outputs: Trace['outputs'], taken: readonly string[]): string[] {
  if (given) return namesOf('outputNames', given, outputs.length, 'output');
  if (outputs.length === 1 && outputs[0]!.path.length === 0) return ['output'];
  const named = outputs.map(({ path }) => (path.some((key) => /^\d+$/.test(key)) ? null : path.join('.')));
  return named.map((name, i) => (name !== null && !taken.includes(name) ? name : `output_${i}`));
}
