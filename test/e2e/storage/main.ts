// What a page keeps for the next visit, for a test that closes it at any moment.
import * as torch from 'lamplight';
import { datasets, models } from 'lamplight/vision';

/** What a visit finds. */
export interface Found {
  readonly names: readonly string[];
  readonly size: number;
  /** The numbers in it, each once. */
  readonly values: readonly number[];
}

export type DatasetKind = 'MNIST' | 'CIFAR10' | 'QuickDraw';

/** What a visit makes of a data set at an address. */
export interface Opened {
  readonly length: number;
  /** The labels of the first ten. */
  readonly labels: readonly number[];
  readonly classes: number;
  /** The last progress that was told of each file: bytes that are here, and in all. */
  readonly progress: readonly (readonly [loaded: number, total: number | null])[];
}

declare global {
  interface Window {
    /** Loads weights by their address: the numbers, or the error's name and message. */
    fetchWeights(url: string): Promise<number[] | string>;
    /** A network with torchvision's weights from a mirror: its first number, or the error's name and message. */
    networkFrom(mirror: string): Promise<number | string>;
    /** Opens a data set, downloading it: what it is, or the error's name and message. */
    openDataset(kind: DatasetKind, root: string): Promise<Opened | string>;
    /** Saves one checkpoint after another under one name, for ever. */
    saveOn(size: number): void;
    /** Checkpoints saved by `saveOn` so far. */
    saved: number;
    find(): Promise<Found>;
    remove(): Promise<boolean>;
    /** Of the test: a page tells it how much of a download it has read. */
    tellRead?(url: string, loaded: number): Promise<void>;
  }
}

const store = new torch.CheckpointStore('test');

const told = ({ url, loaded }: torch.DownloadProgress): void => void window.tellRead?.(url, loaded);

window.fetchWeights = async (url) => {
  try {
    const state = await torch.hub.loadStateDictFromUrl(url, { checkHash: true, progress: told });
    return (await state.w!.tolist()) as number[];
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

window.networkFrom = async (mirror) => {
  models.setWeightsMirror(mirror);
  try {
    const network = await models.squeezenet1_1({ weights: 'IMAGENET1K_V1', progress: false });
    const [first] = network.parameters();
    return await first!.flatten().at(0).item();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

window.openDataset = async (kind, root) => {
  const last = new Map<string, readonly [number, number | null]>();
  const options = {
    download: true,
    onProgress: (progress: torch.DownloadProgress) => {
      last.set(progress.url, [progress.loaded, progress.total]);
      told(progress);
    },
  };
  try {
    const open = {
      MNIST: () => datasets.MNIST(root, false, options),
      CIFAR10: () => datasets.CIFAR10(root, false, options),
      QuickDraw: () => datasets.QuickDraw(root, ['violin', 'guitar'], options),
    };
    const set = await open[kind]();
    const labels = Array.from({ length: Math.min(10, set.length) }, (_, i) => set[i]![1]);
    return { length: set.length, labels, classes: set.classes.length, progress: [...last.values()] };
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

window.saved = 0;
window.saveOn = async (size) => {
  for (let i = 1; ; i++) {
    await store.save('last', { w: torch.full([size], i) });
    window.saved = i;
  }
};

window.find = async () => {
  const { w } = await store.load<Record<string, torch.Tensor>>('last');
  return {
    names: (await store.list()).map(({ name }) => name),
    size: w!.numel(),
    values: [...new Set(await w!.data())],
  };
};

window.remove = () => store.remove('last');
