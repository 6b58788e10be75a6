// torch.autograd.forwardAd: directional derivatives along a computation, with tangents beside its tensors.

import { callback } from '../../engine/core/argument-kinds';
import { ArgumentError, AutogradError, ShapeError } from '../../engine/core/errors';
import { sameShape, showShape } from '../../engine/core/meta';
import { type Arguments, parseArgs } from '../../engine/core/options';
import { detach, identity } from '../../engine/ops/shape/cast';
import { tensor } from '../tensor/calling/tensor-kinds';
import { Tensor } from '../tensor/tensor';
import { pushing, recorded } from './jacobian';

interface Dual {
  /** The tensor that stands in the graph. */
  readonly at: Tensor;
  readonly tangent: Tensor;
  /** Whether the primal belonged to a graph itself. */
  readonly nested: boolean;
}

/** The dual tensors of the level that is open; null outside. */
let level: Dual[] | null = null;

/**
 * Runs `fn` and returns its result. Within `fn`, `makeDual` gives a tensor a tangent, and `unpackDual` reads the tangent of a
 * tensor that was computed from such tensors. Levels cannot be nested, as in PyTorch.
 *
 *     const { dualLevel, makeDual, unpackDual } = torch.autograd.forwardAd;
 *     const tangent = dualLevel(() => unpackDual(makeDual(x, v).sin()).tangent);   // cos(x) · v
 */
export function dualLevel<R>(...args: Arguments<{ fn: () => R }, ['fn']>): R {
  const { fn } = parseArgs<{ fn: () => R }>('dualLevel', ['fn'], {}, args, { fn: callback });
  if (level) throw new AutogradError('dualLevel: expected no other level to be open, since levels do not nest');
  level = [];
  try {
    return recorded(fn);
  } finally {
    level = null;
  }
}

interface DualArguments {
  /** The value. */
  tensor: Tensor;
  /** The direction, of the shape of the value. */
  tangent: Tensor;
}

/**
 * A tensor with a tangent. Tensors that are computed from it have tangents, too.
 *
 * @throws AutogradError outside of `dualLevel`
 */
export function makeDual(...args: Arguments<DualArguments, ['tensor', 'tangent']>): Tensor {
  const { tensor: primal, tangent } = parseArgs<DualArguments>('makeDual', ['tensor', 'tangent'], {}, args, {
    tensor,
    tangent: tensor,
  });
  if (!level) throw new AutogradError('makeDual: expected to be called within dualLevel');
  if (!primal.isFloatingPoint() || primal.dtype !== tangent.dtype) {
    throw new ArgumentError(
      `makeDual: expected floating-point tensors of one dtype, but got ${primal.dtype} and ${tangent.dtype}`,
    );
  }
  if (!sameShape(primal.shape, tangent.shape)) {
    throw new ShapeError(
      `makeDual: expected a tangent of the tensor's shape ${showShape(primal.shape)}, but got ${showShape(tangent.shape)}`,
    );
  }
  const nested = primal.requiresGrad || tangent.requiresGrad;
  const at = primal.requiresGrad ? Tensor.of(identity(primal.value)) : Tensor.of(detach(primal.value)).requiresGrad_();
  level.push({ at, tangent, nested });
  return at;
}

/** What a dual tensor consists of. */
export interface UnpackedDual {
  /** The value. */
  readonly primal: Tensor;
  /** Its derivative in the directions of the dual tensors that it was computed from; null if there are none. */
  readonly tangent: Tensor | null;
}

/** The value of a tensor and its tangent. */
export function unpackDual(...args: Arguments<{ tensor: Tensor }, ['tensor']>): UnpackedDual {
  const { tensor: dual } = parseArgs<{ tensor: Tensor }>('unpackDual', ['tensor'], {}, args, { tensor });
  if (!level || level.length === 0 || !dual.requiresGrad) return { primal: dual, tangent: null };
  const nested = level.some((each) => each.nested);
  const own = level.find(({ at }) => at === dual);
  if (own) return { primal: nested ? dual : dual.detach(), tangent: own.tangent };
  const [tangent] = recorded(() =>
    pushing(
      [dual],
      level!.map(({ at }) => at),
      nested,
    )(level!.map((each) => each.tangent)),
  );
  return { primal: nested ? dual : dual.detach(), tangent: tangent! };
}
