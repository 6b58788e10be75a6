// Owns the time by which the worker's own part goes, whatever cells make of the globals.

/** Milliseconds. */
export const now: () => number = performance.now.bind(performance);

/** A timer. */
export const later = setTimeout.bind(globalThis) as (act: () => void, milliseconds: number) => unknown;
