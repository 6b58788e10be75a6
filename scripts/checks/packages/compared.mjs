// The program that runs a package's parts, in the page and by PyTorch, and how their numbers are laid side by side.

/** @typedef {Record<string, string | (number | string)[]>} Outcome by part of a program: its numbers, or the error */

/** The part of the largest number that a difference may be: what sums in another order leave in float32, after a step. */
const FAR = 1e-4;
/** @param {string} module @param {string} program */
export const asked = (module, program) => `outcome(${JSON.stringify(module)}, ${JSON.stringify(program)})`;

/** The program that both run. @param {string} harness @param {string} archives @param {string} folder @param {string} ask */
export function started(harness, archives, folder, ask) {
  return `
import sys
sys.path.append(${JSON.stringify(harness)})
import run, lamplight_compiled
run.install(${JSON.stringify(archives)}, ${JSON.stringify(folder)})
lamplight_compiled.install(${JSON.stringify(`${harness}/stand-ins`)})
run.${ask}
`;
}

/** @param {Outcome} ours @param {Outcome} theirs */
export function compared(ours, theirs) {
  const lines = [];
  let agree = 0;
  const parts = Object.keys(theirs).filter((name) => name !== 'import');
  for (const [name, expected] of Object.entries(theirs)) {
    const got = ours[name];
    if (typeof expected === 'string') lines.push(`${name}: by PyTorch ${expected}`);
    if (typeof got === 'string') lines.push(`${name}: ${got}`);
    if (got === undefined || typeof got === 'string' || typeof expected === 'string') continue;
    const far = distance(got, expected);
    if (!(far <= FAR)) lines.push(`${name}: expected ${shown(expected)}, but got ${shown(got)}`);
    else if (name !== 'import') agree++;
  }
  return { lines, agree, parts: parts.length };
}

/** @param {(number | string)[]} got @param {(number | string)[]} expected */
function distance(got, expected) {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(1e-3, ...expected.map((one) => (typeof one === 'number' ? Math.abs(one) : 0)));
  return Math.max(
    0,
    ...expected.map((one, i) => {
      const other = got[i];
      if (typeof one === 'number' && typeof other === 'number') return Math.abs(one - other) / largest;
      return one === other ? 0 : Number.POSITIVE_INFINITY;
    }),
  );
}

/** @param {(number | string)[]} numbers */
const shown = (numbers) => `[${numbers.slice(0, 6).join(', ')}${numbers.length > 6 ? ` … ${numbers.length}` : ''}]`;
