// For schedulers that consist of others: checks the member schedulers, and loads their states.
import { ArgumentError, StateDictError } from '../../../engine/core/errors';
import { LRScheduler, type LRSchedulerStateDict, type Scheduled } from './scheduler';

/** @throws ArgumentError if a scheduler needs metrics to step, or belongs to another optimizer */
export function checkMembers(name: string, optimizer: Scheduled, schedulers: readonly LRScheduler[]): void {
  schedulers.forEach((scheduler: unknown, i) => {
    if (!(scheduler instanceof LRScheduler)) {
      throw new ArgumentError(
        `${name}: expected schedulers that step without metrics, but the one at index ${i} is not, like ReduceLROnPlateau; step it by itself`,
      );
    }
    if (scheduler.optimizer !== optimizer) {
      throw new ArgumentError(
        `${name}: expected all schedulers to belong to the same optimizer, but ${scheduler.name} at index ${i} has another`,
      );
    }
  });
}

/**
 * Loads a state into each scheduler. If one does not fit, all keep their current states.
 *
 * @throws StateDictError if a state is missing or does not fit
 */
export function loadMembers(
  name: string,
  schedulers: readonly LRScheduler[],
  states: readonly LRSchedulerStateDict[],
): void {
  if (states.length !== schedulers.length) {
    throw new StateDictError(
      `${name}.loadStateDict: expected the state of ${schedulers.length} schedulers, but got ${states.length}`,
    );
  }
  const before = schedulers.map((scheduler) => scheduler.stateDict());
  const load = (all: readonly LRSchedulerStateDict[]) =>
    schedulers.forEach((scheduler, i) => {
      scheduler.loadStateDict(all[i]!);
    });
  try {
    load(states);
  } catch (error) {
    load(before);
    throw error;
  }
}
