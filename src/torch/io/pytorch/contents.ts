// Turns the value that a PyTorch file's pickle describes into the value that torch.load returns: finds and names the
// tensors, and inserts the wanted ones.
import { ArgumentError } from '../../../engine/core/errors';
import { shown } from '../../../engine/core/options';
import type { LoadedFile } from '../load';
import { toPlain } from '../pickle/plain';
import { Container, Opaque, type Py, PyObject } from '../pickle/values';
import { Foreign } from './foreign';
import { TensorSpec } from './specs';
import { makeTensors, type TensorSource } from './tensors';

/**
 * The values of a pickle with their tensors, which are read from `source`. If `only` is given, only the values that it
 * names.
 */
export async function contentsOf(root: Py, file: LoadedFile, source: TensorSource): Promise<unknown> {
  const { only } = file;
  const wanted = only === null ? root : selected(root, only, source.name);
  const foreign = new Foreign(source.name, file);
  const options = { foreign: foreign.stand, keepsClasses: file.weightsOnly !== true };
  // Checks depth, cycles and repetitions before anything else walks the values.
  toPlain(wanted, source.name, { ...options, opaque: () => null });
  const { names, arrays } = namesOf(wanted);
  await foreign.makeArrays(arrays);
  const tensors = await makeTensors(names, source);
  const plain = toPlain(wanted, source.name, {
    ...options,
    opaque: (content) => (content instanceof TensorSpec ? tensors.get(content) : content),
  });
  foreign.warn();
  return plain;
}

/**
 * Names the tensors: a tensor's name is the keys of the first path to it, joined by dots. Also collects the objects,
 * since some of them are NumPy arrays.
 */
function namesOf(root: Py): { names: Map<TensorSpec, string>; arrays: PyObject[] } {
  const names = new Map<TensorSpec, string>();
  const arrays: PyObject[] = [];
  const seen = new Set<Container>();
  const stack: [value: Py, name: string][] = [[root, '']];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [value, name] = next;
    if (value instanceof Opaque && value.content instanceof TensorSpec) {
      if (!names.has(value.content)) names.set(value.content, name);
    } else if (value instanceof Container && !seen.has(value)) {
      seen.add(value);
      if (value instanceof PyObject) {
        arrays.push(value);
        for (const part of value.parts.reverse()) stack.push([part, name]);
      }
      if (value.attributes) stack.push([value.attributes, name]);
      // Push the children in reverse, since the stack reverses their order again.
      for (const [key, child] of children(value).reverse()) stack.push([child, joinedName(name, key)]);
    }
  }
  return { names, arrays };
}

function children(container: Container): [key: string, child: Py][] {
  const { items, isDict } = container;
  if (!isDict) return items.map((item, i) => [String(i), item]);
  const pairs: [string, Py][] = [];
  for (let i = 0; i < items.length; i += 2) pairs.push([keyText(items[i]!), items[i + 1]!]);
  return pairs;
}

const keyText = (key: Py): string => (typeof key === 'object' ? '?' : String(key));

const joinedName = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/**
 * A copy in which dictionaries have only the entries whose names begin with a wanted prefix. Any other value is wanted
 * as a whole or not at all.
 *
 * @throws ArgumentError if nothing is left
 */
function selected(root: Py, only: readonly string[], name: string): Py {
  const select = (dict: Container, path: string): Container | null => {
    const kept = new Container(dict.kind);
    kept.attributes = dict.attributes;
    for (let i = 0; i < dict.items.length; i += 2) {
      const key = dict.items[i]!;
      const value = dict.items[i + 1]!;
      const full = joinedName(path, keyText(key));
      const leadsOn = only.some((start) => start.startsWith(`${full}.`));
      const part = only.some((start) => full.startsWith(start))
        ? value
        : leadsOn && value instanceof Container && value.isDict
          ? select(value, full)
          : null;
      if (part === null) continue;
      kept.push(key);
      kept.push(part);
    }
    return kept.items.length > 0 ? kept : null;
  };
  const found = root instanceof Container && root.isDict ? select(root, '') : null;
  if (found) return found;
  const names = root instanceof Container && root.isDict ? children(root).map(([key]) => key) : [];
  throw new ArgumentError(
    `torch.load: expected 'only' to be the beginning of names in ${name}, but got ${shown(only)}; the names there begin with ${shown(names.slice(0, 5))}`,
  );
}
