// Merges the frames of one module from several traces. A number that varies with the inputs' sizes becomes a size
// expression, and a flag that varies with the mode becomes `self.training`.
import type { Frame, Place, Statement, Term } from './trace';

/** Merges the terms at the same position of several frames; null if they cannot be merged. */
type Join = (terms: readonly Term[]) => Term | null;

/** Merges frames, using `join` for literals and sizes; null if the frames do not make the same calls. */
function zipped(frames: readonly Frame[], join: Join): Frame | null {
  const [first] = frames as readonly [Frame, ...Frame[]];
  const all = (terms: readonly Term[]): Term | null => {
    const [term] = terms as readonly [Term, ...Term[]];
    if (terms.some(({ is }) => is !== term.is)) return join(terms);
    if (term.is === 'list' || term.is === 'slice') {
      const items = lists((terms as readonly (typeof term)[]).map((one) => one.items));
      return items && { is: term.is, items };
    }
    if (term.is === 'record') {
      const records = (terms as readonly (typeof term)[]).map((one) => one.entries);
      if (records.some((entries) => entries.map(([key]) => key).join() !== records[0]!.map(([key]) => key).join()))
        return null;
      const values = lists(records.map((entries) => entries.map(([, value]) => value)));
      return values && { is: 'record', entries: values.map((value, i) => [term.entries[i]![0], value] as const) };
    }
    if (term.is === 'constant') return constants(terms as readonly (typeof term)[]);
    if (term.is === 'literal' || term.is === 'size') return join(terms);
    return terms.every((one) => JSON.stringify(one) === JSON.stringify(term)) ? term : null;
  };
  const lists = (rows: readonly (readonly Term[])[]): Term[] | null => {
    if (rows.some((row) => row.length !== rows[0]!.length)) return null;
    const items = rows[0]!.map((_, i) => all(rows.map((row) => row[i]!)));
    return items.includes(null) ? null : (items as Term[]);
  };
  const constants = (terms: readonly (Term & { is: 'constant' })[]): Term | null => {
    const [term] = terms as readonly [Term & { is: 'constant' }];
    const shape = all(terms.map((one) => one.shape));
    const isSame = terms.every((one) => one.dtype === term.dtype && sameNumbers(one.numbers, term.numbers));
    return shape && isSame ? { ...term, shape } : null;
  };
  if (frames.some(({ statements }) => statements.length !== first.statements.length)) return null;
  const args = lists(frames.map((frame) => frame.args));
  const result = all(frames.map((frame) => frame.result));
  if (!args || !result) return null;
  const statements: Statement[] = [];
  for (const [i, statement] of first.statements.entries()) {
    const others = frames.map((frame) => frame.statements[i]!);
    if (others.some(({ call }) => JSON.stringify(call) !== JSON.stringify(statement.call))) return null;
    const given = lists(others.map((other) => other.args));
    const made = all(others.map((other) => other.result));
    if (!given || !made) return null;
    statements.push({ call: statement.call, args: given, result: made });
  }
  return { ...first, args, statements, result };
}

/**
 * Whether two constants count as equal: they have equal numbers, or both are ranges 0, 1, 2, …, whose lengths may
 * differ.
 */
const sameNumbers = (a: readonly number[] | number, b: readonly number[] | number): boolean => {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  if (a.length === b.length) return a.every((number, i) => number === b[i]);
  return isCount(a) && isCount(b);
};

/** Whether the numbers are 0, 1, 2, …, as from `torch.arange`. */
export const isCount = (numbers: readonly number[]): boolean => numbers.every((number, i) => number === i);

/**
 * Replaces numbers with sizes of inputs if frames of differently sized inputs show that the numbers depend on these
 * sizes. Frames that make different calls are ignored.
 */
export function withSizes(base: Frame, others: readonly Frame[]): Frame {
  let merged = base;
  for (const other of others) {
    const place = changedPlace(base, other);
    const next = place && zipped([merged, other], ([term, varied]) => sized(term!, varied!, place, base, other));
    if (next) merged = { ...next, shapes: base.shapes };
  }
  return merged;
}

/** The first dimension whose size differs between the inputs of the two frames. */
function changedPlace(base: Frame, other: Frame): Place | null {
  for (const id of valuesIn({ is: 'list', items: base.args })) {
    const dim = base.shapes[id]!.findIndex((size, d) => size !== other.shapes[id]?.[d]);
    if (dim >= 0 && base.shapes[id]!.length === other.shapes[id]?.length) return { id, dim };
  }
  return null;
}

function sized(term: Term, varied: Term, place: Place, base: Frame, other: Frame): Term | null {
  if (varied.is !== 'literal' || typeof varied.value !== 'number') {
    return term.is === 'literal' && varied.is === 'literal' && term.value === varied.value ? term : null;
  }
  const [from, to] = [base, other].map(({ shapes }) => shapes[place.id]![place.dim]!) as [number, number];
  if (term.is === 'size') {
    const value = amount(term, base);
    if (value === varied.value) return term;
    // The number may be a product of several sizes.
    if (term.plus !== 0 || varied.value * from !== value * to || term.times % from !== 0) return null;
    return { is: 'size', of: [...term.of, place], times: term.times / from, plus: 0 };
  }
  if (term.is !== 'literal' || typeof term.value !== 'number') return null;
  if (term.value === varied.value) return term;
  const times = (varied.value - term.value) / (to - from);
  return Number.isInteger(times) ? { is: 'size', of: [place], times, plus: term.value - times * from } : null;
}

const amount = ({ of, times, plus }: Term & { is: 'size' }, { shapes }: Frame): number =>
  of.reduce((product, { id, dim }) => product * shapes[id]![dim]!, times) + plus;

/**
 * Merges the frames of training and evaluation. A flag that is true only in training becomes `self.training`. Null if
 * the frames differ in any other way.
 */
export function inBothModes(training: Frame, evaluation: Frame): Frame | null {
  return zipped([training, evaluation], ([train, evaluated]) => {
    if (JSON.stringify(train) === JSON.stringify(evaluated)) return train!;
    if (train!.is !== 'literal' || evaluated!.is !== 'literal') return null;
    return train.value === true && evaluated.value === false ? { is: 'training' } : null;
  });
}

/**
 * The values that a term reads, in order. Sizes of inputs do not count, because they are read at the start of the
 * method.
 */
export function valuesIn(term: Term): number[] {
  switch (term.is) {
    case 'value':
      return [term.id];
    case 'list':
    case 'slice':
      return term.items.flatMap(valuesIn);
    case 'record':
      return term.entries.flatMap(([, value]) => valuesIn(value));
    default:
      return [];
  }
}
