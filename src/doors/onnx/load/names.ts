// Paths of modules, from the names of weights and nodes as PyTorch's exporters and others write them.
import type { GraphMessage, NodeMessage } from '../proto/messages';

/** Names that exporters give to numbers without one. */
const generated = /^(onnx::|val_|_val_|const|_?\d+$|\/)|Constant|scalar_tensor|_output_\d+$/i;

/** Whether an exporter made the name up. */
export const isGenerated = (name: string): boolean => generated.test(name);

/** A part of a path as the name of an attribute. */
const cleaned = (part: string): string => part.replace(/[^A-Za-z0-9_]/g, '_') || '_';

/** The parts of a dotted name. */
export const partsOf = (name: string): string[] => name.split('.').filter(Boolean).map(cleaned);

/** `GlobalAveragePool` as `globalAveragePool`, `LRN` as `lrn`. */
const lowered = (opType: string): string =>
  opType === opType.toUpperCase() ? opType.toLowerCase() : opType.charAt(0).toLowerCase() + opType.slice(1);

/** The path of the module that a weight's name tells of: that of `layer1.0.conv1.weight` is `layer1.0.conv1`. Null for a name without one. */
export function ownerOf(name: string, keys: readonly string[]): string[] | null {
  if (isGenerated(name)) return null;
  const parts = partsOf(name);
  return parts.length > 1 && keys.includes(parts.at(-1)!) ? parts.slice(0, -1) : null;
}

/** The path of the module that a node lies in, where its exporter says it. */
export function scopeOf({ name, scopes }: NodeMessage): string[] | null {
  if (scopes !== undefined) {
    const all = [...scopes.matchAll(/'([^']*)'/g)].map(([, path]) => path!);
    const path = all.at(-2);
    if (path) return partsOf(path);
  }
  if (!name.startsWith('/')) return null;
  let path: string[] = [];
  for (const part of name.split('/').slice(1, -1)) path = extended(path, partsOf(part));
  return path;
}

/** The path with a part of a name behind it. A member of a list repeats the names of the lists: /features/features.0/features.0.2. */
function extended(path: readonly string[], part: readonly string[]): string[] {
  for (let shared = Math.min(path.length, part.length - 1); shared > 0; shared--) {
    if (path.slice(-shared).join('.') === part.slice(0, shared).join('.')) return [...path.slice(0, -shared), ...part];
  }
  return [...path, ...part];
}

/** Where the module of a node without weights belongs. */
export function pathOfNode(node: NodeMessage, isContainer: (path: readonly string[]) => boolean): string[] {
  const scope = scopeOf(node);
  if (scope === null) {
    const plain = isGenerated(node.name) || node.name === '' || node.scopes !== undefined;
    return [plain ? lowered(node.opType) : cleaned(node.name)];
  }
  return scope.length === 0 || isContainer(scope) ? [...scope, lowered(node.opType)] : scope;
}

/** The paths that hold modules or weights of their own by the names in a graph, and so are no layers without weights. */
export function containersOf({ initializers, nodes }: GraphMessage): Set<string> {
  const found = new Set<string>();
  const add = (parts: readonly string[]) => {
    for (let length = 1; length < parts.length; length++) found.add(parts.slice(0, length).join('.'));
  };
  for (const { name } of initializers) if (!isGenerated(name)) add(partsOf(name));
  for (const node of nodes) add(scopeOf(node) ?? []);
  return found;
}
