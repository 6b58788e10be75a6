// Owns the values that may be assigned in the place of a module's parameters, buffers and submodules: PyTorch's rules.
import { ArgumentError } from '../../../engine/core/errors';
import { kindOf } from '../../../engine/core/options';
import { protect } from '../../../engine/storage/protect';
import { Tensor } from '../../tensor/tensor';
import { Buffer, Parameter } from './parameter';

export type MemberKind = 'parameter' | 'buffer' | 'submodule';

const expected: Readonly<Record<MemberKind, string>> = {
  parameter: 'an nn.Parameter or null',
  buffer: 'a Tensor or null',
  submodule: 'an nn.Module or null',
};

const remedies: Readonly<Record<MemberKind, string>> = {
  parameter: 'write into it with copy_ in torch.noGrad, or assign new nn.Parameter(tensor)',
  buffer: 'delete it first to have another attribute of that name',
  submodule: 'delete it first to have another attribute of that name',
};

/** The getters of guarded members. */
const getters = new WeakSet<() => unknown>();

/** The kind of member that a value makes by itself; null for those that are plain attributes. */
export function memberKind(value: unknown, isModule: (value: unknown) => boolean): MemberKind | null {
  if (value instanceof Parameter) return 'parameter';
  if (value instanceof Buffer) return 'buffer';
  return isModule(value) ? 'submodule' : null;
}

/**
 * Makes `name` an attribute that holds `value`, and that only what PyTorch lets stand in the place of such a member can be assigned to:
 * parameters and modules always, tensors to buffers, and null.
 */
export function guardMember(
  owner: object,
  name: string,
  kind: MemberKind,
  value: unknown,
  isModule: (value: unknown) => boolean,
): void {
  if (kind === 'buffer' && value instanceof Tensor) protect(value.storage);
  // The value never changes, but the attribute does: a kept descriptor keeps its old value.
  const get = () => value;
  getters.add(get);
  Object.defineProperty(owner, name, {
    get,
    set(this: object, next: unknown) {
      const own = memberKind(next, isModule);
      const fits = next === null || next === undefined || own !== null || (kind === 'buffer' && next instanceof Tensor);
      if (!fits) {
        throw new ArgumentError(
          `${this.constructor.name}: expected ${expected[kind]} for ${kind} '${name}', but got ${next instanceof Tensor ? 'a tensor' : kindOf(next)}; ${remedies[kind]}`,
        );
      }
      guardMember(this, name, own ?? kind, next, isModule);
    },
    enumerable: true,
    configurable: true,
  });
}

/** Whether a property is a guarded member: its value must be read rather than its descriptor copied. */
export const isGuarded = (descriptor: PropertyDescriptor): boolean =>
  descriptor.get !== undefined && getters.has(descriptor.get);
