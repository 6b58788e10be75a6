// Programs with convolutions of padded images, and the late pass that has these pad by themselves.
import { LatePart } from '../../core/late';
import type { Frame, Framed, Program } from '../ir';

export const framing = new LatePart('frames', () => import('./join-frames'));

/** The zeros around the images that a convolution reads, or around those that a gradient gives. */
const framedOf = (attrs: unknown): Frame | undefined => {
  const { frame, crop } = (attrs ?? {}) as Partial<Framed>;
  return frame ?? crop;
};

export const hasFrames = ({ nodes }: Program): boolean => nodes.some(({ attrs }) => framedOf(attrs));
