// Replaces the same operations on many tensors by one operation on the flat buffers that hold those tensors.
import { sameShape } from '../../core/meta';
import { record } from '../../graph/record';
import { sameAttrs } from '../../graph/signature';
import type { Node, Value } from '../../graph/value';

/**
 * Turns equal elementwise computations on the parts of buffers into one function of the whole buffers. `parts[k][i]` is
 * part i of buffer k, at the same place in every buffer, and result i was computed from the parts i. Null if the
 * results were not all computed by the same elementwise operations.
 */
export function ofWholes(
  results: readonly Value[],
  parts: readonly (readonly Value[])[],
): ((wholes: readonly Value[]) => Value) | null {
  /** The steps to record. Each gets the list of all values so far, which begins with the buffers, and adds one. */
  const steps: ((made: readonly Value[]) => Value)[] = [];
  const known = new Map<Value, { readonly items: readonly Value[]; readonly place: number | null }>();
  const added = (step: (made: readonly Value[]) => Value): number => parts.length + steps.push(step) - 1;
  const placeOf = (items: readonly Value[]): number | null => {
    const part = parts.findIndex((of) => of.every((value, i) => value === items[i]));
    if (part >= 0) return part;
    const [first] = items as [Value, ...Value[]];
    const before = known.get(first);
    if (before && items.every((item, i) => item === before.items[i])) return before.place;
    const isShared = first.shape.length === 0 && items.every((item) => item === first);
    const place = isShared ? added(() => first) : placeOfResult(items);
    known.set(first, { items, place });
    return place;
  };
  const placeOfResult = (items: readonly Value[]): number | null => {
    const nodes = alikeNodes(items);
    if (!nodes) return null;
    const [{ op, attrs, scalars, inputs }] = nodes as [Node, ...Node[]];
    const places: number[] = [];
    for (const k of inputs.keys()) {
      const place = placeOf(nodes.map((node) => node.inputs[k]!));
      if (place === null) return null;
      places.push(place);
    }
    if (!op.elementwise) return places[0]!;
    return added((made) =>
      record(
        op,
        places.map((place) => made[place]!),
        attrs,
        scalars,
      ),
    );
  };
  const last = placeOf(results);
  if (last === null) return null;
  return (wholes) => {
    const made = [...wholes];
    for (const step of steps) made.push(step(made));
    return made[last]!;
  };
}

/**
 * The nodes that made the items, if all are the same elementwise operation, or all only rename their input; else null.
 */
function alikeNodes(items: readonly Value[]): readonly Node[] | null {
  const first = items[0]!.node;
  const nodes: Node[] = [];
  for (const { node, shape } of items) {
    if (!first || !node || node.bare || node.inputs.length === 0 || node.op !== first.op) return null;
    const { op, attrs, scalars, inputs } = node;
    const isName = op.views && op.run?.(node) === 0 && sameShape(inputs[0]!.shape, shape);
    if (!(op.elementwise || isName) || !sameAttrs(attrs, first.attrs)) return null;
    if (!scalars.every((scalar, i) => Object.is(scalar, first.scalars[i]))) return null;
    // Operands of another shape would be broadcast.
    if (!inputs.every((x) => x.shape.length === 0 || sameShape(x.shape, shape))) return null;
    nodes.push(node);
  }
  return nodes;
}
