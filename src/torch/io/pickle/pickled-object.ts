// The class that represents a Python object if only the name of the object's class is known.

import type { StateDict } from '../../nn/module/state-dict';
import { Tensor } from '../../tensor/tensor';

type Entries = Readonly<Record<string, unknown>>;

const isEntries = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);

/**
 * A Python object, class or function from a `torch.save` file, whose class does not exist here. It keeps the file's
 * description of the object; none of the object's code is ever run.
 *
 *     const { hparams } = await torch.load<{ hparams: PickledObject }>('run.ckpt');
 *     hparams.module;                      // 'mypackage.config'
 *     hparams.state;                       // { width: 64, depth: 3 }
 *     model.loadStateDict((await torch.load<PickledObject>('whole-model.pt', { weightsOnly: false })).stateDict());
 */
export class PickledObject {
  /** The argument of `__setstate__` in Python, usually the attributes by name; null if the file has none. */
  state: unknown = null;
  /** The items appended to the object, if its class is a list or a set. */
  list: readonly unknown[] | null = null;
  /** The object's entries, if its class is a dictionary: an object, or a Map if not all keys are texts. */
  entries: unknown = null;
  /** The arguments of the constructor or function call; null for a class or function that is not called. */
  args: readonly unknown[] | null = null;
  /** The keyword arguments. */
  kwargs: unknown = null;

  constructor(
    /** The module of the class or function: `argparse`. */
    readonly module: string,
    /** The name of the class or function within the module: `Namespace`. */
    readonly name: string,
  ) {}

  /** `<argparse.Namespace object>`, `<class or function torch.nn.modules.linear.Linear>`. */
  toString(): string {
    const full = `${this.module}.${this.name}`;
    return this.args === null ? `<class or function ${full}>` : `<${full} object>`;
  }

  /**
   * The parameters and buffers of a whole module that was saved by `torch.save(model)` in Python, by their names in its
   * state dict, except those that are not tensors here; an empty object if this is not a module.
   */
  stateDict(): StateDict {
    const found: [string, Tensor][] = [];
    const open = new Set<unknown>();
    const visit = (module: PickledObject, prefix: string): void => {
      const { state } = module;
      if (!isEntries(state) || open.has(module)) return;
      open.add(module);
      const left = state._non_persistent_buffers_set;
      for (const group of [state._parameters, state._buffers]) {
        for (const [name, value] of isEntries(group) ? Object.entries(group) : []) {
          const isLeft = group === state._buffers && left instanceof Set && left.has(name);
          if (value instanceof Tensor && !isLeft) found.push([prefix + name, value]);
        }
      }
      for (const [name, child] of isEntries(state._modules) ? Object.entries(state._modules) : []) {
        if (child instanceof PickledObject) visit(child, `${prefix}${name}.`);
      }
      open.delete(module);
    };
    visit(this, '');
    return Object.fromEntries(found);
  }
}
