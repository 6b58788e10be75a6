// What a page keeps for the next visit, for a test that closes it at any moment.
import * as torch from 'lamplight';

/** What a visit finds. */
export interface Found {
  readonly names: readonly string[];
  readonly size: number;
  /** The numbers in it, each once. */
  readonly values: readonly number[];
}

declare global {
  interface Window {
    /** Loads weights by their address: the numbers, or the error's name and message. */
    fetchWeights(url: string): Promise<number[] | string>;
    /** Saves one checkpoint after another under one name, for ever. */
    saveOn(size: number): void;
    /** Checkpoints saved by `saveOn` so far. */
    saved: number;
    find(): Promise<Found>;
    remove(): Promise<boolean>;
  }
}

const store = new torch.CheckpointStore('test');

window.fetchWeights = async (url) => {
  try {
    const state = await torch.hub.loadStateDictFromUrl(url, { checkHash: true, progress: false });
    return (await state.w!.tolist()) as number[];
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
