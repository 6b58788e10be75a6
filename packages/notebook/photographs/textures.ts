// Patches of textures, cut from the sheets of photographs that the site carries. `scripts/site-data/make.py` lays the sheets out.
import { type Tensor, tensor, vision } from 'lamplight';

/** The rows of a sheet from above. */
export const TEXTURES = [
  ...['brick', 'grass', 'gravel', 'wood', 'fur'],
  ...['petals', 'leaves', 'tissue', 'stars', 'retina'],
] as const;

export interface Textures {
  /** uint8 [N, 3, 32, 32]. */
  readonly images: Tensor;
  /** int32 [N]: places in `names`. */
  readonly labels: Tensor;
  readonly names: readonly string[];
}

/** Pixels of a patch's side, and from one patch of a tile to the next. */
const [SIDE, STEP] = [32, 16];

/** A sheet's file, and the pixels of its tiles' sides: a texture's tiles stand in a row. */
const SHEETS = { train: ['train.webp', 80], test: ['test.webp', 64] } as const;

/** All patches of a sheet of pixels [H, W, 3]: one of each texture, then the next of each. */
export function patchesOf(sheet: Uint8Array, width: number, tile: number): { images: Uint8Array; labels: Int32Array } {
  const across = (tile - SIDE) / STEP + 1;
  const [tiles, size] = [width / tile, 3 * SIDE * SIDE];
  const count = tiles * across * across;
  const images = new Uint8Array(count * TEXTURES.length * size);
  const labels = new Int32Array(count * TEXTURES.length);
  for (let patch = 0; patch < count; patch++) {
    const within = Math.floor(patch / tiles);
    const left = (patch % tiles) * tile + (within % across) * STEP;
    for (let row = 0; row < TEXTURES.length; row++) {
      const top = row * tile + Math.floor(within / across) * STEP;
      const index = patch * TEXTURES.length + row;
      labels[index] = row;
      for (let y = 0; y < SIDE; y++) {
        for (let x = 0; x < SIDE; x++) {
          const from = ((top + y) * width + left + x) * 3;
          const to = index * size + y * SIDE + x;
          for (let c = 0; c < 3; c++) images[to + c * SIDE * SIDE] = sheet[from + c] ?? 0;
        }
      }
    }
  }
  return { images, labels };
}

/** Patches to train with, or to test with, which come from other parts of the photographs. */
export async function texturesOf(folder: string, { train = true }: { train?: boolean } = {}): Promise<Textures> {
  const [file, tile] = SHEETS[train ? 'train' : 'test'];
  const picture = await vision.io.readImage(new URL(file, folder).href);
  const { images, labels } = patchesOf((await picture.data()) as Uint8Array, picture.size(1), tile);
  return {
    images: tensor(images, { dtype: 'uint8' }).view([-1, 3, SIDE, SIDE]),
    labels: tensor(labels, { dtype: 'int32' }),
    names: TEXTURES,
  };
}
