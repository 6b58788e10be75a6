// Owns `nn.Module` as programs extend it: unlike the class behind it, without a `forward` that they have to write.
import { Module as Base } from './module';

type Module = Base;

interface Forward {
  // biome-ignore lint/suspicious/noExplicitAny: the only type that covers every subclass's parameter list.
  forward(...args: any[]): unknown;
}

/**
 * The intersection has two declarations of `forward`: one is abstract, so that `noImplicitOverride` takes a `forward` with and without `override`; one
 * is not, so that classes without a `forward` compile, such as those that only hold others. A call of these says that there is none.
 */
interface ModuleClass {
  readonly prototype: Module;
  new (): Module & Forward;
  blank(module: Module): Module;
}

/**
 * Base class of all neural network modules. A subclass defines `forward`, and is called like a function: `model(x)`. One that only holds
 * others may do without, as may `new nn.Module()`, to which `addModule` adds them.
 *
 * Own properties are the registry, in the order in which they were assigned: a `Parameter` is a parameter, a `Module` a submodule, a tensor
 * given to `registerBuffer` a buffer. Anything else is a plain attribute.
 *
 *     class Net extends nn.Module {
 *       fc = new nn.Linear(4, 2);
 *       forward(x: Tensor) { return F.relu(this.fc(x)); }
 *     }
 */
const Module: ModuleClass = Base as unknown as ModuleClass;

export { Module };
