// Owns parameters: the tensors of a module that an optimizer changes, and those whose shape is not known yet.
import { contiguousStrides, type Shape } from '../compiler/meta';
import { ArgumentError } from '../errors';
import { beforeChange, keepProperties } from '../graph/journal';
import { detach, full } from '../ops/cast';
import { type Arguments, isPlainObject } from '../tensor/options';
import { protect } from '../tensor/snapshot';
import { Storage } from '../tensor/storage';
import { Tensor } from '../tensor/tensor';

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
    const [option] = args;
    const requiresGrad = (isPlainObject(option) ? (option as ParameterOptions).requiresGrad : option) ?? true;
    const { storage, strides, offset } = data;
    super(detach(data.value), { storage, strides, offset });
    storage.retain();
    protect(storage);
    this.requiresGrad_(requiresGrad);
  }

  override async text(): Promise<string> {
    return `Parameter containing:\n${await super.text()}`;
  }

  /** Forgets the gradient; with `setToNone: false` fills it with zeros. */
  zeroGrad({ setToNone = true }: { setToNone?: boolean } = {}): void {
    if (setToNone) this.grad = null;
    else this.leaf?.zero();
  }
}

/** A parameter without a shape yet; a lazy module gives it one at its first input. */
export class UninitializedParameter extends Parameter {
  constructor(...args: Arguments<ParameterOptions, ['requiresGrad']>) {
    super(Tensor.of(full([0], 0, 'float32')), ...args);
    Object.defineProperty(this, 'shape', { get: refuseShape, configurable: true, enumerable: true });
  }

  /** Gives the parameter its shape; from now on it is a Parameter, filled with zeros. */
  materialize(shape: Shape): void {
    beforeChange(this, () => keepProperties(this));
    const settings = { writable: true, configurable: true, enumerable: true };
    const storage = new Storage(full(shape, 0, 'float32'));
    storage.retain();
    protect(storage);
    Object.defineProperties(this, {
      shape: { ...settings, value: shape },
      strides: { ...settings, value: contiguousStrides(shape) },
      storage: { ...settings, value: storage },
    });
    const { requiresGrad } = this;
    this.requiresGrad_(!requiresGrad).requiresGrad_(requiresGrad);
    Object.setPrototypeOf(this, Parameter.prototype);
  }
}

function refuseShape(): never {
  throw new ArgumentError(
    'shape: an uninitialized parameter has no shape yet; call the module that owns it once to initialize its parameters',
  );
}
