// What a row of the benchmark is: inputs, and the same computation in each library's own words.

import type * as jaxJs from 'peer:jax-js';
import type * as tfjs from 'peer:tfjs';
import type { nn, Tensor } from 'lamplight';
import type { HostArray, Layout } from '../inputs';
import type { Program } from '../kernels/program';
import type { LibraryName } from '../libraries/library';
import type { Graph } from '../networks/graph';

export type Jax = typeof jaxJs;
export type Tf = typeof tfjs;

/** A row's place in a series of growing work. */
export interface SeriesPoint {
  /** What grows, as printed. */
  readonly series: string;
  readonly size: number;
}

interface RowBase {
  /** As given to `--rows`. */
  readonly name: string;
  /** As printed. */
  readonly title: string;
  /** Floating-point operations a step, where that is what the row is about. */
  readonly flops?: number;
  /** Bytes that a step has to read and write at least, where that is what the row is about. */
  readonly bytes?: number;
  /** The largest difference from the other libraries that passes, as a share of the largest magnitude. */
  readonly tolerance: number;
  /** How many times as fast as the faster peer the row is meant to be. */
  readonly goal: number;
  /** Why a peer has no part in the row. */
  readonly missing?: Partial<Record<LibraryName, string>>;
  /** The same where the adapter is a processor. */
  readonly missingOnProcessor?: Partial<Record<LibraryName, string>>;
  readonly point?: SeriesPoint;
}

/** y = f(inputs), or the gradients of ½Σy² by every input; a step reads one number back. */
export interface FunctionRow extends RowBase {
  readonly kind: 'forward' | 'gradients';
  inputs(): HostArray[];
  /** The shape of y, and its layout in TensorFlow.js. */
  readonly output: { readonly shape: readonly number[]; readonly tfjs?: Layout };
  lamplight(...xs: Tensor[]): Tensor;
  tfjs(tf: Tf, ...xs: tfjs.Tensor[]): tfjs.Tensor;
  jax(jax: Jax, ...xs: jaxJs.Array[]): jaxJs.Array;
  /** Kernels written by hand for exactly this row. */
  handWritten?(): Program;
  /** The same at the next size that suits the kernels, which Lamplight is timed at as well. */
  readonly friendly?: FunctionRow;
}

/** A step of Adam on a classifier's mean cross entropy; it reads the loss back. */
export interface TrainingRow extends RowBase {
  readonly kind: 'training';
  /** The first weights, by PyTorch's names. */
  parameters(): Record<string, HostArray>;
  /** `labelShape` where there is more than one label an image. */
  batch(): { x: HostArray; labels: Int32Array; labelShape?: readonly number[] };
  readonly classes: number;
  readonly learningRate: number;
  lamplight(): nn.UnaryModule;
  /** The logits, [labels, classes]. */
  tfjs(tf: Tf, p: Record<string, tfjs.Tensor>, x: tfjs.Tensor): tfjs.Tensor;
  jax(jax: Jax, p: jaxJs.Tree, x: jaxJs.Array): jaxJs.Array;
}

/** y = network(images) in evaluation; a step reads one number back. */
export interface NetworkRow extends RowBase {
  readonly kind: 'network';
  graph(): Graph;
  /** By the names of the state dict. */
  weights(): Record<string, HostArray>;
  images(): HostArray;
  /** The layout that onnxruntime-web's WebGPU provider is asked for, where its own choice computes what is wrong. */
  readonly onnxLayout?: 'NCHW';
  /** Ours is written as an ONNX model, and is what that gives when it is loaded. */
  readonly imported?: true;
  lamplight(): nn.UnaryModule;
}

/** Attributions by a method, and by a loop over samples; a step reads one number back. */
export interface ExplainedRow extends RowBase {
  readonly kind: 'explained';
  open(): Readonly<Record<'lamplight' | 'plain-loop', () => Tensor | Promise<Tensor>>>;
}

export type Row = FunctionRow | TrainingRow | NetworkRow | ExplainedRow;
