// Owns lists of hooks and the handles that take a hook away again.
import { callback } from '../../../engine/core/argument-kinds';
import { type Arguments, type Defaults, parseArgs } from '../../../engine/core/options';

/** What registering a hook returns. */
export interface RemovableHandle {
  /** Takes the hook away; a second call does nothing. */
  remove(): void;
}

/** Where a hook stands among the others. */
export interface HookOptions {
  /** Call it before those that are there already, default false. */
  prepend?: boolean;
}

export interface ForwardHookOptions extends HookOptions {
  /** Call it also where `forward` or another hook throws, with null for a result that there is not; default false. */
  alwaysCall?: boolean;
}

/** A hook by name, with its options. */
export interface Hooking<H> extends HookOptions {
  hook: H;
}

/** A hook alone, by place or by name. */
export type HookArguments<H> = Arguments<{ hook: H }, ['hook']>;

interface Entry<H> {
  readonly hook: H;
  readonly always: boolean;
}

/** Hooks in the order in which they are called. */
export class HookList<H> {
  #entries: readonly Entry<H>[];

  /** @param of a list whose hooks it begins with */
  constructor(of?: HookList<H>) {
    this.#entries = of ? of.#entries : [];
  }

  /** Adds the arguments of `name`: a hook, and options as in `defaults`. */
  add(name: string, args: readonly unknown[], defaults: ForwardHookOptions = { prepend: false }): RemovableHandle {
    const kinds = { hook: callback };
    const told = args.at(-1) === undefined ? args.slice(0, -1) : args;
    const given = parseArgs<Hooking<unknown>>(name, ['hook'], defaults as Defaults<HookOptions>, told, kinds);
    const { hook, prepend, alwaysCall = false } = given as Required<Hooking<H>> & ForwardHookOptions;
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

  /** The hooks as they are now. */
  entries(): readonly Entry<H>[] {
    return this.#entries;
  }

  *[Symbol.iterator](): Iterator<H> {
    for (const { hook } of this.#entries) yield hook;
  }
}
