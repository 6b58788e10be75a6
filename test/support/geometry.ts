// Convolutions that tests give to kernels.
import { type ConvGeometry, elementsOf } from '../../src/engine/kernels/conv/geometry';

type Usual = Pick<ConvGeometry, 'batch' | 'groupIn' | 'groupOut' | 'size'>;

/** Makes convolutions of 3 × 3 taps with a border of 1, of one group and the usual sizes, but for what each is given. */
export const geometryOf =
  (usual: Usual) =>
  (given: Partial<ConvGeometry> = {}): ConvGeometry => {
    const plain = { groups: 1, kernel: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1] } as const;
    const g = { ...plain, ...usual, ...given };
    const outSize = ([0, 1] as const).map((d) => {
      const padded = g.size[d] + g.padding[2 * d]! + g.padding[2 * d + 1]!;
      return Math.floor((padded - (g.kernel[d] - 1) * g.dilation[d] - 1) / g.stride[d]) + 1;
    }) as [number, number];
    return { ...g, outSize };
  };

/** Elements of x, of w, of y and of the bias. */
export const sizesOf = (g: ConvGeometry) => ({ ...elementsOf(g), b: g.groups * g.groupOut });
