// The plans that the engine keeps, and which of them go when plans or their slots take too much memory.
import type { AdapterProfile } from '../gpu/device';
import type { Executable } from '../gpu/executable';
import type { Slots } from '../gpu/slots';
import { PlanCache } from './plan-cache';
import type { Sendable } from './sender';

export interface CachedPlan extends Sendable {
  /** The adapter that the plan was compiled for, with the measurements of that time. */
  readonly profile: AdapterProfile;
  executable: Executable;
}

/** The limit of the plan cache, in estimated bytes on the host. The least recently used plan goes first. */
const MAX_PLAN_BYTES = 1 << 26;
/** Above this many bytes of slots, the least recently used plans are evicted to free theirs. */
const MAX_SLOT_BYTES = 1 << 28;
/** The most recently used plans stay even then: this many. */
const RECENT_PLANS = 16;

export const cachedPlans = (evicted: (cached: CachedPlan) => void): PlanCache<CachedPlan> =>
  new PlanCache(MAX_PLAN_BYTES, evicted);

/**
 * While slots take too much memory, evicts the least recently used plans that have a slot which no other plan uses.
 */
export function giveUpSlots(plans: PlanCache<CachedPlan>, slots: Slots): void {
  plans.evict(
    ({ executable }) => executable.slots.some(({ users }) => users === 1),
    () => slots.bytes > MAX_SLOT_BYTES,
    RECENT_PLANS,
  );
}
