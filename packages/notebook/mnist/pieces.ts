// How MNIST is laid out on the site: small compressed IDX files, so that a page fetches no more images than it trains on.

export const TRAIN_IMAGES = 60_000;
/** Training images in one file. */
const PIECE = 6000;

/** A file with the training images `from` … `to − 1`. */
export interface Piece {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export const LABELS = 'train-labels-idx1-ubyte.gz';
export const TEST_IMAGES = 't10k-images-idx3-ubyte.gz';
export const TEST_LABELS = 't10k-labels-idx1-ubyte.gz';

/** The files that hold the first `limit` training images, in order. */
export function trainPieces(limit = TRAIN_IMAGES): Piece[] {
  return Array.from({ length: Math.ceil(Math.min(limit, TRAIN_IMAGES) / PIECE) }, (_, i) => {
    const [from, to] = [i * PIECE, (i + 1) * PIECE];
    return { name: `train-images-${from}-${to}-idx3-ubyte.gz`, from, to };
  });
}
