// What stands in JavaScript for a Python object whose class is known by its name alone.

import type { StateDict } from '../../nn/module/state-dict';
import { Tensor } from '../../tensor/tensor';

type Entries = Readonly<Record<string, unknown>>;

const isEntries = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);

/**
 * A Python object, class or function out of a file of `torch.save`, of a class that there is none of here. It keeps what the file says of it, and
 * nothing of it is ever run.
 *
 *     const { hparams } = await torch.load<{ hparams: PickledObject }>('run.ckpt');
 *     hparams.module;                      // 'mypackage.config'
 *     hparams.state;                       // { width: 64, depth: 3 }
 *     model.loadStateDict((await torch.load<PickledObject>('whole-model.pt', { weightsOnly: false })).stateDict());
 */
export class PickledObject {
  /** What is given to `__setstate__` in Python, mostly the attributes by their names; null where the file gives none. */
  state: unknown = null;
  /** What is appended to it, where its class is a list or a set. */
  list: readonly unknown[] | null = null;
  /** Its entries, where its class is a dictionary: an object, or a Map where not all keys are texts. */
  entries: unknown = null;
  /** What its constructor, or the function, is given; null for a class or function by itself. */
  args: readonly unknown[] | null = null;
  /** What is given to it by name. */
  kwargs: unknown = null;

  constructor(
    /** Of its class: `argparse`. */
    readonly module: string,
    /** Of its class, or the function, within the module: `Namespace`. */
    readonly name: string,
  ) {}

  /** `<argparse.Namespace object>`, `<class or function torch.nn.modules.linear.Linear>`. */
  toString(): string {
    const full = `${this.module}.${this.name}`;
    return this.args === null ? `<class or function ${full}>` : `<${full} object>`;
  }

  /**
   * The parameters and buffers of a whole module that was saved, `torch.save(model)` in Python, by the names of its state dictionary, those that are
   * tensors here; an empty object where this is no module.
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
