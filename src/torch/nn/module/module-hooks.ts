// The hooks of one module: the functions called around its forward and its backward, and their replacements of
// arguments and results.
import { inTurn, withBackward } from './backward-hooks';
import { gradientsOf, ignoring, replaces, retainAll } from './hook-results';
import type {
  ForwardHook,
  FullBackwardHook,
  FullBackwardPreHook,
  LoadStateDictPostHook,
  LoadStateDictPreHook,
  PreHook,
  StateDictPostHook,
  StateDictPreHook,
} from './hook-types';
import { HookList } from './hooks';
import type { Module } from './module';

/** Computes a module's result from its arguments. */
type Run = (args: readonly unknown[]) => unknown;

export class ModuleHooks {
  readonly before: HookList<PreHook<Module>>;
  readonly after: HookList<ForwardHook<Module>>;
  readonly beforeBackward: HookList<FullBackwardPreHook<Module>>;
  readonly backward: HookList<FullBackwardHook<Module>>;
  readonly beforeState: HookList<StateDictPreHook<Module>>;
  readonly afterState: HookList<StateDictPostHook<Module>>;
  readonly beforeLoad: HookList<LoadStateDictPreHook<Module>>;
  readonly afterLoad: HookList<LoadStateDictPostHook<Module>>;

  /** @param of hooks to start with */
  constructor(of: ModuleHooks | null = null) {
    this.before = new HookList(of?.before);
    this.after = new HookList(of?.after);
    this.beforeBackward = new HookList(of?.beforeBackward);
    this.backward = new HookList(of?.backward);
    this.beforeState = new HookList(of?.beforeState);
    this.afterState = new HookList(of?.afterState);
    this.beforeLoad = new HookList(of?.beforeLoad);
    this.afterLoad = new HookList(of?.afterLoad);
  }

  /** New lists with the same hooks. */
  copy(): ModuleHooks {
    return new ModuleHooks(this);
  }

  /** Whether there is a hook around forward or backward. */
  get any(): boolean {
    return this.before.size > 0 || this.after.size > 0 || this.#watchesBackward;
  }

  get #watchesBackward(): boolean {
    return this.backward.size > 0 || this.beforeBackward.size > 0;
  }

  /** Runs the module with the hooks around it. */
  around(module: Module, given: readonly unknown[], run: Run): unknown {
    let args: unknown[] = [...given];
    let result: unknown = null;
    const called = new Set<object>();
    const call = (entry: { readonly hook: ForwardHook<Module> }): void => {
      called.add(entry);
      retainAll([args, result]);
      const replaced = entry.hook(module, args, result);
      if (replaces('forward hook', replaced, result)) result = replaced;
    };
    try {
      for (const hook of this.before) {
        retainAll(args);
        const replaced = hook(module, args);
        if (replaces('forward pre-hook', replaced, args[0])) args = Array.isArray(replaced) ? replaced : [replaced];
      }
      result = this.#watchesBackward ? this.#watched(module, args, run) : run(args);
      this.after.entries().forEach(call);
      return result;
    } catch (error) {
      for (const entry of this.after.entries()) {
        if (entry.always && !called.has(entry)) ignoring(() => call(entry));
      }
      throw error;
    }
  }

  /** Runs the module with the backward hooks around it. */
  #watched(module: Module, args: readonly unknown[], run: Run): unknown {
    return withBackward(args, run, {
      onOutputs: (outputs) => inTurn(this.beforeBackward, (now) => [module, now ?? outputs], gradientsOf),
      onInputs: (inputs, outputs) => inTurn(this.backward, (now) => [module, now ?? inputs, outputs], gradientsOf),
    });
  }
}
