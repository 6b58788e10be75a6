// A leaf of the graph: the gradient that it collects, and the hooks that listen to it.

import { warnOnce } from '../../engine/core/warnings';
import { Ask } from '../../engine/graph/ask';
import type { Hooked } from '../../engine/graph/grad-hooks';
import { beforeChange } from '../../engine/graph/journal';
import { withMode } from '../../engine/graph/mode';
import type { GradHook, GradSink, Value } from '../../engine/graph/value';
import { full } from '../../engine/ops/shape/cast';
import type { TensorBase } from './base';
import type { Tensor } from './tensor';

/** A leaf of the graph: the sink of its gradient. */
export class Leaf implements GradSink {
  private gradient: Tensor | null = null;
  /** What is asked for whenever a gradient has been added. */
  hooks: (() => Ask<unknown>)[] = [];
  gradHooks: readonly GradHook[] | null = null;

  constructor(
    readonly owner: TensorBase,
    private readonly make: (value: Value) => Tensor,
  ) {}

  /** The gradient. If it was lost with its device, it counts as none, as after `zeroGrad()`. */
  get grad(): Tensor | null {
    return this.gradient?.storage.isLost ? null : this.gradient;
  }

  accumulate(gradient: Value): undefined | Ask<undefined> {
    if (this.grad) withMode({ grad: false }, () => this.grad!.accumulate(gradient));
    else this.set(this.make(gradient));
    const left = this.hooks.slice();
    const next = (): undefined | Ask<undefined> => {
      const ask = left.shift()?.();
      return ask && new Ask(ask.code, ask.args, next);
    };
    return next();
  }

  /** Sets the gradient. When a rehearsal ends, the earlier gradient comes back. */
  put(grad: Tensor | null): void {
    beforeChange(this, () => {
      const { gradient: before } = this;
      return () => {
        this.gradient = before;
      };
    });
    this.gradient = grad;
    // A lost gradient counts as none, so no snapshot needs a copy of it.
    if (grad) grad.storage.uncopied = true;
  }

  set(grad: Tensor): void {
    this.put(grad);
    // The scope around a backward may close before the gradient is used.
    grad.storage.outlive(this.owner.storage);
  }

  /**
   * Lets the gradient go. If user code has never asked for it, nobody else can hold it, so its memory need not wait for
   * the garbage collector.
   */
  forget(): void {
    const { grad } = this;
    if (!grad) return;
    this.put(null);
    if (!grad.storage.exposed && !grad.storage.slice && !grad.requiresGrad) grad.storage.dispose();
  }

  /** Fills the gradient with zeros; a graph that it carries is dropped. */
  zero(): void {
    const { grad } = this;
    if (grad?.requiresGrad) this.set(this.make(full(grad.shape, 0, grad.dtype)));
    else if (grad) withMode({ grad: false }, () => grad.zero_());
  }
}

/** Warns that a tensor with gradient function `gradFn` keeps no gradient, because an operation made it. */
export function warnOfNoLeaf(gradFn: string): void {
  const made = gradFn.replace(/Backward\d*$/, '');
  warnOnce(
    `grad: this tensor was made by ${made[0]!.toLowerCase()}${made.slice(1)}, so it keeps no gradient; call x.retainGrad() before backward`,
  );
}

/** Has `hook` see the gradient of a value or a leaf; returns what takes the hook away. */
export function addGradHook(owner: Hooked, hook: GradHook): () => void {
  owner.gradHooks = [...(owner.gradHooks ?? []), hook];
  return () => {
    owner.gradHooks = owner.gradHooks?.filter((other) => other !== hook) ?? null;
  };
}
