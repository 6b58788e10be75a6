// Where faults (errors in data that kernels find) are reported: each optimizer has a slot that gates its updates, and
// each run of a program has records for faults that no update depends on. A value knows which slots and records it
// depends on, and reading the value checks them.
import { DROPPED_WORD, FAULT_BYTES, faultError } from './faults';

/** Storage buffers bind at multiples of this many bytes (WebGPU's default minStorageBufferOffsetAlignment). */
export const FAULT_STRIDE = 256;

/**
 * The number of common slots, to which all runs report faults that no update depends on. At the end of a run they are
 * copied to its records and cleared. If a program has more such kernels than slots, kernels share slots, and so each
 * other's faults.
 */
export const COMMON_SLOTS = 16;
/** The size of a device's buffer of common slots. */
export const COMMON_BUFFER_BYTES = COMMON_SLOTS * FAULT_STRIDE;

/** A slot in the optimizers' buffer that a record is copied to if an update depends on it. */
export const SPARE_SLOT = 0;

/** If there are more optimizers than this, they share slots, and so each other's faults. */
const OPTIMIZER_SLOTS = 63;

/** The size of a device's buffer of optimizers' slots. */
export const OPTIMIZER_BUFFER_BYTES = (1 + OPTIMIZER_SLOTS) * FAULT_STRIDE;

/**
 * The number of a device's records. Whenever one half has been used, the other half is read back before it is reused.
 */
export const RECORDS = 256;
export const RECORD_BUFFER_BYTES = RECORDS * FAULT_BYTES;

/** The callbacks for a read-back's result. */
export interface FaultReading {
  /** No fault was reported. */
  clean(): void;
  /** A fault was reported: returns its error. `clear` clears the slot. */
  report(words: Int32Array, clear: () => void): Error;
}

/** A place on the GPU that may hold a report. */
export interface FaultPlace {
  readonly kind: 'slot' | 'record';
  /** Its byte offset in its buffer. */
  readonly offset: number;
  /** Call this when a read-back of the place is encoded. */
  reading(): FaultReading;
}

/** Learns which of an optimizer's runs were applied. */
export interface FaultListener {
  /** All of the first `runs` runs were applied. */
  applied(runs: number): void;
  /** The last `updates` updates within the first `runs` runs were not applied, nor was any later one. */
  dropped(runs: number, updates: number): void;
}

/**
 * The faults that an optimizer's updates depend on. After a fault, no update is applied until the fault has been
 * reported.
 */
export class FaultSlot implements FaultPlace {
  readonly kind = 'slot';
  /** The number of runs that were submitted. */
  runs = 0;
  private told = 0;
  private listeners: WeakRef<FaultListener>[] = [];
  /** The sources that results of the optimizer's programs depend on. */
  readonly results: FaultSources = [{ place: this, kind: 'result' }];
  /** The sources that its parameters and state depend on. */
  readonly kept: FaultSources = [{ place: this, kind: 'kept' }];
  readonly both: FaultSources = [...this.results!, ...this.kept!];

  constructor(readonly offset: number) {}

  /** Adds a listener, held weakly. */
  listen(listener: FaultListener): void {
    this.listeners.push(new WeakRef(listener));
  }

  reading(): FaultReading {
    const { runs, told } = this;
    return {
      clean: () => this.each((listener) => listener.applied(runs)),
      report: (words, clear) => {
        const error = faultError(
          words,
          'Updates of its optimizer from that batch on, and up to this error, were not applied',
        )!;
        if (told === this.told) {
          this.told++;
          clear();
          this.each((listener) => listener.dropped(runs, words[DROPPED_WORD]!));
        }
        return error;
      },
    };
  }

  private each(call: (listener: FaultListener) => void): void {
    this.listeners = this.listeners.filter((reference) => reference.deref());
    for (const reference of this.listeners) call(reference.deref()!);
  }
}

/** The faults of one kernel in one run, if no update of its program depends on them. */
export class FaultRecord implements FaultPlace {
  readonly kind = 'record';
  /** The fault; null if there is known to be none; undefined if that is not known yet. */
  failure: { readonly words: Int32Array; readonly error: Error } | null | undefined = undefined;
  /**
   * Set while its place is read back for reuse by another run. Resolves to null, or to the error of a read-back that
   * failed.
   */
  leaving: Promise<Error | null> | null = null;

  constructor(readonly offset: number) {}

  /** Takes the words that were read from its place. */
  tell(words: Int32Array): void {
    const reading = this.reading();
    if (words[0] === 0) reading.clean();
    else reading.report(words, () => {});
  }

  reading(): FaultReading {
    return {
      clean: () => {
        this.failure = null;
      },
      report: (words) => {
        this.failure ??= {
          words: words.slice(),
          error: faultError(words, 'What was computed from it has no value, and no optimizer applies it')!,
        };
        return this.failure.error;
      },
    };
  }
}

/** A slot or record that a value depends on. */
export type FaultSource =
  | {
      readonly place: FaultRecord;
      /**
       * `state`: written in place and used further, so its fault is reported once. `result`: after a fault it never has
       * a value.
       */
      readonly kind: 'result' | 'state';
    }
  | {
      readonly place: FaultSlot;
      /** `kept`: a value that an update leaves unchanged if it is not applied. */
      readonly kind: 'result' | 'kept';
    };

/** All slots and records that a value depends on; null if there are none. */
export type FaultSources = readonly FaultSource[] | null;

/** The places to read back together with a value that depends on `sources`. Throws if the value is known to be bad. */
export function placesToRead(sources: FaultSources): readonly FaultPlace[] {
  if (!sources) return [];
  const places: FaultPlace[] = [];
  for (const { place, kind } of sources) {
    if (place.kind === 'record') {
      if (place.failure && kind === 'result') throw place.failure.error;
      if (place.failure !== undefined || place.leaving) continue;
    }
    places.push(place);
  }
  return places;
}

/**
 * Waits for the places that `placesToRead` left out because they are being read already. Throws if the value is bad.
 */
export async function expectGood(sources: FaultSources): Promise<void> {
  for (const { place, kind } of sources ?? []) {
    if (place.kind !== 'record') continue;
    const unread = place.failure === undefined && (await place.leaving);
    // The read-back may have ended since `placesToRead`, so look at the present state.
    if (place.failure && kind === 'result') throw place.failure.error;
    if (place.failure === undefined && unread) throw unread;
  }
}

/**
 * The union of two lists, without sources that are known to be good. If one of the lists is the union, that list
 * itself.
 */
export function joinSources(a: FaultSources, b: FaultSources): FaultSources {
  if (a === b || !b) return a;
  if (!a) return b;
  const isGood = ({ place }: FaultSource) => place.kind === 'record' && place.failure === null;
  const more = b.filter(
    (one) => !isGood(one) && !a.some((other) => other.place === one.place && other.kind === one.kind),
  );
  if (more.length === 0) return a;
  const all = [...a, ...more];
  const [first] = all;
  // The usual case always gives the same list, so that equal steps can compare lists by identity.
  if (all.length === 2 && first!.place.kind === 'slot' && all.every(({ place }) => place === first!.place)) {
    return first!.place.both;
  }
  return all;
}

/** The sources for a value that is written in place and used further. */
export function ofState(sources: FaultSources): FaultSources {
  if (!sources?.some(({ place }) => place.kind === 'record')) return sources;
  return sources.map(
    (source): FaultSource => (source.place.kind === 'record' ? { place: source.place, kind: 'state' } : source),
  );
}

const slots: FaultSlot[] = [];
let taken = 0;

/** A slot for a new optimizer. */
export function takeFaultSlot(): FaultSlot {
  const at = taken++ % OPTIMIZER_SLOTS;
  slots[at] ??= new FaultSlot((1 + at) * FAULT_STRIDE);
  return slots[at];
}
