// For plans of large work, loaded when one is made: cuts dispatches that would take too long, and binds values larger
// than a binding may be in ranges.
export { cut } from './cuts';
export { inRanges } from './ranges';
