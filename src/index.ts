// The public surface of Lamplight: torch, and the two doors that it shows.

export * as distributions from './doors/distributions';
export * as vision from './doors/vision';
export * from './torch';
