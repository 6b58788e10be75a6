// Parameters: the tensors of a module that an optimizer changes, and parameters and buffers without a shape yet.

import { closeMethods } from '../../../engine/core/arity';
import { ArgumentError } from '../../../engine/core/errors';
import { contiguousStrides, type DType, isFloat, type Shape } from '../../../engine/core/meta';
import { type Arguments, kindOf, parseArgs } from '../../../engine/core/options';
import { beforeChange, keepProperties } from '../../../engine/graph/journal';
import type { Value } from '../../../engine/graph/value';
import { cast, detach, full } from '../../../engine/ops/shape/cast';
import { Line } from '../../../engine/storage/line';
import { protect } from '../../../engine/storage/protect';
import { Storage } from '../../../engine/storage/storage';
import { expectSize } from '../../tensor/calling/sizes';
import { readBack } from '../../tensor/reading/unawaited';
import { Tensor } from '../../tensor/tensor';

interface ParameterData {
  data: Tensor;
}

function expectTensor(name: string, data: unknown): void {
  if (data instanceof Tensor) return;
  throw new ArgumentError(`${name}: expected a tensor, but got ${kindOf(data)}; make it one with torch.tensor(…)`);
}

interface ParameterOptions {
  /** Default true. */
  requiresGrad?: boolean;
}

/**
 * A tensor that is a parameter of the module it is assigned to. It shares memory with `data`.
 *
 *     this.scale = new nn.Parameter(torch.ones(3));
 */
export class Parameter extends Tensor {
  constructor(...args: Arguments<ParameterData & ParameterOptions, ['data', 'requiresGrad']>) {
    const defaults = { requiresGrad: true };
    const { data, requiresGrad } = parseArgs<ParameterData & ParameterOptions>('Parameter', ['data'], defaults, args);
    expectTensor('Parameter', data);
    const { storage, strides, offset } = data;
    super(detach(data.value), { storage, strides, offset, line: new Line(storage) });
    storage.retain();
    protect(storage);
    this.requiresGrad_(requiresGrad);
  }

  override text(...args: []): Promise<string> {
    return readBack(
      'text',
      super.text(...args).then((text) => `Parameter containing:\n${text}`),
    );
  }

  /** Forgets the gradient; with `setToNone: false` fills it with zeros. */
  zeroGrad(...args: Arguments<{ setToNone?: boolean }, ['setToNone']>): void {
    const { setToNone } = parseArgs<{ setToNone?: boolean }>('zeroGrad', [], { setToNone: true }, args);
    if (setToNone) this.grad = null;
    else this.leaf?.zero();
  }
}

/** The tensor as a parameter: itself if it is one. Errors name `op`. */
export function parameterOf(op: string, value: Tensor): Parameter {
  expectTensor(op, value);
  return value instanceof Parameter ? value : new Parameter(value);
}

interface BufferOptions {
  /** Include it in the state dict, default true. */
  persistent?: boolean;
}

/**
 * A tensor that is a buffer of the module it is assigned to. It shares memory with `data`.
 *
 *     this.mean = new nn.Buffer(torch.zeros(3));
 */
export class Buffer extends Tensor {
  readonly persistent: boolean;

  constructor(...args: Arguments<ParameterData & BufferOptions, ['data', 'persistent']>) {
    const { data, persistent } = parseArgs<ParameterData & BufferOptions>(
      'Buffer',
      ['data'],
      { persistent: true },
      args,
    );
    expectTensor('Buffer', data);
    const { storage, strides, offset } = data;
    super(data.value, { storage, strides, offset });
    storage.retain();
    protect(storage);
    this.persistent = persistent;
  }
}

/** A parameter without a shape yet; a lazy module gives it one at its first input. */
export class UninitializedParameter extends Parameter {
  constructor(...args: Arguments<ParameterOptions, ['requiresGrad']>) {
    const o = parseArgs<ParameterOptions>('UninitializedParameter', [], { requiresGrad: true }, args);
    super(Tensor.of(full([0], 0, 'float32')), o);
    withoutShape(this);
  }

  static {
    closeMethods(UninitializedParameter.prototype, ['toString']);
  }

  override toString(): string {
    return '<UninitializedParameter>';
  }

  /** Gives the parameter its shape; from now on it is a Parameter, filled with zeros. */
  materialize(...args: Arguments<Shaped, ['shape']>): void {
    giveShape(this, args);
    const { requiresGrad } = this;
    this.requiresGrad_(!requiresGrad).requiresGrad_(requiresGrad);
    Object.setPrototypeOf(this, Parameter.prototype);
  }
}

/** A buffer without a shape yet; a lazy module gives it one at its first input. */
export class UninitializedBuffer extends Tensor {
  constructor(...args: []) {
    parseArgs('UninitializedBuffer', [], {}, args);
    const { value, storage, strides, offset } = Tensor.of(full([0], 0, 'float32'));
    super(value, { storage, strides, offset });
    storage.retain();
    withoutShape(this);
  }

  static {
    closeMethods(UninitializedBuffer.prototype, ['toString']);
  }

  override toString(): string {
    return '<UninitializedBuffer>';
  }

  /** Gives the buffer its shape; from now on it is a Tensor, filled with zeros. */
  materialize(...args: Arguments<Shaped, ['shape']>): void {
    giveShape(this, args);
    Object.setPrototypeOf(this, Tensor.prototype);
  }
}

/** A parameter or buffer without a shape. */
export type Uninitialized = UninitializedParameter | UninitializedBuffer;

/** True for parameters and buffers that wait for their shape. */
export const isUninitialized = (x: unknown): x is Uninitialized =>
  x instanceof UninitializedParameter || x instanceof UninitializedBuffer;

function withoutShape(x: Tensor): void {
  Object.defineProperty(x, 'shape', { get: refuseShape, configurable: true, enumerable: true });
}

interface Shaped {
  shape: Shape;
}

function giveShape(x: Tensor, args: readonly unknown[]): void {
  const { shape } = parseArgs<Shaped>('materialize', ['shape'], {}, args);
  expectSize('materialize', shape);
  beforeChange(x, () => keepProperties(x));
  Object.defineProperty(x, 'shape', { ...settings, value: shape });
  giveContents(x, full(shape, 0, x.dtype));
}

const settings = { writable: true, configurable: true, enumerable: true };

/** Gives a tensor memory of its own with these contents. */
function giveContents(x: Tensor, contents: Value): void {
  const storage = new Storage(contents);
  storage.retain();
  protect(storage);
  Object.defineProperties(x, {
    strides: { ...settings, value: contiguousStrides(contents.shape) },
    offset: { ...settings, value: 0 },
    storage: { ...settings, value: storage },
    dtype: { ...settings, value: storage.dtype },
    line: { ...settings, value: null },
  });
}

/**
 * Converts a float parameter or buffer, and its gradient, to another float dtype. It stays the same object, but gets
 * memory of its own.
 */
export function convert(x: Tensor, dtype: DType): void {
  if (!isFloat(x.dtype) || x.dtype === dtype) return;
  const { requiresGrad } = x;
  const { grad } = x;
  beforeChange(x, () => keepProperties(x));
  if (isUninitialized(x)) {
    giveContents(x, full([0], 0, dtype));
    return;
  }
  giveContents(x, detach(cast(x.value, dtype)));
  // Toggling makes a new leaf and drops the cached value: both belong to the old contents.
  x.requiresGrad_(!requiresGrad).requiresGrad_(requiresGrad);
  if (grad) x.grad = grad.detach().to(dtype);
}

function refuseShape(): never {
  throw new ArgumentError(
    'shape: an uninitialized parameter has no shape yet; call the module that owns it once to initialize its parameters',
  );
}
