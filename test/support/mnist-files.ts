// Small files in MNIST's format, with images that tell their labels apart.

function idx(magic: number, sizes: readonly number[], bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(4 + 4 * sizes.length + bytes.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, magic);
  sizes.forEach((size, i) => {
    view.setUint32(4 + 4 * i, size);
  });
  file.set(bytes, 4 + 4 * sizes.length);
  return file;
}

/** Images and labels of one half of the set. */
export function mnistImages(
  count: number,
  seed = 1,
): { images: Uint8Array<ArrayBuffer>; labels: Uint8Array<ArrayBuffer> } {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const pixels = new Uint8Array(count * 784);
  const labels = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    const label = Math.floor(random() * 10);
    labels[n] = label;
    // A bright bar whose row is the label's, on dim noise.
    for (let i = 0; i < 784; i++) {
      const row = Math.floor(i / 28);
      pixels[784 * n + i] = row >> 1 === label + 2 ? 200 + random() * 55 : random() * 40;
    }
  }
  return { images: idx(0x803, [count, 28, 28], pixels), labels: idx(0x801, [count], labels) };
}

/** The four files by their names. */
export function mnistFiles(trainCount: number, testCount: number): Record<string, Uint8Array<ArrayBuffer>> {
  const train = mnistImages(trainCount, 1);
  const test = mnistImages(testCount, 2);
  return {
    'train-images-idx3-ubyte': train.images,
    'train-labels-idx1-ubyte': train.labels,
    't10k-images-idx3-ubyte': test.images,
    't10k-labels-idx1-ubyte': test.labels,
  };
}
