// The exports of `lamplight`, which Python gets as its package `torch`.

export * from '../../torch';
export * as distributions from '../distributions';
export * as vision from '../vision';
