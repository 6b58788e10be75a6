// Photographs as the site carries them; `demos/data/README.md` says whose they are.
import { ArgumentError, type Tensor, vision } from 'lamplight';

export const PHOTOGRAPHS = [
  'astronaut',
  'brick',
  'camera',
  'chelsea',
  'china',
  'coffee',
  'flower',
  'grace_hopper',
  'rocket',
] as const;

export type PhotographName = (typeof PHOTOGRAPHS)[number];

/** A picture [3, H, W] of values from 0 to 1. The browser keeps the file. */
export async function photographOf(folder: string, name: PhotographName): Promise<Tensor> {
  if (!PHOTOGRAPHS.includes(name)) {
    throw new ArgumentError(`photograph: expected one of ${PHOTOGRAPHS.join(', ')}, but got ${JSON.stringify(name)}`);
  }
  const picture = await vision.io.readImage(new URL(`${name}.webp`, folder).href);
  return new vision.transforms.ToTensor()(picture);
}
