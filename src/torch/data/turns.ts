// Owns the order in which code that draws random numbers has its turn, if items have to be awaited.
import { defaultGenerator, type Generator, withDefaultGenerator } from '../../engine/storage/random/generator';

/** For each generator: settles once every earlier request has been made. */
const last = new WeakMap<Generator, Promise<void>>();

/**
 * Calls `work` with what was read, once every earlier request, of any data set, has had its turn. `work` draws from the
 * current default generator: while a loader makes a batch for a worker, that is the worker's.
 */
export function inTurn<Read, Made>(reading: Read | Promise<Read>, work: (read: Read) => Made): Promise<Awaited<Made>> {
  const generator = defaultGenerator();
  const before = last.get(generator);
  const turn = (async () => {
    const read = await reading;
    await before;
    // In a list, so that the turn ends when `work` returns, even if it returns a promise.
    return [withDefaultGenerator(generator, () => work(read))] as const;
  })();
  last.set(
    generator,
    // Drop the results, so that none is kept in memory.
    Promise.allSettled([before, turn]).then(() => undefined),
  );
  return turn.then(async ([made]): Promise<Awaited<Made>> => await made);
}
