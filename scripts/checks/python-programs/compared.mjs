// Lays what a program printed in the page beside what PyTorch printed.

const LARGEST = 1e-3;
const NUMBER = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\bnan\b|\binf\b/g;
/** How long something took, and how fast it went. */
const TIME =
  /\b(?:\d\d:\d\d:\d\d|(?:Time|Data) +[\d.]+ \( *[\d.]+\)|ms\/batch +[\d.]+|time: +[\d.]+s?|[\d.]+ ?(?:s|ms|sec|seconds|minutes)\b)/g;

/**
 * Whether all words are the same and all numbers agree, and in one line how far.
 * @param {string} ours @param {string} theirs
 */
export function compared(ours, theirs) {
  const [here = [], there = []] = [ours, theirs].map((text) => lines(text));
  let apart = 0;
  let last = '';
  for (const [i, line] of there.entries()) {
    const own = here[i] ?? '';
    if (shape(own) !== shape(line)) return { fine: false, text: unlike(i, line, own, here) };
    const [a = [], b = []] = [own, line].map((text) => (text.match(NUMBER) ?? []).map(Number));
    for (const [j, number] of b.entries()) {
      const mine = a[j] ?? Number.NaN;
      if (Object.is(mine, number)) continue;
      apart = Math.max(apart, Math.abs(mine - number) / Math.max(1, Math.abs(number)) || 0);
    }
    const at = b.findLastIndex((value) => !Number.isInteger(value));
    if (at >= 0) last = `, last ${b[at]} and ${a[at]}`;
  }
  if (here.length > there.length)
    return { fine: false, text: unlike(there.length, '', here[there.length] ?? '', here) };
  const traced = there.some((line) => line.startsWith('Traceback'));
  return {
    fine: apart <= LARGEST && !traced,
    text: traced ? `PyTorch: ${there.at(-1)}` : `${there.length} lines, ${apart.toExponential(1)} apart${last}`,
  };
}

/** @param {string} text */
function lines(text) {
  return text
    .replaceAll('\r', '\n')
    .replace(TIME, '')
    .trim()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** A line without its numbers. @param {string} line */
function shape(line) {
  return line.replace(NUMBER, '#').replace(/ +/g, ' ');
}

/** @param {number} i @param {string} line @param {string} own @param {readonly string[]} here */
function unlike(i, line, own, here) {
  return `line ${i + 1}: expected ${JSON.stringify(line)}, but got ${JSON.stringify(own)} … ${here.at(-1)}`;
}
