// Which names have an example, and which program is shown for each.
/**
 * @typedef {import('../snippets.mjs').Snippet} Program
 * @typedef {import('./usage.mjs').Used} Used
 */

/**
 * The program to show for a name: the shortest that uses it. A method of Tensor is shown by the function of its name, what works in place by what has
 * its name without the `_`; a type that describes what others take or give by the shortest program of one of these.
 * @param {ReadonlyMap<string, Used>} uses @param {string} path @returns {Program | undefined}
 */
export function exampleOf(uses, path) {
  const own = shortest(uses.get(path)?.programs ?? []);
  if (own) return own;
  const method = /^Tensor\.(\w+?)(_?)$/.exec(path);
  if (method) {
    const [, name = '', inPlace] = method;
    const others = [...(inPlace ? [`Tensor.${name}`] : []), name, `nn.functional.${name}`, `special.${name}`];
    return others.map((other) => shortest(uses.get(other)?.programs ?? [])).find(Boolean);
  }
  if (path.endsWith('_') && uses.has(path.slice(0, -1))) return exampleOf(uses, path.slice(0, -1));
  const found = uses.get(path);
  if (!found?.isType) return undefined;
  return shortest(found.owners.flatMap((owner) => uses.get(owner)?.programs ?? []));
}

/** @param {readonly Program[]} programs */
function shortest(programs) {
  const rank = (/** @type {Program} */ { code, kind }) => code.length + (kind === 'cell' ? 0 : 400);
  return programs.reduce(
    (best, each) => (!best || rank(each) < rank(best) ? each : best),
    /** @type {Program | undefined} */ (undefined),
  );
}

/** Exports without an example. @param {ReadonlyMap<string, Used>} uses */
export const uncovered = (uses) =>
  [...uses.values()]
    .filter(({ path, example }) => !example && exampleOf(uses, path) === undefined)
    .map(({ path }) => path);
