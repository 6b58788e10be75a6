// torch.compile, which has nothing to do, since every program is compiled anyway.

import { callback, either, flag, type Kind, orNull, text, whole } from '../../engine/core/argument-kinds';
import { ArgumentError } from '../../engine/core/errors';
import { isPlainObject, kindOf, parseArgs } from '../../engine/core/options';

/** PyTorch's options, which configure its compilers. They are checked, but change nothing here. */
export interface CompileOptions {
  /** Accepted because PyTorch has it, without effect. */
  fullgraph?: boolean;
  /** Accepted because PyTorch has it, without effect: plans are made by shape. */
  dynamic?: boolean | null;
  /** Accepted because PyTorch has it, without effect. */
  backend?: unknown;
  mode?: string | null;
  options?: unknown;
  name?: string | null;
  /** Whether the function is given back as it is. */
  disable?: boolean;
  /** Accepted because PyTorch has it, without effect. */
  recompileLimit?: number | null;
  /** Accepted because PyTorch has it, without effect. */
  isolateRecompiles?: boolean;
  /** Accepted because PyTorch has it, without effect: plans are made by shape. */
  dynamicShapes?: unknown;
}

const named: Kind = { words: 'an object', fits: isPlainObject };

type Compilable = (...inputs: never[]) => unknown;

/**
 * Returns the model or function as it is: the same object, not a wrapper. There is nothing to switch on: everything
 * that a program records is compiled as a whole when it first runs, and later runs reuse the plan. In `eval()` without
 * gradients, batch norm is also folded into the layer before it. To compile before the first run, use `torch.warmup`.
 *
 *     const model = torch.compile(vision.models.resnet18());
 *
 * @throws ArgumentError if the model cannot be called, or an option is unknown
 */
export function compile<M extends Compilable>(model: M, options?: CompileOptions): M;
export function compile(...args: unknown[]): unknown {
  const { model } = parseArgs<{ model: unknown } & CompileOptions>(
    'compile',
    ['model'],
    {
      fullgraph: false,
      dynamic: null,
      backend: 'inductor',
      mode: null,
      options: null,
      name: null,
      disable: false,
      recompileLimit: null,
      isolateRecompiles: false,
      dynamicShapes: null,
    },
    args,
    {
      dynamic: orNull(flag),
      backend: either(text, callback),
      options: orNull(named),
      dynamicShapes: orNull({
        words: 'an object or a list',
        fits: (value) => named.fits(value) || Array.isArray(value),
      }),
      mode: orNull(text),
      name: orNull(text),
      recompileLimit: orNull(whole(1)),
    },
  );
  if (typeof model !== 'function') {
    throw new ArgumentError(`compile: expected a module or a function, but got ${kindOf(model)}`);
  }
  return model;
}
