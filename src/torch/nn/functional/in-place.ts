// F's activation functions that write their result into the input, PyTorch's names with an underscore.

import { callable } from '../../tensor/calling/callable';
import type { Tensor } from '../../tensor/tensor';
import {
  elu,
  eluSettings,
  type HardtanhArguments,
  hardtanh,
  hardtanhSettings,
  type LeakyReluArguments,
  leakyRelu,
  leakyReluSettings,
  relu,
} from './activation';
import { type AlphaArguments, intoInput } from './elementwise';
import {
  celu,
  celuSettings,
  type RReluCallArguments,
  rrelu,
  rreluCallSettings,
  selu,
  threshold as thresholded,
} from './piecewise';

/** `relu`, into x. */
export const relu_ = callable('relu_(input)', (input: Tensor): Tensor => relu(input, { inplace: true }));

/** `selu`, into x. */
export const selu_ = callable('selu_(input)', (input: Tensor): Tensor => selu(input, { inplace: true }));

/** `elu`, into x. */
export const elu_ = intoInput<AlphaArguments, ['alpha']>('elu_', eluSettings, elu);

/** `celu`, into x. */
export const celu_ = intoInput<AlphaArguments, ['alpha']>('celu_', celuSettings, celu);

/** `leakyRelu`, into x. */
export const leakyRelu_ = intoInput<LeakyReluArguments, ['negativeSlope']>('leakyRelu_', leakyReluSettings, leakyRelu);

/** `hardtanh`, into x. */
export const hardtanh_ = intoInput<HardtanhArguments, ['minVal', 'maxVal']>('hardtanh_', hardtanhSettings, hardtanh);

/** `threshold`, into x. */
export const threshold_ = callable(
  'threshold_(input, threshold: number, value: number)',
  (input: Tensor, /** The value from which on it changes. */ threshold: number, value: number): Tensor =>
    thresholded(input, threshold, value, true),
);

/** `rrelu`, into x. */
export const rrelu_ = intoInput<RReluCallArguments, ['lower', 'upper', 'training']>('rrelu_', rreluCallSettings, rrelu);
