// PyTorch's rules for what may be assigned to a module's parameters, buffers and submodules.
import { text } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { expectKind, kindOf } from '../../../engine/core/options';
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

/** The kind of member that a value becomes when it is assigned; null for a plain attribute. */
export function memberKind(value: unknown, isModule: (value: unknown) => boolean): MemberKind | null {
  if (value instanceof Parameter) return 'parameter';
  if (value instanceof Buffer) return 'buffer';
  return isModule(value) ? 'submodule' : null;
}

/**
 * Makes `name` an accessor that holds `value` and accepts only what PyTorch accepts for such a member: parameters,
 * modules, null and, for a buffer, tensors.
 */
export function guardMember(
  owner: object,
  name: string,
  kind: MemberKind,
  value: unknown,
  isModule: (value: unknown) => boolean,
): void {
  if (kind === 'buffer' && value instanceof Tensor) protect(value.storage);
  // An assignment defines a new getter rather than change `value`, so that a descriptor someone kept still gives the
  // old value.
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

/** Whether a property is a guarded member, whose value must be read rather than its descriptor copied. */
export const isGuarded = (descriptor: PropertyDescriptor): boolean =>
  descriptor.get !== undefined && getters.has(descriptor.get);

/** @throws ArgumentError for a member that does not fit, and for a name that no member can have */
export function checkMember(op: string, name: string, fits: boolean, expected: string, value: unknown): void {
  expectKind(op, 'name', name, text);
  if (!fits) throw new ArgumentError(`${op}: expected ${expected} for '${name}', but got ${kindOf(value)}`);
  if (name === '' || name.includes('.')) {
    throw new ArgumentError(`${op}: expected a name that is not empty and has no dot, but got '${name}'`);
  }
}
