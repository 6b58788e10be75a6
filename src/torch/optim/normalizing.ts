// Recognises layers with running statistics, which must be recomputed for averaged weights.
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from '../nn/layers/batch-norm';
import type { Module } from '../nn/module/module';

/** A layer with running statistics. */
export type Normalizing = BatchNorm1d | BatchNorm2d | BatchNorm3d;

export const isNormalizing = (module: Module): module is Normalizing =>
  module instanceof BatchNorm1d || module instanceof BatchNorm2d || module instanceof BatchNorm3d;
