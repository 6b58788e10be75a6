// One call of a module, from outside its `forward`: its scope, its place for tracers, who watches it, and whether values
// are saved for backward.
import { calls } from '../../../engine/core/calls';
import { withMode } from '../../../engine/graph/mode';
import { atPlace, isTracing } from '../../../engine/graph/places';
import { moduleScope } from '../../tensor/scope';
import type { Module } from './module';

/** How many module calls are nested right now; the outermost decides whether values are saved for backward. */
let callDepth = 0;

/** While tracing: the modules that are being called, outermost first, with their paths. */
const callers: { readonly module: Module; readonly path: string }[] = [];

/** Runs `forward`, which is a module's own with its hooks, as one call of that module with `args`. */
export function runCall(
  module: Module,
  forward: (this: Module, args: readonly unknown[]) => unknown,
  args: readonly unknown[],
): unknown {
  callDepth++;
  try {
    const forgets = callDepth === 1 && !module.training;
    const { watcher } = calls;
    if (!watcher && !forgets && !isTracing()) return moduleScope(module, forward, args);
    const scoped = () => moduleScope(module, forward, args);
    const watched = watcher ? () => watcher.module(module, scoped) : scoped;
    const run = isTracing() ? () => traced(module, watched) : watched;
    return forgets ? withMode({ keepSaved: false }, run) : run();
  } finally {
    callDepth--;
  }
}

/** Attributes the operations of `run` to the path of `module` below the module that calls it. */
function traced(module: Module, run: () => unknown): unknown {
  const caller = callers.at(-1);
  const name = caller?.module.namedModules().find(([, other]) => other === module)?.[0];
  const path = name === undefined ? '' : joinPath(caller!.path, name);
  callers.push({ module, path });
  try {
    return atPlace(path || className(module), run);
  } finally {
    callers.pop();
  }
}

/** The name under which a module is printed. */
export const className = (module: Module): string => module.constructor.name || 'Module';

/** The path of a member, by the path of its module and its own name. */
export const joinPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
