// seedEverything: one seed for everything that draws random numbers.
import { ArgumentError } from '../errors';
import { parseArgs } from '../tensor/options';
import { manualSeed } from '../tensor/random';

/** Seeds that NumPy takes, as Lightning has them. */
const MOST = 2 ** 32 - 1;

/**
 * Seeds the default generator, which all random numbers come from, those of workers too: `seedEverything(42)`. Gives the seed; without one
 * it is 0, as in Lightning.
 *
 * @param options `workers` and `verbose` are Lightning's; workers are seeded in any case
 * @throws ArgumentError for anything but a whole number from 0 to 2³² - 1
 */
export function seedEverything(
  seed: number | null = null,
  options: boolean | { workers?: boolean; verbose?: boolean } = {},
): number {
  const chosen = seed ?? 0;
  if (!(Number.isInteger(chosen) && chosen >= 0 && chosen <= MOST)) {
    throw new ArgumentError(`seedEverything: expected a whole number from 0 to ${MOST}, but got ${String(seed)}`);
  }
  const given = typeof options === 'boolean' ? {} : options;
  const { verbose } = parseArgs<{ workers?: boolean; verbose?: boolean }>(
    'seedEverything',
    [],
    { workers: false, verbose: false },
    [given],
  );
  if (verbose) console.info(`Seed set to ${chosen}`);
  manualSeed(chosen);
  return chosen;
}
