// Lists of hooks and the handles that remove a hook.
import { callback } from '../../../engine/core/argument-kinds';
import { type Arguments, type Defaults, parseArgs } from '../../../engine/core/options';

/** The handle that registering a hook returns. */
export interface RemovableHandle {
  /** Removes the hook; a second call does nothing. */
  remove(): void;
}

/** A hook's position among the others. */
export interface HookOptions {
  /** Call it before the hooks that are already registered, default false. */
  prepend?: boolean;
}

export interface ForwardHookOptions extends HookOptions {
  /** Call it even if `forward` or another hook throws, with null if there is no result; default false. */
  alwaysCall?: boolean;
}

/** A hook by name, with its options. */
export interface ModuleHooking<H> extends HookOptions {
  hook: H;
}

/** A hook alone, by position or by name. */
export type HookArguments<H> = Arguments<{ hook: H }, ['hook']>;

interface HookEntry<H> {
  readonly hook: H;
  readonly always: boolean;
}

/** Hooks in the order in which they are called. */
export class HookList<H> {
  #entries: readonly HookEntry<H>[];

  /** @param of a list whose hooks this one starts with */
  constructor(of?: HookList<H>) {
    this.#entries = of ? of.#entries : [];
  }

  /** Adds a hook with its options; `args` are the arguments of the method `name`. */
  add(name: string, args: readonly unknown[], defaults: ForwardHookOptions = { prepend: false }): RemovableHandle {
    const kinds = { hook: callback };
    const told = args.at(-1) === undefined ? args.slice(0, -1) : args;
    const given = parseArgs<ModuleHooking<unknown>>(name, ['hook'], defaults as Defaults<HookOptions>, told, kinds);
    const { hook, prepend, alwaysCall = false } = given as Required<ModuleHooking<H>> & ForwardHookOptions;
    const entry = { hook, always: alwaysCall };
    this.#entries = prepend ? [entry, ...this.#entries] : [...this.#entries, entry];
    return {
      remove: () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      },
    };
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The current hooks. Adding or removing hooks does not change the returned list. */
  entries(): readonly HookEntry<H>[] {
    return this.#entries;
  }

  *[Symbol.iterator](): Iterator<H> {
    for (const { hook } of this.#entries) yield hook;
  }
}
