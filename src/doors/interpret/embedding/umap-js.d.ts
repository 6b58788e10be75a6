// The parts of the package umap-js that are used, so that the types of `umap` stand without it.
declare module 'umap-js' {
  export class UMAP {
    constructor(settings: {
      nComponents: number;
      nNeighbors: number;
      minDist: number;
      spread: number;
      nEpochs?: number;
      random: () => number;
    });
    /** `onEpoch` ends the run where it gives false. */
    fitAsync(points: number[][], onEpoch: (epoch: number) => boolean): Promise<number[][]>;
  }
}
