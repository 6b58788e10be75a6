// A pass as it is compiled when it is measured by itself.
import { whenLoaded } from '../core/late';
import { codeOf } from '../wgsl/kernel-code';
import { shake } from '../wgsl/shake';
import type { Pass } from './ir';
import { passWithTexts } from './texts';
import type { WrittenPass } from './tuning/probing';

/** A pass with its texts, each cut down to the functions that it calls. */
export const written = (pass: Pass): Promise<WrittenPass> =>
  whenLoaded(() => {
    const whole = passWithTexts(pass);
    return { pass: whole, code: shake(codeOf(whole), whole.entry ?? 'main') };
  });
