// Finds programs with convolutions of padded images, and names the late pass that makes the convolutions pad by
// themselves.
import { LatePart } from '../../core/late';
import type { Frame, Framed, Program } from '../ir';

export const framing = new LatePart('frames', () => import('./join-frames'));

/** The frame of zeros around the images that a convolution reads, or around the images that a gradient returns. */
const framedOf = (attrs: unknown): Frame | undefined => {
  const { frame, crop } = (attrs ?? {}) as Partial<Framed>;
  return frame ?? crop;
};

export const hasFrames = ({ nodes }: Program): boolean => nodes.some(({ attrs }) => framedOf(attrs));
