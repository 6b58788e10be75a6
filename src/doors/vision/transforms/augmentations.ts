// The choices of automatic augmentation: operations with their magnitudes, and the policies that AutoAugment's authors
// found. Sources: Cubuk et al. 2018, arXiv:1805.09501; Cubuk et al. 2019, arXiv:1909.13719; Hendrycks et al. 2019,
// arXiv:1912.02781; Müller and Hutter 2021, arXiv:2103.10158.

import { evenly, roundHalfEven } from '../../../torch/inside';
import type { PictureInfo } from './info';

/** The magnitudes of an operation; null if the operation has none, as Invert. Signed magnitudes may be negated. */
export interface Magnitudes {
  readonly values: ArrayLike<number> | null;
  readonly signed: boolean;
}

/** Operations by name, in the order in which random indices count them. */
export type Space = Readonly<Record<string, Magnitudes>>;

const none: Magnitudes = { values: null, signed: false };

/** Magnitudes from 0 to `most`, in `bins` even steps. */
const upTo = (most: number, bins: number): Magnitudes => ({ values: evenly(0, most, bins), signed: true });

/** How many bits to keep, from `most` down to `most − fewer`. */
const bits = (most: number, fewer: number, bins: number): Magnitudes => ({
  values: Array.from({ length: bins }, (_, i) =>
    roundHalfEven(Math.fround(most - Math.fround(i / Math.fround((bins - 1) / fewer)))),
  ),
  signed: false,
});

interface Most {
  readonly shear: number;
  readonly across: number;
  readonly down: number;
  readonly angle: number;
}

const moving = ({ shear, across, down, angle }: Most, bins: number): Space => ({
  ShearX: upTo(shear, bins),
  ShearY: upTo(shear, bins),
  TranslateX: upTo(across, bins),
  TranslateY: upTo(down, bins),
  Rotate: upTo(angle, bins),
});

const blending = (most: number, bins: number): Space => ({
  Brightness: upTo(most, bins),
  Color: upTo(most, bins),
  Contrast: upTo(most, bins),
  Sharpness: upTo(most, bins),
});

const levels = (posterize: Magnitudes, bins: number): Space => ({
  Posterize: posterize,
  Solarize: { values: evenly(1, 0, bins), signed: false },
  AutoContrast: none,
  Equalize: none,
});

/** The largest translation as a fraction of a picture's side. The authors moved pictures of 331 pixels by up to 150. */
const FAR = 150 / 331;

const learned = (bins: number, { height, width }: PictureInfo): Space => ({
  ...moving({ shear: 0.3, across: FAR * width, down: FAR * height, angle: 30 }, bins),
  ...blending(0.9, bins),
  ...levels(bits(8, 4, bins), bins),
});

/** The operations of each augmentation method, with `bins` magnitudes each, for pictures of a size. */
export const augmentationSpaces = {
  auto: (bins: number, info: PictureInfo): Space => ({ ...learned(bins, info), Invert: none }),
  rand: (bins: number, info: PictureInfo): Space => ({ Identity: none, ...learned(bins, info) }),
  trivial: (bins: number, _info: PictureInfo): Space => ({
    Identity: none,
    ...moving({ shear: 0.99, across: 32, down: 32, angle: 135 }, bins),
    ...blending(0.99, bins),
    ...levels(bits(8, 6, bins), bins),
  }),
  mix: (bins: number, { height, width }: PictureInfo, all: boolean): Space => ({
    ...moving({ shear: 0.3, across: width / 3, down: height / 3, angle: 30 }, bins),
    ...levels(bits(4, 4, bins), bins),
    ...(all && blending(0.9, bins)),
  }),
};

/** Each line has two operations: name, probability, and which of ten magnitudes. */
const written = {
  imagenet: `
Posterize 0.4 8, Rotate 0.6 9
Solarize 0.6 5, AutoContrast 0.6
Equalize 0.8, Equalize 0.6
Posterize 0.6 7, Posterize 0.6 6
Equalize 0.4, Solarize 0.2 4
Equalize 0.4, Rotate 0.8 8
Solarize 0.6 3, Equalize 0.6
Posterize 0.8 5, Equalize 1
Rotate 0.2 3, Solarize 0.6 8
Equalize 0.6, Posterize 0.4 6
Rotate 0.8 8, Color 0.4 0
Rotate 0.4 9, Equalize 0.6
Equalize 0, Equalize 0.8
Invert 0.6, Equalize 1
Color 0.6 4, Contrast 1 8
Rotate 0.8 8, Color 1 2
Color 0.8 8, Solarize 0.8 7
Sharpness 0.4 7, Invert 0.6
ShearX 0.6 5, Equalize 1
Color 0.4 0, Equalize 0.6
Equalize 0.4, Solarize 0.2 4
Solarize 0.6 5, AutoContrast 0.6
Invert 0.6, Equalize 1
Color 0.6 4, Contrast 1 8
Equalize 0.8, Equalize 0.6`,
  cifar10: `
Invert 0.1, Contrast 0.2 6
Rotate 0.7 2, TranslateX 0.3 9
Sharpness 0.8 1, Sharpness 0.9 3
ShearY 0.5 8, TranslateY 0.7 9
AutoContrast 0.5, Equalize 0.9
ShearY 0.2 7, Posterize 0.3 7
Color 0.4 3, Brightness 0.6 7
Sharpness 0.3 9, Brightness 0.7 9
Equalize 0.6, Equalize 0.5
Contrast 0.6 7, Sharpness 0.6 5
Color 0.7 7, TranslateX 0.5 8
Equalize 0.3, AutoContrast 0.4
TranslateY 0.4 3, Sharpness 0.2 6
Brightness 0.9 6, Color 0.2 8
Solarize 0.5 2, Invert 0
Equalize 0.2, AutoContrast 0.6
Equalize 0.2, Equalize 0.6
Color 0.9 9, Equalize 0.6
AutoContrast 0.8, Solarize 0.2 8
Brightness 0.1 3, Color 0.7 0
Solarize 0.4 5, AutoContrast 0.9
TranslateY 0.9 9, TranslateY 0.7 9
AutoContrast 0.9, Solarize 0.8 3
Equalize 0.8, Invert 0.1
TranslateY 0.7 9, AutoContrast 0.9`,
  svhn: `
ShearX 0.9 4, Invert 0.2
ShearY 0.9 8, Invert 0.7
Equalize 0.6, Solarize 0.6 6
Invert 0.9, Equalize 0.6
Equalize 0.6, Rotate 0.9 3
ShearX 0.9 4, AutoContrast 0.8
ShearY 0.9 8, Invert 0.4
ShearY 0.9 5, Solarize 0.2 6
Invert 0.9, AutoContrast 0.8
Equalize 0.6, Rotate 0.9 3
ShearX 0.9 4, Solarize 0.3 3
ShearY 0.8 8, Invert 0.7
Equalize 0.9, TranslateY 0.6 6
Invert 0.9, Equalize 0.6
Contrast 0.3 3, Rotate 0.8 4
Invert 0.8, TranslateY 0 2
ShearY 0.7 6, Solarize 0.4 8
Invert 0.6, Rotate 0.8 4
ShearY 0.3 7, TranslateX 0.9 3
ShearX 0.1 6, Invert 0.6
Solarize 0.7 2, TranslateY 0.6 7
ShearY 0.8 4, Invert 0.8
ShearX 0.7 9, TranslateY 0.8 3
ShearY 0.8 5, AutoContrast 0.7
ShearX 0.7 2, Invert 0.1`,
} as const;

type Policy = readonly (readonly [name: string, p: number, index: number])[];

const parsed = new Map<string, readonly Policy[]>();

/** The policies for a data set. A policy is two operations with their probabilities. */
export function policies(name: keyof typeof written): readonly Policy[] {
  let found = parsed.get(name);
  if (!found) {
    const lines = written[name].trim().split('\n');
    found = lines.map((line) =>
      line.split(', ').map((each) => {
        const [operation, p, index] = each.split(' ');
        return [operation!, Number(p), Number(index ?? 0)] as const;
      }),
    );
    parsed.set(name, found);
  }
  return found;
}
