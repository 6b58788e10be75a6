// Paths of modules, derived from the names of weights and nodes that PyTorch's and other exporters write.
import type { GraphMessage, NodeMessage } from '../proto/messages';

/** Names that exporters make up for unnamed values. */
const generated = /^(onnx::|val_|_val_|const|_?\d+$|\/)|Constant|scalar_tensor|_output_\d+$/i;

/** Whether an exporter made up the name. */
export const isGenerated = (name: string): boolean => generated.test(name);

/** Part of a path as a valid attribute name. */
const cleaned = (part: string): string => part.replace(/[^A-Za-z0-9_]/g, '_') || '_';

/** The parts of a dotted name. */
export const segmentsOf = (name: string): string[] => name.split('.').filter(Boolean).map(cleaned);

/** `GlobalAveragePool` as `globalAveragePool`, `LRN` as `lrn`. */
const lowered = (opType: string): string =>
  opType === opType.toUpperCase() ? opType.toLowerCase() : opType.charAt(0).toLowerCase() + opType.slice(1);

/** The module path in the name of a weight: `layer1.0.conv1` for `layer1.0.conv1.weight`. Null if the name has none. */
export function ownerOf(name: string, keys: readonly string[]): string[] | null {
  if (isGenerated(name)) return null;
  const parts = segmentsOf(name);
  return parts.length > 1 && keys.includes(parts.at(-1)!) ? parts.slice(0, -1) : null;
}

/** The path of the module that a node belongs to, if its exporter notes it. */
export function scopeOf({ name, scopes }: NodeMessage): string[] | null {
  if (scopes !== undefined) {
    const all = [...scopes.matchAll(/'([^']*)'/g)].map(([, path]) => path!);
    const path = all.at(-2);
    if (path) return segmentsOf(path);
  }
  if (!name.startsWith('/')) return null;
  let path: string[] = [];
  for (const part of name.split('/').slice(1, -1)) path = extended(path, segmentsOf(part));
  return path;
}

/**
 * The path with a part of a name appended. A part that repeats the names of enclosing lists, as in
 * /features/features.0/features.0.2, is joined only once.
 */
function extended(path: readonly string[], part: readonly string[]): string[] {
  for (let shared = Math.min(path.length, part.length - 1); shared > 0; shared--) {
    if (path.slice(-shared).join('.') === part.slice(0, shared).join('.')) return [...path.slice(0, -shared), ...part];
  }
  return [...path, ...part];
}

/** The path for the module of a node without weights. */
export function pathOfNode(node: NodeMessage, isContainer: (path: readonly string[]) => boolean): string[] {
  const scope = scopeOf(node);
  if (scope === null) {
    const plain = isGenerated(node.name) || node.name === '' || node.scopes !== undefined;
    return [plain ? lowered(node.opType) : cleaned(node.name)];
  }
  return scope.length === 0 || isContainer(scope) ? [...scope, lowered(node.opType)] : scope;
}

/**
 * The paths that, by the names in a graph, contain modules or weights. A layer without weights cannot be at such a
 * path.
 */
export function containersOf({ initializers, nodes }: GraphMessage): Set<string> {
  const found = new Set<string>();
  const add = (parts: readonly string[]) => {
    for (let length = 1; length < parts.length; length++) found.add(parts.slice(0, length).join('.'));
  };
  for (const { name } of initializers) if (!isGenerated(name)) add(segmentsOf(name));
  for (const node of nodes) add(scopeOf(node) ?? []);
  return found;
}
