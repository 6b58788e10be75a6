// Owns parameters: the tensors of a module that an optimizer changes, and those whose shape is not known yet.
import { contiguousStrides, type DType, isFloat, type Shape } from '../compiler/meta';
import { ArgumentError } from '../errors';
import { beforeChange, keepProperties } from '../graph/journal';
import type { Value } from '../graph/value';
import { cast, detach, full } from '../ops/cast';
import { Line } from '../tensor/line';
import { type Arguments, kindOf, parseArgs } from '../tensor/options';
import { protect } from '../tensor/protect';
import { expectSize } from '../tensor/sizes';
import { Storage } from '../tensor/storage';
import { Tensor } from '../tensor/tensor';
import { readBack } from '../tensor/unawaited';

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
  constructor(data: Tensor, ...args: Arguments<ParameterOptions, ['requiresGrad']>) {
    const { requiresGrad } = parseArgs<ParameterOptions>('Parameter', [], { requiresGrad: true }, args);
    if (!(data instanceof Tensor)) {
      throw new ArgumentError(
        `Parameter: expected a tensor, but got ${kindOf(data)}; make it one with torch.tensor(…)`,
      );
    }
    const { storage, strides, offset } = data;
    super(detach(data.value), { storage, strides, offset, line: new Line(storage) });
    storage.retain();
    protect(storage);
    this.requiresGrad_(requiresGrad);
  }

  override text(): Promise<string> {
    return readBack(
      'text',
      super.text().then((text) => `Parameter containing:\n${text}`),
    );
  }

  /** Forgets the gradient; with `setToNone: false` fills it with zeros. */
  zeroGrad(options: { setToNone?: boolean } = {}): void {
    const { setToNone } = parseArgs<{ setToNone?: boolean }>('zeroGrad', [], { setToNone: true }, [options]);
    if (setToNone) this.grad = null;
    else this.leaf?.zero();
  }
}

interface BufferOptions {
  /** In the state dict, default true. */
  persistent?: boolean;
}

/**
 * A tensor that is a buffer of the module it is assigned to. It shares memory with `data`.
 *
 *     this.mean = new nn.Buffer(torch.zeros(3));
 */
export class Buffer extends Tensor {
  readonly persistent: boolean;

  constructor(data: Tensor, ...args: Arguments<BufferOptions, ['persistent']>) {
    if (!(data instanceof Tensor)) {
      throw new ArgumentError(`Buffer: expected a tensor, but got ${kindOf(data)}; make it one with torch.tensor(…)`);
    }
    const { storage, strides, offset } = data;
    super(data.value, { storage, strides, offset });
    storage.retain();
    protect(storage);
    this.persistent = parseArgs<BufferOptions>('Buffer', [], { persistent: true }, args).persistent;
  }
}

/** A parameter without a shape yet; a lazy module gives it one at its first input. */
export class UninitializedParameter extends Parameter {
  constructor(...args: Arguments<ParameterOptions, ['requiresGrad']>) {
    super(Tensor.of(full([0], 0, 'float32')), ...args);
    withoutShape(this);
  }

  override toString(): string {
    return '<UninitializedParameter>';
  }

  /** Gives the parameter its shape; from now on it is a Parameter, filled with zeros. */
  materialize(shape: Shape): void {
    giveShape(this, shape);
    const { requiresGrad } = this;
    this.requiresGrad_(!requiresGrad).requiresGrad_(requiresGrad);
    Object.setPrototypeOf(this, Parameter.prototype);
  }
}

/** A buffer without a shape yet; a lazy module gives it one at its first input. */
export class UninitializedBuffer extends Tensor {
  constructor() {
    const { value, storage, strides, offset } = Tensor.of(full([0], 0, 'float32'));
    super(value, { storage, strides, offset });
    storage.retain();
    withoutShape(this);
  }

  override toString(): string {
    return '<UninitializedBuffer>';
  }

  /** Gives the buffer its shape; from now on it is a Tensor, filled with zeros. */
  materialize(shape: Shape): void {
    giveShape(this, shape);
    Object.setPrototypeOf(this, Tensor.prototype);
  }
}

/** What has no shape yet. */
export type Uninitialized = UninitializedParameter | UninitializedBuffer;

/** True for parameters and buffers that wait for their shape. */
export const isUninitialized = (x: unknown): x is Uninitialized =>
  x instanceof UninitializedParameter || x instanceof UninitializedBuffer;

function withoutShape(x: Tensor): void {
  Object.defineProperty(x, 'shape', { get: refuseShape, configurable: true, enumerable: true });
}

function giveShape(x: Tensor, shape: Shape): void {
  expectSize('materialize', shape);
  beforeChange(x, () => keepProperties(x));
  Object.defineProperty(x, 'shape', { ...settings, value: shape });
  giveContents(x, full(shape, 0, x.dtype));
}

const settings = { writable: true, configurable: true, enumerable: true };

/** Puts a tensor into memory of its own, with these contents. */
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

/** Turns a parameter or buffer of floats, and its gradient, into floats of another dtype; it stays the same object, in memory of its own. */
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
  // What was read before is forgotten with it.
  x.requiresGrad_(!requiresGrad).requiresGrad_(requiresGrad);
  if (grad) x.grad = grad.detach().to(dtype);
}

function refuseShape(): never {
  throw new ArgumentError(
    'shape: an uninitialized parameter has no shape yet; call the module that owns it once to initialize its parameters',
  );
}
