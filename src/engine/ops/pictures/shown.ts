// Shows channels on a canvas: packs them into pixels on the GPU, and has the canvas take these.
import { rowPixels, type Screen } from '../../gpu/pictures';
import { showPicture } from '../../graph/pictures';
import type { Value } from '../../graph/value';
import { packPixels } from './pixels';

/**
 * Shows channels [1 | 3 | 4, height, width], floats from 0 to 1 or bytes, on a canvas. Resolves once the GPU has nearly
 * caught up.
 */
export function showChannels(picture: Value, screen: Screen): Promise<void> {
  const rowWords = rowPixels(screen.width);
  return showPicture(packPixels(picture, { rowWords, blueFirst: screen.format === 'bgra8unorm' }), screen);
}
