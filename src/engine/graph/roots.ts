// Roots: the storages whose values must exist after the next flush, kept in a stack of scopes.
import type { Value } from './value';

/** A place that holds a current value; implemented by tensor storages. */
export interface Root {
  readonly value: Value;
  readonly disposed: boolean;
  /** The scope that it lives in. */
  readonly scope: Scope;
  /** Set while the contents are part of another root, which then stands for both. */
  readonly slice: object | null;
  /** It is a parameter or a buffer: what a step writes to those comes to be whole, or not at all. */
  readonly isState: boolean;
  /** The value that was current at the last flush, whose memory the new one may take over. */
  settled: Value | null;
  /** The last value that has really been computed. */
  computed: Value | null;
  /** The flush could not run: makes the computed value current again. */
  rollBack(): void;
  /** A flush has found it at the top level, where the program itself holds it. */
  stands(): void;
  /** Its value is stored: leaves the graph to the tensor that shows it, where others share the numbers alone. */
  letGo(): void;
}

/** The values made since the scope opened (or since the last flush). */
export class Scope {
  readonly roots: Root[] = [];
  closed = false;
  private lost = false;

  /** How many scopes were open outside of it. */
  constructor(readonly depth = 0) {}

  /** Whether something that was made here, or in a scope within, has not passed outward. */
  get leaves(): boolean {
    if (this.lost) return true;
    const { roots } = this;
    for (let i = 0; i < roots.length; i++) if (roots[i]!.scope === this) return true;
    return false;
  }

  /** A scope within has closed, and left something behind. */
  noteLeaves(): void {
    this.lost = true;
  }
}

/** The scope of user code outside of any other; it never closes. */
export const topScope = new Scope();
const open: Scope[] = [topScope];

export const currentScope = (): Scope => open[open.length - 1]!;

export const atTopLevel = (): boolean => open.length === 1;

/** The scope a root belongs to now: its own while that is open, else the top level. */
export const trackRoot = (root: Root, scope: Scope): void => {
  (scope.closed ? topScope : scope).roots.push(root);
};

/** Has a root of the top level, as it was tracked last, live in a scope instead; one that was tracked more than once stays. */
export function takeFromTop(root: Root): boolean {
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

/** Closes the innermost scope; its roots are inner from now on unless they are tracked again. Returns the scope outside it. */
export function closeScope(): Scope {
  const scope = open.pop()!;
  scope.closed = true;
  return currentScope();
}

/** Whether the next flush finds a root that holds this value and stands for itself. */
export const isRootValue = (value: Value): boolean =>
  open.some(({ roots }) => roots.some((root) => root.value === value && !root.disposed && !root.slice));

/** All roots of all open scopes that are there and stand for themselves, each once. */
export function pendingRoots(): ReadonlySet<Root> {
  const roots = new Set<Root>();
  for (const scope of open) {
    const { length } = scope.roots;
    for (let i = 0; i < length; i++) {
      const root = scope.roots[i]!;
      if (!root.disposed && !root.slice) roots.add(root);
    }
  }
  return roots;
}

const never = () => false;

/** Takes these roots out of the lists, but for those that stay. */
export function takeRoots(stays: (root: Root) => boolean = never): ReadonlySet<Root> {
  const roots = new Set<Root>();
  const pending = pendingRoots();
  for (const root of pending) if (!stays(root)) roots.add(root);
  for (const scope of open) {
    const { length } = scope.roots;
    if (length > 0) scope.noteLeaves();
    const left = roots.size === pending.size ? [] : scope.roots.filter((root) => pending.has(root) && !roots.has(root));
    scope.roots.length = 0;
    scope.roots.push(...new Set(left));
  }
  return roots;
}
