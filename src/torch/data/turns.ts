// The order in which what draws at random has its turn, where items have to be waited for.
import { defaultGenerator, type Generator, withDefaultGenerator } from '../../engine/storage/random/generator';

/** Settles once every earlier request has been made. */
const last = new WeakMap<Generator, Promise<void>>();

/**
 * Calls `work` with the items read, after every earlier request has had its turn, for any data set. It draws from the current default
 * generator: while a loader makes a batch for a worker, that is the worker's.
 */
export function inTurn<Read, Made>(reading: Read | Promise<Read>, work: (read: Read) => Made): Promise<Awaited<Made>> {
  const generator = defaultGenerator();
  const before = last.get(generator);
  const turn = (async () => {
    const read = await reading;
    await before;
    // In a list, so that the turn ends when `work` returns, be it with a promise.
    return [withDefaultGenerator(generator, () => work(read))] as const;
  })();
  last.set(
    generator,
    // Nothing that was made is kept.
    Promise.allSettled([before, turn]).then(() => undefined),
  );
  return turn.then(async ([made]): Promise<Awaited<Made>> => await made);
}
