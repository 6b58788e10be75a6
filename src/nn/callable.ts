// Owns how an object of a class becomes a function: a module is called as PyTorch's are, and what a call says that went wrong.
import { ArgumentError } from '../errors';
import { Printable } from '../printable';
import { expectNoMore } from '../tensor/arity';
import { isTensor } from '../tensor/callable';
import { kindOf } from '../tensor/options';

/** A base class whose objects are functions. Fields and methods of subclasses live on the function itself. */
export class Callable extends Printable {
  constructor(call: (self: object, args: unknown[]) => unknown) {
    super();
    const self: object = (...args: unknown[]) => call(self, args);
    // A function's own `name` and `length` are read-only; without them subclasses may have such fields.
    Reflect.deleteProperty(self, 'name');
    Reflect.deleteProperty(self, 'length');
    // biome-ignore lint/correctness/noConstructorReturn: what `new` yields must be the function.
    return Object.setPrototypeOf(self, new.target.prototype);
  }
}

/** The error for a module without a forward, or for an argument that is missing or that no tensor could be; null for others. */
export function misuse(
  module: { readonly forward: (...args: never[]) => unknown },
  args: readonly unknown[],
  cause: Error,
): ArgumentError | null {
  const name = module.constructor.name || 'nn.Module';
  if (typeof module.forward !== 'function') {
    const remedy = name === 'nn.Module' ? '; write a subclass that has one' : '';
    return new ArgumentError(`${name}: expected a method forward, but it has none${remedy}`, { cause });
  }
  const required = module.forward.length;
  const isWrong = (arg: unknown, i: number): boolean =>
    (arg === undefined && /undefined|missing \d+ required/.test(cause.message)) ||
    arg instanceof Promise ||
    (arg === null && /null/.test(cause.message)) ||
    (i === 0 && isNumbers(arg));
  const at = Array.from({ length: required }, (_, i) => args[i]).findIndex(isWrong);
  if (at < 0) return null;
  return noTensor(name, at, args[at], cause);
}

function noTensor(layer: string, at: number, value: unknown, cause?: Error): ArgumentError {
  const which = at === 0 ? 'its argument' : `argument ${at + 1}`;
  return new ArgumentError(`${layer}.forward: expected ${which} to be a tensor, but got ${kindOf(value)}`, { cause });
}

/**
 * Checks what a layer is called with, where no function does that looks at its arguments first.
 *
 * @throws ArgumentError for what is no tensor
 */
export function expectTensors(layer: string, ...given: readonly unknown[]): void {
  const at = given.findIndex((value) => !isTensor(value));
  if (at >= 0) throw noTensor(layer, at, given[at]);
}

/**
 * Refuses arguments that `forward` would not look at, but for those that a list gives who calls a module for each of its elements: `xs.map(layer)`.
 *
 * @throws ArgumentError for one too many
 */
export function expectLooked(
  module: { readonly forward: (...args: never[]) => unknown },
  args: readonly unknown[],
): void {
  const [first, place, list] = args;
  if (Array.isArray(list) && args.length === 3 && list[place as number] === first) return;
  expectNoMore(`${module.constructor.name}.forward`, module.forward, args);
}

const isNumbers = (arg: unknown): boolean =>
  ArrayBuffer.isView(arg) || (Array.isArray(arg) && typeof arg.flat(Number.POSITIVE_INFINITY)[0] === 'number');
