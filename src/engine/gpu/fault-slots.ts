// Where bad data is reported, by whom it concerns: each optimizer has a slot that gates its updates, and each run of a program has
// records of the faults that no update of it hangs on. Values know which of these they hang on, and reading a value looks there.
import { DROPPED_WORD, FAULT_BYTES, faultError } from './faults';

/** Storage buffers bind at multiples of this many bytes (WebGPU's default minStorageBufferOffsetAlignment). */
export const FAULT_STRIDE = 256;

/**
 * The first slots are those that all runs report to whose faults no update hangs on: they are copied and emptied at the end of a
 * run. Kernels of a program beyond this many share them, and so each other's faults.
 */
export const COMMON_SLOTS = 16;
/** Bytes of a device's buffer of common slots. */
export const COMMON_BUFFER_BYTES = COMMON_SLOTS * FAULT_STRIDE;

/** The slot beside the optimizers' that a record is copied to, for an update that hangs on it. */
export const SPARE_SLOT = 0;

/** Optimizers beyond this many share slots, and so each other's faults. */
const OPTIMIZER_SLOTS = 63;

/** Bytes of a device's buffer of optimizers' slots. */
export const OPTIMIZER_BUFFER_BYTES = (1 + OPTIMIZER_SLOTS) * FAULT_STRIDE;

/** Records of a device; half of them are read back whenever the other half has been used. */
export const RECORDS = 256;
export const RECORD_BUFFER_BYTES = RECORDS * FAULT_BYTES;

/** What a read-back does with the words that it finds. */
export interface FaultReading {
  /** Nothing had been reported. */
  clean(): void;
  /** The error of the reported fault; `clear` empties the slot. */
  report(words: Int32Array, clear: () => void): Error;
}

/** A place on the GPU with a report, or none. */
export interface FaultPlace {
  readonly kind: 'slot' | 'record';
  /** Where it begins in its buffer. */
  readonly offset: number;
  /** Belongs to a read-back, as it is encoded. */
  reading(): FaultReading;
}

/** Is told what becomes of an optimizer's runs. */
export interface FaultListener {
  /** All of the first `runs` runs were applied. */
  applied(runs: number): void;
  /** The last `updates` updates within the first `runs` runs were not applied, nor was any later one. */
  dropped(runs: number, updates: number): void;
}

/** The faults that the updates of an optimizer hang on. Once there is one, none is applied until it has been told. */
export class FaultSlot implements FaultPlace {
  readonly kind = 'slot';
  /** Runs that were submitted. */
  runs = 0;
  private told = 0;
  private listeners: WeakRef<FaultListener>[] = [];
  /** What results of the optimizer's programs hang on. */
  readonly results: FaultSources = [{ place: this, kind: 'result' }];
  /** What its parameters and state hang on. */
  readonly kept: FaultSources = [{ place: this, kind: 'kept' }];
  readonly both: FaultSources = [...this.results!, ...this.kept!];

  constructor(readonly offset: number) {}

  /** `listener` is not kept alive. */
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

/** The faults of one kernel in one run that no update of its program hangs on. */
export class FaultRecord implements FaultPlace {
  readonly kind = 'record';
  /** Null once it is known that there are none; undefined while nothing is known. */
  failure: { readonly words: Int32Array; readonly error: Error } | null | undefined = undefined;
  /** Set once its place is read back because another run takes it; resolves to the error of a read-back that failed. */
  leaving: Promise<Error | null> | null = null;

  constructor(readonly offset: number) {}

  /** Learns what its place holds. */
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

/** What a value hangs on. */
export type FaultSource =
  | {
      readonly place: FaultRecord;
      /** `state` is written in place, and goes on being used: its fault is told once. A `result` has no value for good. */
      readonly kind: 'result' | 'state';
    }
  | {
      readonly place: FaultSlot;
      /** `kept` is what an update leaves alone that is not applied. */
      readonly kind: 'result' | 'kept';
    };

/** All that a value hangs on; null for nothing. */
export type FaultSources = readonly FaultSource[] | null;

/** The places to read back beside a value that hangs on `sources`; throws where the value is known to be bad. */
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

/** Waits for the places that `placesToRead` left out because they are being read already; throws where the value is bad. */
export async function expectGood(sources: FaultSources): Promise<void> {
  for (const { place, kind } of sources ?? []) {
    if (place.kind !== 'record') continue;
    const unread = place.failure === undefined && (await place.leaving);
    // Its place may have been read since `placesToRead` left it out, so the present state counts.
    if (place.failure && kind === 'result') throw place.failure.error;
    if (place.failure === undefined && unread) throw unread;
  }
}

/** Both lists' sources, each once and none that is known to be good; one of the lists itself where that holds them all. */
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
  // The usual case is one list, so that equal steps compare equal lists by identity.
  if (all.length === 2 && first!.place.kind === 'slot' && all.every(({ place }) => place === first!.place)) {
    return first!.place.both;
  }
  return all;
}

/** As `sources`, for a value that is written in place and goes on being used. */
export function ofState(sources: FaultSources): FaultSources {
  if (!sources?.some(({ place }) => place.kind === 'record')) return sources;
  return sources.map(
    (source): FaultSource => (source.place.kind === 'record' ? { place: source.place, kind: 'state' } : source),
  );
}

const slots: FaultSlot[] = [];
let taken = 0;

/** The slot of another optimizer. */
export function takeFaultSlot(): FaultSlot {
  const at = taken++ % OPTIMIZER_SLOTS;
  slots[at] ??= new FaultSlot((1 + at) * FAULT_STRIDE);
  return slots[at];
}
