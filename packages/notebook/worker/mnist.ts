// Reads MNIST as the site carries it.
import { type IdxFiles, MnistFiles } from '../mnist/files';

/** Bytes of a header, and of an image. */
const [IMAGES, LABELS, IMAGE] = [16, 8, 28 * 28];

let kept: { readonly folder: string; readonly files: MnistFiles } | null = null;

/** An IDX file of the first `count` of another's elements. */
function firstOf(file: Uint8Array, count: number, header: number, size: number): Uint8Array {
  const first = file.slice(0, header + count * size);
  new DataView(first.buffer).setUint32(4, count);
  return first;
}

/** Images and labels of one half. Pieces that were fetched are kept by the browser, and for later cells. */
export async function mnistFiles(
  folder: string,
  { train = true, limit = Number.POSITIVE_INFINITY }: { train?: boolean; limit?: number } = {},
): Promise<IdxFiles> {
  if (kept?.folder !== folder) kept = { folder, files: new MnistFiles(folder) };
  const { images, labels } = train ? await kept.files.trainFiles(limit) : await kept.files.testFiles();
  const count = Math.min(limit, labels.length - LABELS);
  return { images: firstOf(images, count, IMAGES, IMAGE), labels: firstOf(labels, count, LABELS, 1) };
}
