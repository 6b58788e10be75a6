// seedEverything: one seed for everything that draws random numbers.
import { manualSeed } from '../../torch';
import { type Arguments, parseArgs, kinds as torchKinds } from '../../torch/inside';

/** Seeds that NumPy takes, as Lightning has them. */
const MOST = 2 ** 32 - 1;

interface SeedArguments {
  seed?: number | null;
  /** Lightning's; workers are seeded in any case. */
  workers?: boolean;
  /** Whether the seed is told on the console. */
  verbose?: boolean;
}

/**
 * Seeds the default generator, which all random numbers come from, those of workers too: `seedEverything(42)`. Gives the seed; without one
 * it is 0, as in Lightning.
 *
 * @throws ArgumentError for anything but a whole number from 0 to 2³² - 1
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
