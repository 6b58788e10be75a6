// Declares the parts of the package umap-js that `umap` uses, so that type-checking does not need the package.
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
    /** If `onEpoch` returns false, the run ends. */
    fitAsync(points: number[][], onEpoch: (epoch: number) => boolean): Promise<number[][]>;
  }
}
