// The parts of the peers' surfaces that the benchmark uses. The peers are installed only when it runs, and need not be for its types.

declare module 'peer:tfjs' {
  export interface Tensor {
    readonly shape: number[];
    add(x: Tensor | number): Tensor;
    sub(x: Tensor | number): Tensor;
    mul(x: Tensor | number): Tensor;
    relu(): Tensor;
    sigmoid(): Tensor;
    square(): Tensor;
    rsqrt(): Tensor;
    sum(axis?: number): Tensor;
    reshape(shape: readonly number[]): Tensor;
    clone(): Tensor;
    slice(begin: readonly number[], size: readonly number[]): Tensor;
    data(): Promise<Float32Array | Int32Array>;
    dispose(): void;
  }
  export interface Variable extends Tensor {
    readonly name: string;
  }
  interface Optimizer {
    minimize(f: () => Tensor, returnCost: true, variables: Variable[]): Tensor;
    dispose(): void;
  }
  interface FusedOptions {
    bias?: Tensor;
    activation?: 'relu' | 'linear';
  }
  type Pad = 'same' | 'valid' | number;

  export const version: { tfjs: string };
  export function setBackend(name: string): Promise<boolean>;
  export function ready(): Promise<void>;
  export function tidy<T>(f: () => T): T;
  export function dispose(tensors: Tensor[]): void;
  export function tensor(data: Float32Array | Int32Array, shape: readonly number[], dtype?: string): Tensor;
  export function variable(initial: Tensor): Variable;
  export function oneHot(indices: Tensor, depth: number): Tensor;
  export function matMul(a: Tensor, b: Tensor): Tensor;
  export function softmax(x: Tensor): Tensor;
  export function argMax(x: Tensor, axis: number): Tensor;
  export function gather(x: Tensor, indices: Tensor): Tensor;
  export function add(a: Tensor, b: Tensor | number): Tensor;
  export function mul(a: Tensor, b: Tensor | number): Tensor;
  export function sum(x: Tensor): Tensor;
  export function relu(x: Tensor): Tensor;
  export function reshape(x: Tensor, shape: readonly number[]): Tensor;
  export function moments(x: Tensor, axis: number | number[], keepDims: boolean): { mean: Tensor; variance: Tensor };
  export function pad(x: Tensor, paddings: readonly (readonly number[])[]): Tensor;
  type Convolve = (
    x: Tensor,
    filter: Tensor,
    strides: number,
    pad: Pad,
    dataFormat: 'NHWC',
    dilations: number,
  ) => Tensor;
  export const conv2d: Convolve;
  export const depthwiseConv2d: Convolve;
  export function conv2dTranspose(
    x: Tensor,
    filter: Tensor,
    outputShape: readonly number[],
    strides: number,
    pad: Pad,
  ): Tensor;
  type PoolMaps = (x: Tensor, size: number, strides: number, pad: Pad, rounding?: 'floor' | 'ceil') => Tensor;
  export const maxPool: PoolMaps;
  export const avgPool: PoolMaps;
  export function mean(x: Tensor, axis: number[], keepDims: boolean): Tensor;
  export function relu6(x: Tensor): Tensor;
  export function concat(tensors: Tensor[], axis: number): Tensor;
  export function batchNorm(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    offset: Tensor,
    scale: Tensor,
    epsilon: number,
  ): Tensor;
  export function grad(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor;
  export function valueAndGrads(f: (...xs: Tensor[]) => Tensor): (xs: Tensor[]) => { value: Tensor; grads: Tensor[] };
  export const losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
  export const train: { adam(lr: number, beta1: number, beta2: number, epsilon: number): Optimizer };
  export const fused: {
    conv2d(options: FusedOptions & { x: Tensor; filter: Tensor; strides: number; pad: Pad }): Tensor;
    matMul(options: FusedOptions & { a: Tensor; b: Tensor }): Tensor;
  };
}

declare module 'peer:tfjs-webgpu' {}

declare module 'peer:tfjs-gradients' {}

declare module 'peer:jax-js' {
  export interface Array {
    readonly ref: this;
    readonly shape: number[];
    add(x: Array | number): Array;
    sub(x: Array | number): Array;
    mul(x: Array | number): Array;
    div(x: Array | number): Array;
    neg(): Array;
    sum(axis?: number): Array;
    reshape(shape: readonly number[]): Array;
    clone(): Tensor;
    slice(...index: readonly (number | readonly [])[]): Array;
    transpose(axes: readonly number[]): Array;
    data(): Promise<Float32Array | Int32Array>;
    blockUntilReady(): Promise<Array>;
    dispose(): void;
  }
  export type Tree = Record<string, Array>;
  type Owned<F> = F & { dispose(): void };
  type Pairs = readonly (readonly [number, number])[];

  export function init(device: 'webgpu'): Promise<string[]>;
  export function defaultDevice(device: 'webgpu'): string;
  export function jit<A extends unknown[], R>(f: (...args: A) => R): Owned<(...args: A) => R>;
  export function valueAndGrad<A extends unknown[]>(f: (...args: A) => Array): (...args: A) => [Array, A[0]];
  export function valueAndGrad(
    f: (...xs: Array[]) => Array,
    options: { argnums: number[] },
  ): (...xs: Array[]) => [Array, Array[]];
  export function grad(f: (x: Array) => Array): (x: Array) => Array;
  export const tree: {
    ref<T>(tree: T): T;
    dispose(tree: unknown): void;
  };
  export const numpy: {
    array(data: Float32Array | Int32Array, options: { shape: readonly number[] }): Array;
    zeros(shape: readonly number[]): Array;
    matmul(a: Array, b: Array): Array;
    max(x: Array): Array;
    mean(x: Array, axis?: readonly number[], options?: { keepdims: boolean }): Array;
    pad(x: Array, widths: Pairs): Array;
    concatenate(xs: Array[], axis: number): Array;
    argmax(x: Array, axis: number): Array;
    take(x: Array, indices: Array, axis: number): Array;
    exp(x: Array): Array;
    sqrt(x: Array): Array;
    square(x: Array): Array;
  };
  export const nn: {
    relu(x: Array): Array;
    relu6(x: Array): Array;
    sigmoid(x: Array): Array;
    softmax(x: Array, axis: number): Array;
    logSoftmax(x: Array, axis: number): Array;
    standardize(x: Array, axis: number | number[]): Array;
  };
  export const lax: {
    convGeneralDilated(
      x: Array,
      w: Array,
      strides: readonly number[],
      padding: Pairs,
      options?: { rhsDilation?: readonly number[]; featureGroupCount?: number },
    ): Array;
    convTranspose(
      x: Array,
      w: Array,
      strides: readonly number[],
      padding: Pairs,
      options: { transposeKernel: boolean },
    ): Array;
    reduceWindow(x: Array, f: (x: Array) => Array, window: readonly number[], strides: readonly number[]): Array;
  };
}

declare module 'peer:ort-webgpu' {
  export interface OrtTensor {
    readonly data: Float32Array;
  }
  export const Tensor: {
    new (type: 'float32', data: Float32Array, dims: readonly number[]): OrtTensor;
    fromGpuBuffer(buffer: GPUBuffer, options: { dataType: 'float32'; dims: readonly number[] }): OrtTensor;
  };
  export interface Session {
    readonly inputNames: readonly string[];
    run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  }
  export const InferenceSession: {
    create(
      model: Uint8Array,
      options: {
        executionProviders: (string | { name: string; preferredLayout: 'NCHW' | 'NHWC' })[];
        graphOptimizationLevel?: 'all';
      },
    ): Promise<Session>;
  };
  export const env: {
    logLevel: 'error';
    readonly wasm: { numThreads: number; wasmPaths: string };
    readonly webgpu: { readonly device: Promise<GPUDevice> };
  };
}

declare module 'peer:ort-wasm' {
  export * from 'peer:ort-webgpu';
}
