// The kinds of shapes, and boxes as the program reports them.
import type { DrawnBox } from '../../ui/panels/box-pictures';
import { type Reading, readingOf } from '../page';

export interface Kind {
  readonly name: string;
  readonly color: string;
}

export const KINDS: readonly Kind[] = [
  { name: 'disc', color: '--flame' },
  { name: 'rectangle', color: '--dusk' },
  { name: 'triangle', color: '--good' },
];

export interface Box {
  readonly corners: DrawnBox['corners'];
  readonly kind: Kind;
  /** 1 for what is there. */
  readonly score: number;
}

export const cornersAt = (boxes: Reading, i: number): Box['corners'] => {
  const at = (k: number) => Number(boxes.data[4 * i + k] ?? 0);
  return [at(0), at(1), at(2), at(3)];
};

/** Boxes [N, 4] with the kinds and scores [N] of each. */
export function boxesOf(boxes: Reading, labels: Reading | null, scores: Reading | null): Box[] {
  return Array.from({ length: boxes.shape[0] ?? 0 }, (_, i) => ({
    corners: cornersAt(boxes, i),
    kind: KINDS[Number(labels?.data[i] ?? 0)] as Kind,
    score: Number(scores?.data[i] ?? 1),
  }));
}

/** The tensors of a list that was reported. */
export const readings = (value: unknown): Reading[] =>
  Array.isArray(value) ? value.map(readingOf).filter((reading) => reading !== null) : [];
