// The compiler's input: operations, the GPU passes that they lower to, with helpers for writing an op's `lower`, and the
// program that a flush hands over.

import type { Meta, Scalar, Shape } from '../core/meta';
import type { AdapterProfile } from '../gpu/device';

/**
 * A buffer that a pass binds: a value of its node, or the fault buffer (see shaders/lib/fault.wgsl). A `spare` operand
 * binds the fault buffer without writing to it.
 */
export type Operand =
  | { readonly from: 'input' | 'output' | 'scratch'; readonly index: number }
  | { readonly from: 'fault'; readonly spare?: true };

export const input = (index: number): Operand => ({ from: 'input', index });
export const output = (index = 0): Operand => ({ from: 'output', index });
export const scratch = (index = 0): Operand => ({ from: 'scratch', index });
export const fault: Operand = { from: 'fault' };
/** A placeholder for an output that a kernel declares but does not write. */
export const spare: Operand = { from: 'fault', spare: true };

/** A field of the uniform `Params` struct: a constant of the plan, or one of the node's dynamic scalars. */
export type Param = readonly [type: Scalar, value: number | { readonly scalar: number }];

export const u32 = (value: number): Param => ['u32', value];
export const i32 = (value: number): Param => ['i32', value];
export const f32 = (value: number): Param => ['f32', value];
/** The fields of a `Params` struct by name, in the order of the struct. A plain number is a u32. */
export type ParamFields = Readonly<Record<string, number | Param>>;

/** The values of a kernel's uniforms: by name, or as a plain list if the struct is generated with the kernel. */
export type Params = ParamFields | readonly Param[];

export const paramsOf = (params: Params = []): readonly Param[] =>
  Object.values<number | Param>(params).map((value) => (typeof value === 'number' ? u32(value) : value));

/** Fields `name0`, `name1`, …: one for each number from `first` up to, but not including, `end`. */
export function numbered(name: string, end: number, value: (number: number) => number | Param, first = 0): ParamFields {
  const fields: Record<string, number | Param> = {};
  for (let i = first; i < end; i++) fields[name + i] = value(i);
  return fields;
}

export const scalar = (index: number, type: Scalar = 'f32'): Param => [type, { scalar: index }];

/** The buffers and scalars that an epilogue adds to a pass, bound after the pass's own. */
export interface Extras {
  readonly reads: readonly Operand[];
  readonly writes: readonly Operand[];
  readonly params: readonly Param[];
}

/**
 * A stage: the elements for which a kernel calls `stage` once. They have the same ⌊index / run⌋ or, if `of` is given,
 * the same ⌊index / run⌋ % of. `where`: as they are stored, or before they are pooled.
 */
export interface Stage {
  readonly where: 'store' | 'finish';
  readonly run: number;
  readonly of?: number;
  /** The kernel finishes several elements before it stores the first of them, so that an epilogue's loads wait together. */
  readonly finished?: true;
}

/**
 * An epilogue as one of several that a kernel selects by a parameter, so that layers with different epilogues share the
 * kernel.
 */
export interface Ending {
  /** The pass without the epilogue. */
  readonly kernel: Pass;
  /** The element types of the buffers that the epilogue reads. */
  readonly types: readonly string[];
  readonly reads: readonly Operand[];
  readonly params: readonly Param[];
  /** The WGSL library files that the epilogue needs. */
  readonly libs: readonly string[];
  /**
   * The epilogue's code: fields of the parameters, and functions. All names contain the tag, so that endings do not
   * collide.
   */
  written(tag: string): { readonly fields: readonly string[]; readonly code: string };
}

/**
 * Alternatives to a pass's own kernel: passes with the same operands that compute the same results, bit for bit, and
 * kernels that are compiled for the lengths of their arrays.
 */
export interface Variants {
  /**
   * A kernel that serves other sizes, too; its own `general` serves still more. It runs if such a kernel was needed
   * before and the pass's own kernel has not been compiled yet.
   */
  readonly general?: Pass;
  /**
   * Take the general pass only if the whole plan was met with other sizes, not if just another pass of its kind was
   * met.
   */
  readonly apart?: boolean;
  /** A kernel that compiles more slowly and runs faster: for plans that run often and overwrite nothing (inference). */
  often?(): Pass;
  /** Passes that other sizes need besides this one or instead of it: worth compiling before such sizes come. */
  readonly besides?: readonly Pass[];
  /**
   * The lengths of storage arrays, by name. The source declares them without; fixed lengths can make the kernel faster.
   */
  readonly lengths?: Readonly<Record<string, number>>;
  /**
   * As `lengths`, for kernels that many layers share: fixed lengths then cost one kernel for each layer. For plans that
   * run often and overwrite nothing.
   */
  readonly layerLengths?: Readonly<Record<string, number>>;
}

/**
 * One dispatch. Bindings in group 0: `reads` (read-only), then `writes` (read_write), then the uniform `params` if any.
 */
export interface Pass {
  /** WGSL files to concatenate, library files first, by their texts or the names of these (see texts.ts). */
  readonly source: readonly string[];
  /** Changes the text of the last file, before all other processing. */
  readonly edit?: (text: string) => string;
  /** Shown in profiles and error messages. */
  readonly label: string;
  /** Default `main`. */
  readonly entry?: string;
  /** Values for lines `const NAME: type = value;` of the source, for sizes of arrays and workgroups. */
  readonly consts?: Readonly<Record<string, number>>;
  /** Values for `override`s of the source. */
  readonly overrides?: Readonly<Record<string, number>>;
  /** The kernels that the linker chooses from. */
  readonly variants?: Variants;
  /** The epilogue of the general pass as an ending, which computes the same, bit for bit. */
  readonly ending?: Ending;
  /** If the kernel calls `stage`: which elements it finishes before the next call. */
  readonly stage?: Stage;
  readonly reads: readonly Operand[];
  readonly writes: readonly Operand[];
  /** Fields of `struct Params`, each a 4-byte scalar. */
  readonly params?: Params;
  readonly extras?: Extras;
  /** Workgroups; build with `grid()`. A pass with a zero is left out. */
  readonly grid: readonly [number, number, number];
  /** How long it takes on a slow GPU, if that is known to be a millisecond or more. */
  readonly milliseconds?: number;
  /** Given if that is too long for one dispatch: about how many it is cut into, of some of the workgroups each. */
  readonly parts?: number;
}

/**
 * A WGSL expression over `a0, a1, …` (inputs, broadcast) and `s0, s1, …` (dynamic scalars) giving one output element.
 */
export interface PointwiseBody {
  readonly expr: string;
  /** The WGSL library files that the expression needs; given as in `Pass.source`. */
  readonly lib?: readonly string[];
  /** Type of the dynamic scalars; default f32. */
  readonly scalarType?: Scalar;
  /**
   * The index of an input whose elements are pairs (`vec2f`): its last dimension, of size 2, is not a dimension of the
   * result.
   */
  readonly pairs?: number;
  /** The expression scales `a0`: the result is `a0` times a finite factor that depends on `a1`, and 0 if `a0` is 0. */
  readonly scales?: boolean;
}

/** A strided view of a contiguous buffer: element i is at offset + Σ index_d(i) · strides[d]. */
export interface StridedView {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A lowering that only moves elements: output 0 is a view of input 0. */
export interface Viewing {
  readonly view: StridedView;
  /** The lowering for another view of the same kind of input. */
  lower(view: StridedView): Lowering;
}

/**
 * Output `output` can be computed in the memory of input `input` by these passes, which destroys the input's contents.
 */
export interface Overwrite {
  readonly input: number;
  readonly output: number;
  passes(): readonly Pass[];
}

/** The widths of a frame around images: rows above and below, columns left and right. */
export type Frame = readonly [top: number, bottom: number, left: number, right: number];

/** Attributes of a convolution that pads its images with zeros, and of its gradients. */
export interface Framed {
  readonly padding: Frame;
  /** The zeros that surround the images of input 0. */
  readonly frame?: Frame;
  /** The frame that a later crop takes off output 0 of a gradient; padding does the same without a crop. */
  readonly crop?: Frame;
}

/**
 * A max pooling of images: the size of the images, and of windows that lie side by side from the first row and column
 * on.
 */
export interface Pooling {
  readonly size: readonly [rows: number, cols: number];
  readonly window: readonly [rows: number, cols: number];
}

/** A pointwise operation in two parts, for when only the first input differs from run to run. */
export interface Folded {
  /** Computes from the inputs after the first a pair of numbers for each element of the second input. */
  readonly pass: Pass;
  /** The rest: an expression of the first input and the pairs. */
  readonly body: PointwiseBody;
}

export type Lowering =
  /** Output 0 is a contiguous range of input 0's bytes; no work. */
  | { readonly kind: 'alias'; readonly byteOffset: number; readonly viewing?: Viewing }
  | { readonly kind: 'pointwise'; readonly body: PointwiseBody; readonly folded?: Folded }
  /** `scratch` gives the byte length of each temporary buffer. */
  | {
      readonly kind: 'passes';
      readonly passes: readonly Pass[];
      /**
       * If the inputs are inputs of the program, the results are kept from run to run for as long as these stay the
       * same values.
       */
      readonly kept?: true;
      /** Output 0 holds the elements of input 0 in another order; nothing is computed. */
      readonly moves?: true;
      readonly scratch?: readonly number[];
      readonly viewing?: Viewing;
      /**
       * The lowering that reads inputs as views of other values, for each input its view or undefined. Undefined if
       * reading copies is faster.
       */
      viewed?(views: readonly (StridedView | undefined)[]): Lowering | undefined;
      /** The lowering whose output 0 has its last two dimensions swapped, of inputs 1 and 0 in this order. */
      turned?(): Lowering;
      readonly overwrites?: readonly Overwrite[];
      /**
       * Output 0 is the inputs one after another, at these byte offsets. An input that is copied can be copied right
       * there.
       */
      readonly joins?: readonly number[];
      /**
       * The lowering with a max pooling of output 0: the maximum of each window is output 0, and its index in its image
       * is output 1. Undefined if that would take longer than pooling afterwards.
       */
      pooled?(pooling: Pooling): Lowering | undefined;
    }
  /** Output 0 holds input i at byte offset `offsets[i]`; producers write there directly where that is safe. */
  | { readonly kind: 'pack'; readonly offsets: readonly number[] };

export interface LowerContext<A> {
  readonly inputs: readonly Meta[];
  readonly outputs: readonly Meta[];
  readonly attrs: A;
  readonly adapter: AdapterProfile;
}

/**
 * The part of an operation's definition that the compiler needs. Pure: equal metas and attributes give equal passes.
 */
export interface KernelOp<A = unknown> {
  readonly name: string;
  lower(context: LowerContext<A>): Lowering;
  /** `[output, input]` pairs: the output is computed in the buffer of the input, which is overwritten. */
  inPlace?(attrs: A): readonly (readonly [output: number, input: number])[];
  /** Writes nothing after a fault in the data it depends on, as an optimizer's update does. */
  readonly gated?: boolean;
  /** Output 0 holds elements of input 0; output 1 holds their indices (a max pooling). */
  readonly picks?: boolean;
  /**
   * If output 0 holds the maxima of windows that lie side by side from the first row and column on: the size of a
   * window.
   */
  windows?(attrs: A): readonly [rows: number, cols: number] | undefined;
  /** Its kernels can load float16 instead of float32 inputs, so that these need not be widened in memory first. */
  readonly readsHalf?: boolean;
  /** Output 0 holds the elements of input 0 at the indices in input 1, summed where indices repeat, and 0 elsewhere. */
  readonly spreads?: boolean;
}

export interface ProgramNode {
  readonly op: KernelOp;
  readonly attrs: unknown;
  /** Indices of values. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Where this node's dynamic scalars begin in the program's list. */
  readonly scalarBase: number;
  readonly scalarCount: number;
  /** The place in the user's model that recorded the node; only while `explain` or a profile asks for it. */
  readonly place?: string;
  /** The nodes that were fused into this one, if fusion made it. */
  readonly fused?: readonly ProgramNode[];
}

/** The recorded nodes that a node computes: those fused into it, or itself. */
export const recordedNodes = (node: ProgramNode): readonly ProgramNode[] => node.fused ?? [node];

/** A pruned graph in execution order. Values are numbered; the first `inputs.length` are the program's inputs. */
export interface Program {
  readonly values: readonly Meta[];
  readonly inputCount: number;
  /** For each input: whether it is a part of a larger value, with an offset that changes from run to run. */
  readonly slices?: readonly boolean[];
  readonly nodes: readonly ProgramNode[];
  /** Values that must outlive the run. */
  readonly exports: readonly number[];
  /** For each export: whether its buffer has spare capacity (a padded value), so that the result is copied into it. */
  readonly roomy?: readonly boolean[];
}

/** A program with the lowering of each node. */
export interface LoweredProgram {
  readonly program: Program;
  readonly lowerings: readonly Lowering[];
}

/** WebGPU's limit on workgroups in one dimension. */
const MAX_WORKGROUPS = 65535;

/**
 * Workgroup counts for `count` workgroups in a row, folded into two dimensions when there are more than 65,535. A
 * kernel recovers its number as `id.y * num_workgroups.x + id.x` and must ignore numbers past the end.
 */
export function grid(count: number): [number, number, number] {
  if (count <= MAX_WORKGROUPS) return [count, 1, 1];
  const rows = Math.ceil(count / MAX_WORKGROUPS);
  return [Math.ceil(count / rows), rows, 1];
}

/** Workgroups of `size` invocations needed for `threads` invocations, folded as `grid` does. */
export const gridFor = (threads: number, size: number): [number, number, number] => grid(Math.ceil(threads / size));

/** A pass with its operands replaced, and perhaps another label; its variants are changed in the same way. */
export function placed(pass: Pass, place: (operand: Operand) => Operand, label = pass.label): Pass {
  const also = (other: Pass) => placed(other, place, label);
  return withEach({ ...pass, label, reads: pass.reads.map(place), writes: pass.writes.map(place) }, also);
}

/** A pass with these variants added to its own. */
export const varied = (pass: Pass, variants: Variants): Pass => ({
  ...pass,
  variants: { ...pass.variants, ...variants },
});

/** A pass with `change` applied to each of its variants, and `late` to the one that is made on demand (`often`). */
export function withEach(pass: Pass, change: (variant: Pass) => Pass, late = change): Pass {
  const { general, often, besides } = pass.variants ?? {};
  return varied(pass, {
    general: general && change(general),
    often: often && (() => late(often())),
    besides: besides?.map(change),
  });
}
