// One row of a model's summary: a layer's class, inputs and results, its parameters and multiply-adds.
import { Tensor } from '../../tensor/tensor';
import type { Module } from '../module/module';
import { isUninitialized } from '../module/parameter';
import { className } from '../module/run-call';
import type { ReceptiveField } from './receptive-field';

/** Bytes of an element in PyTorch. */
const elementBytes: Readonly<Record<string, number>> = { int64: 8, float64: 8, float16: 2, uint8: 1, int8: 1, bool: 1 };

const bytesOf = (x: Tensor): number => elementBytes[x.dtype] ?? 4;

const product = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1);

/** The shape of the first tensor in a nested value, the bytes of its elements, and the bytes of all tensors. */
export function sizeOf(value: unknown): { shape: readonly number[]; bytes: number; total: number } {
  if (value instanceof Tensor)
    return { shape: value.shape, bytes: bytesOf(value), total: bytesOf(value) * value.numel() };
  if (!Array.isArray(value) || value.length === 0) return { shape: [], bytes: 0, total: 0 };
  const all = value.map(sizeOf);
  return { ...all[0]!, total: all.reduce((sum, { total }) => sum + total, 0) };
}

/** A parameter as the detailed table shows it. */
export interface InnerRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
}

/** A layer's row. */
export class LayerRow {
  readonly isLeaf: boolean;
  readonly kernelSize: number | readonly number[] | null;
  className: string;
  /** Its index among the rows of its depth. */
  index = 0;
  children: readonly LayerRow[] = [];
  isRecursive = false;
  inputSize: readonly number[] = [];
  outputSize: readonly number[] = [];
  numParams = 0;
  trainableParams = 0;
  paramBytes = 0;
  outputBytes = 0;
  multAdds = 0;
  /** The part of the input that its units see, if asked for. */
  receptiveField: ReceptiveField | null = null;
  inner: InnerRow[] = [];

  constructor(
    readonly name: string,
    readonly module: Module,
    readonly depth: number,
    readonly parent: LayerRow | null,
  ) {
    this.className = className(module);
    this.isLeaf = module.children().length === 0;
    this.kernelSize = (Reflect.get(module, 'kernelSize') as number | readonly number[] | undefined) ?? null;
  }

  /** Counts the parameters, and notes whether the module has been counted before. */
  count(seen: Set<Module>): void {
    this.countParameters();
    this.isRecursive = seen.has(this.module);
    seen.add(this.module);
  }

  /** Notes the layer's inputs and results. */
  finish(args: readonly unknown[], result: unknown): void {
    // A lazy layer may be of another class now.
    this.className = className(this.module);
    this.countParameters();
    this.inputSize = sizeOf(args).shape;
    const { shape, bytes } = sizeOf(result);
    this.outputSize = shape;
    this.outputBytes = bytes * product(shape);
    this.multAdds = this.operations();
  }

  private countParameters(): void {
    const all = this.module.namedParameters().filter(([, parameter]) => !isUninitialized(parameter));
    const sum = (of: (parameter: Tensor) => number) => all.reduce((total, [, p]) => total + of(p), 0);
    this.numParams = sum((p) => p.numel());
    this.trainableParams = sum((p) => (p.requiresGrad ? p.numel() : 0));
    this.paramBytes = sum((p) => p.numel() * bytesOf(p));
    this.inner = all
      .filter(([name]) => this.parent !== null || !name.includes('.'))
      .map(([name, p]) => {
        const [first, second, ...rest] = p.shape as readonly number[];
        const swapped = name === 'weight' && p.dim() > 1;
        return { name, shape: swapped ? [second!, first!, ...rest] : p.shape, count: p.numel() };
      });
  }

  /** torchinfo's estimate: every parameter is used once for each place of the output. */
  private operations(): number {
    const { outputSize } = this;
    const [batch = 1] = outputSize;
    return this.module.namedParameters().reduce((total, [name, parameter]) => {
      const count = parameter.numel();
      if (name === 'weight' || name === 'bias') {
        const convolution = this.className.includes('Conv');
        return total + count * (convolution ? batch * product(outputSize.slice(2)) : batch);
      }
      const counts = name.includes('weight') || name.includes('bias');
      return counts ? total + product(outputSize.slice(0, 2)) * count : total;
    }, 0);
  }

  /** Parameters that no row below counts. */
  get leftover(): number {
    return this.without((row) => (row.isLeaf ? row.numParams : row.leftover), this.numParams);
  }

  /** Trainable parameters that no row below counts. */
  get leftoverTrainable(): number {
    return this.without((row) => (row.isLeaf ? row.trainableParams : row.leftoverTrainable), this.trainableParams);
  }

  private without(of: (row: LayerRow) => number, all: number): number {
    return this.children.reduce((rest, row) => (row.isRecursive ? rest : rest - of(row)), all);
  }

  get trainable(): string {
    if (this.numParams === 0) return '--';
    if (this.trainableParams === 0) return 'False';
    return this.trainableParams === this.numParams ? 'True' : 'Partial';
  }
}
