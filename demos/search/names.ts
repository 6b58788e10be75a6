// Finds names of the reference by their spelling, whichever way they are spelt: max_pool2d and maxPool2d are the same to it.

/** A name, its namespace, its address in the reference, the name that it has in Python, what it does, and its parameters; '' for what it has not. */
export type Name = readonly [
  name: string,
  space: string,
  address: string,
  theirs: string,
  text: string,
  parameters: string,
];

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9.]/g, '');

/** The part of a dotted name after the last dot. */
const last = (text: string): string => text.slice(text.lastIndexOf('.') + 1);

/** From this rank on a name holds the letters that are asked for, but does not begin with them. */
const WITHIN = 5;

/** Classes whose members are looked for by their names alone. */
const USUAL = /\/(?:Tensor|Module|Optimizer)\.html#/;

/** Whether a name is seldom what is meant where no more than its letters are asked for: the options of a call, or a member of most classes. */
const isMinor = ([name, , address]: Name, wanted: string): boolean =>
  !wanted.includes('.') &&
  ((address.includes('#') && !USUAL.test(address)) || (/Options$/.test(name) && !wanted.endsWith('options')));

/**
 * How well a name fits: lower is better, undefined is not at all. Just the spelling is best, then the name in the other spelling, then
 * what begins so; of two that fit alike the shorter comes first, a layer before a function, and a layer's function before the same one at
 * the top of torch. Minor names come last.
 */
function rankOf(entry: Name, query: string, wanted: string): number | undefined {
  const [name, space, , theirs] = entry;
  const spellings = [plain(name), plain(last(theirs))];
  const paths = [plain(`${space}.${name}`), plain(theirs)];
  const first = { nn: 0.0005, 'nn.functional': 0.0003 }[space] ?? 0;
  const length = name.length / 1000 + (space === '' ? 0 : space.split('.').length) / 10000 - first;
  const inPath = paths.some((path) => `.${path}`.endsWith(`.${wanted}`)) ? 0 : 1.5;
  const minor = isMinor(entry, wanted) ? WITHIN : 0;
  // Who writes no capitals at all, and no joints, has no spelling in mind.
  const isJust = (each: string) => each === last(query) || (query === wanted && each.toLowerCase() === wanted);
  if (isJust(name) || isJust(last(theirs))) return minor + inPath + length;
  if (spellings.includes(last(wanted))) return minor + 1 + inPath + length;
  if (spellings.some((each) => each.startsWith(wanted))) return minor + 4 + length;
  const places = wanted.includes('.') ? paths : spellings;
  return places.some((each) => each.includes(wanted)) ? minor + WITHIN + length : undefined;
}

const queryOf = (asked: string): string => asked.trim().replace(/^F\./, 'nn.functional.');

/** Whether a name is spelt as asked, or begins so. */
export function isSpelt(name: Name, asked: string): boolean {
  const query = queryOf(asked);
  return (rankOf(name, query, plain(query)) ?? WITHIN) < WITHIN;
}

/** The names that fit best, at most `count`. */
export function find(names: readonly Name[], asked: string, count = 12): Name[] {
  const query = queryOf(asked);
  const wanted = plain(query);
  if (wanted === '') return [];
  return names
    .flatMap((name) => {
      const rank = rankOf(name, query, wanted);
      return rank === undefined ? [] : [{ name, rank }];
    })
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ name }) => name);
}
