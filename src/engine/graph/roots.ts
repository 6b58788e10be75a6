// Roots: the storages whose values must exist after the next flush, kept in a stack of scopes.
import type { Value } from './value';

/** A place that holds a current value; implemented by tensor storages. */
export interface GraphRoot {
  readonly value: Value;
  readonly disposed: boolean;
  /** The scope that the root belongs to. */
  readonly scope: Scope;
  /** Set while the contents are part of another root's contents. A flush then needs only that other root. */
  readonly slice: object | null;
  /**
   * The root is a parameter or a buffer. The writes of one step to all parameters and buffers take effect together, or
   * not at all.
   */
  readonly isState: boolean;
  /** The value that was current at the last flush. The new value may take over its memory. */
  flushed: Value | null;
  /** The last value that a run has actually computed. */
  computed: Value | null;
  /** Called if a flush could not run. Makes the `computed` value current again. */
  rollBack(): void;
  /** Called when a flush finds the root in the top-level scope: the user's program holds it. */
  stands(): void;
  /**
   * Called when the root's value is stored. The root then gives up the graph that made the value. Only a tensor that
   * shows its graph to the user (`gradFn`) keeps the graph.
   */
  letGo(): void;
}

/** The roots made since the scope opened (or since the last flush). */
export class Scope {
  readonly roots: GraphRoot[] = [];
  closed = false;
  private lost = false;

  /** `depth`: the number of scopes around this one. */
  constructor(readonly depth = 0) {}

  /**
   * Whether a root made in this scope, or in a scope inside it, was left behind: it was not returned to the outside.
   */
  get leaves(): boolean {
    if (this.lost) return true;
    const { roots } = this;
    for (let i = 0; i < roots.length; i++) if (roots[i]!.scope === this) return true;
    return false;
  }

  /**
   * Notes that roots were left behind that are no longer in the list, because an inner scope left them or a flush has
   * emptied the list.
   */
  noteLeaves(): void {
    this.lost = true;
  }
}

/** The outermost scope, for user code that is in no other scope. It never closes. */
export const topScope = new Scope();
const open: Scope[] = [topScope];

export const currentScope = (): Scope => open[open.length - 1]!;

export const atTopLevel = (): boolean => open.length === 1;

/** Adds a root to its scope, or to the top level if that scope has closed. */
export const trackRoot = (root: GraphRoot, scope: Scope): void => {
  (scope.closed ? topScope : scope).roots.push(root);
};

/**
 * Removes the latest entry of a root from the top level, so that the root can live in a scope instead. Returns whether
 * there was an entry. A root that was added more than once stays at the top level.
 */
export function takeFromTop(root: GraphRoot): boolean {
  const { roots } = topScope;
  const at = roots.lastIndexOf(root);
  if (at < 0) return false;
  roots.splice(at, 1);
  return true;
}

export function openScope(): Scope {
  const scope = new Scope(open.length);
  open.push(scope);
  return scope;
}

/**
 * Closes the innermost scope. From now on its roots are inner: no flush stores them unless they are tracked again.
 * Returns the scope outside it.
 */
export function closeScope(): Scope {
  const scope = open.pop()!;
  scope.closed = true;
  return currentScope();
}

/** Whether the next flush will find a root with this value that is not a slice of another root. */
export const isRootValue = (value: Value): boolean =>
  open.some(({ roots }) => roots.some((root) => root.value === value && !root.disposed && !root.slice));

/** The roots of all open scopes, each listed once, except roots that are disposed of or are slices of other roots. */
export function pendingRoots(): ReadonlySet<GraphRoot> {
  const roots = new Set<GraphRoot>();
  for (const scope of open) {
    const { length } = scope.roots;
    for (let i = 0; i < length; i++) {
      const root = scope.roots[i]!;
      if (!root.disposed && !root.slice) roots.add(root);
    }
  }
  return roots;
}

/** Removes the pending roots from the scopes and returns them, except roots whose values held-back work makes. */
export function takeRoots(heldBack: { makes(value: Value): boolean } | null = null): ReadonlySet<GraphRoot> {
  const roots = new Set<GraphRoot>();
  const pending = pendingRoots();
  for (const root of pending) if (!heldBack?.makes(root.value)) roots.add(root);
  for (const scope of open) {
    const { length } = scope.roots;
    if (length > 0) scope.noteLeaves();
    const left = roots.size === pending.size ? [] : scope.roots.filter((root) => pending.has(root) && !roots.has(root));
    scope.roots.length = 0;
    scope.roots.push(...new Set(left));
  }
  return roots;
}
