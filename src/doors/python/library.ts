// The exports of `lamplight`, which become Python's package `torch`.

export * from '../../torch';
export * as distributions from '../distributions';
export * as vision from '../vision';
