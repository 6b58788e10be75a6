// Finds names of the reference, whichever way they are spelt: max_pool2d and maxPool2d are the same to it.

/** A name, its namespace, its address in the reference, and the name that it has in Python, or ''. */
export type Name = readonly [name: string, space: string, address: string, theirs: string];

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9.]/g, '');

/** The part of a dotted name after the last dot. */
const last = (text: string): string => text.slice(text.lastIndexOf('.') + 1);

/** How well a name fits: lower is better, undefined is not at all. The shorter of two that fit alike comes first. */
function fit([name, space, , theirs]: Name, query: string, wanted: string): number | undefined {
  const spellings = [plain(name), plain(last(theirs))];
  const paths = [plain(`${space}.${name}`), plain(theirs)];
  const length = name.length / 1000 + (space.split('.').length - 1) / 10000;
  if (name === query || last(theirs) === query) return length;
  if (paths.some((path) => `.${path}`.endsWith(`.${wanted}`))) return 1 + length;
  if (spellings.includes(last(wanted))) return 2 + length;
  if (spellings.some((each) => each.startsWith(wanted))) return 3 + length;
  const places = wanted.includes('.') ? paths : spellings;
  return places.some((each) => each.includes(wanted)) ? 4 + length : undefined;
}

/** The names that fit best, at most `count`. */
export function find(names: readonly Name[], query: string, count = 12): Name[] {
  const wanted = plain(query);
  if (wanted === '') return [];
  return names
    .flatMap((name) => {
      const rank = fit(name, query.trim(), wanted);
      return rank === undefined ? [] : [{ name, rank }];
    })
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ name }) => name);
}
