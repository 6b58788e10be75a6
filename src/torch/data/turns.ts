// Takes turns: code that draws random numbers runs in the order of the requests, even if their data arrive in a
// different order.
import { defaultGenerator, type Generator, withDefaultGenerator } from '../../engine/storage/random/generator';

/** For each generator: a promise that settles once `work` of every earlier request has been called. */
const last = new WeakMap<Generator, Promise<void>>();

/**
 * Calls `work` with the data read, once every earlier request that uses the same generator, from any data set, has had
 * its turn. `work` draws from the generator that is the default now: while a loader makes a batch for a worker, this is
 * the worker's generator.
 */
export function inTurn<Read, Made>(reading: Read | Promise<Read>, work: (read: Read) => Made): Promise<Awaited<Made>> {
  const generator = defaultGenerator();
  const before = last.get(generator);
  const turn = (async () => {
    const read = await reading;
    await before;
    // The result is wrapped in a list; otherwise, if `work` returns a promise, the turn would wait for that promise.
    return [withDefaultGenerator(generator, () => work(read))] as const;
  })();
  last.set(
    generator,
    // Drop the results, so that none is kept in memory.
    Promise.allSettled([before, turn]).then(() => undefined),
  );
  return turn.then(async ([made]): Promise<Awaited<Made>> => await made);
}
