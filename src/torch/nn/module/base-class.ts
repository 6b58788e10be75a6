// Owns `nn.Module` as programs extend it: unlike the internal class, it does not force a subclass to define `forward`.
import { Module as Base } from './module';

type Module = Base;

interface Forward {
  // biome-ignore lint/suspicious/noExplicitAny: the only type that covers every subclass's parameter list.
  forward(...args: any[]): unknown;
}

/**
 * The intersection has two declarations of `forward`. One is abstract, so that `noImplicitOverride` accepts a `forward`
 * with and without `override`. One is not, so that classes without a `forward` compile, such as containers; calling one
 * of these throws.
 */
interface ModuleClass {
  readonly prototype: Module;
  new (): Module & Forward;
  blank(module: Module): Module;
}

/**
 * Base class of all neural network modules. A subclass defines `forward`, and is called like a function: `model(x)`. A
 * container needs no `forward`, nor does `new nn.Module()`, to which `addModule` adds submodules.
 *
 * A module's own properties are its registry, in the order of assignment: a `Parameter` is a parameter, a `Module` a
 * submodule, a tensor given to `registerBuffer` a buffer. Anything else is a plain attribute.
 *
 *     class Net extends nn.Module {
 *       fc = new nn.Linear(4, 2);
 *       forward(x: Tensor) { return F.relu(this.fc(x)); }
 *     }
 */
const Module: ModuleClass = Base as unknown as ModuleClass;

export { Module };
