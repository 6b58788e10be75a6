/** Runs a part of a method between its awaits in the mode in which the method was called: what `carried` passes. */
export type InMode = <T>(part: () => T) => T;
