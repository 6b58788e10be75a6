// The switches of gradient recording as programs see them: they refuse arguments that they would ignore.

import { closed } from '../../../engine/core/arity';
import * as switches from '../../../engine/storage/mode';

/** Runs `fn` without recording gradients. */
export const noGrad = /* @__PURE__ */ closed('noGrad', switches.noGrad);

/** Runs `fn` with gradients recorded, also inside `noGrad`. */
export const enableGrad = /* @__PURE__ */ closed('enableGrad', switches.enableGrad);

/** The same as `noGrad`, under PyTorch's name for code that never needs gradients. */
export const inferenceMode = /* @__PURE__ */ closed('inferenceMode', switches.inferenceMode);

/** Runs `fn` with gradients recorded or not, by a boolean. */
export const setGradEnabled = /* @__PURE__ */ closed('setGradEnabled', switches.setGradEnabled);

/** Whether gradients are recorded now. */
export const isGradEnabled = /* @__PURE__ */ closed('isGradEnabled', switches.isGradEnabled);
