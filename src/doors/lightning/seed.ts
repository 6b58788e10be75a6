// seedEverything: sets one seed for all random numbers.
import { manualSeed } from '../../torch';
import { type Arguments, parseArgs, kinds as torchKinds } from '../../torch/inside';

/** The largest seed that NumPy accepts, as in Lightning. */
const MOST = 2 ** 32 - 1;

interface SeedArguments {
  /** The seed. */
  seed?: number | null;
  /** Accepted as in Lightning; workers are always seeded. */
  workers?: boolean;
  /** Whether to print the seed to the console. */
  verbose?: boolean;
}

/**
 * Seeds the default generator, from which all random numbers come, including those of workers: `seedEverything(42)`.
 * Returns the seed. Without an argument, the seed is 0, as in Lightning.
 *
 * @throws ArgumentError if the seed is not an integer from 0 to 2³² - 1
 */
export function seedEverything(...args: Arguments<SeedArguments, ['seed', 'workers', 'verbose']>): number {
  const defaults = { seed: null, workers: false, verbose: false };
  const kinds = { seed: torchKinds.orNull(torchKinds.whole(0, MOST)) };
  const { seed, verbose } = parseArgs<SeedArguments>('seedEverything', [], defaults, args, kinds);
  const chosen = seed ?? 0;
  if (verbose) console.info(`Seed set to ${chosen}`);
  manualSeed(chosen);
  return chosen;
}
