// Turns: code that draws random numbers runs in the order of the requests, even if their items arrive in another
// order.
import { defaultGenerator, type Generator, withDefaultGenerator } from '../../engine/storage/random/generator';

/** For each generator: a promise that settles once `work` of every earlier request has been called. */
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
    // Wrapped in a list. If `work` returns a promise, the turn would otherwise wait for that promise.
    return [withDefaultGenerator(generator, () => work(read))] as const;
  })();
  last.set(
    generator,
    // Drop the results, so that none is kept in memory.
    Promise.allSettled([before, turn]).then(() => undefined),
  );
  return turn.then(async ([made]): Promise<Awaited<Made>> => await made);
}
