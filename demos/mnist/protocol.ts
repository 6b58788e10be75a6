// The messages between the page and the worker that trains: every kind, both ways, and nothing else.

export type ModelName = 'simple' | 'complex';
export type OptimizerName = 'adam' | 'sgd';

/** The sides of an image, and the number of classes. */
export const SIDE = 28;
export const CLASSES = 10;

/** What one training run is made of. */
export interface Hyperparameters {
  readonly model: ModelName;
  readonly optimizer: OptimizerName;
  readonly lr: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly seed: number;
  /** How many of the first training images are used; at most 60,000. */
  readonly limit: number;
}

/** The course's own settings. */
export const COURSE: Hyperparameters = {
  model: 'simple',
  optimizer: 'adam',
  lr: 0.001,
  batchSize: 1000,
  epochs: 5,
  seed: 0,
  limit: 60_000,
};

/** What the worker is doing. `lost` ends it: the page starts another worker to go on. */
export type Phase = 'loading' | 'ready' | 'training' | 'evaluating' | 'paused' | 'finished' | 'lost';

/** Grey-level planes of one size: values are [count, height, width]. */
export interface Maps {
  readonly name: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** One image of the test set, as the network reads it. */
export interface ReadImage {
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** The network's probability for `predicted`. */
  readonly probability: number;
  /** [28, 28] grey levels, 0 to 255. */
  readonly pixels: Uint8Array;
}

/** Results of one epoch: losses are means over images. */
export interface EpochResult {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  readonly seconds: number;
}

/** What one training step asked of WebGPU. */
export interface StepCounters {
  dispatches: number;
  submits: number;
  buffersCreated: number;
  bindGroupsCreated: number;
  pipelinesCreated: number;
}

export interface GpuNumbers {
  readonly liveBytes: number;
  readonly pooledBytes: number;
  readonly peakBytes: number;
  readonly perStep: StepCounters | null;
}

/** Weights to begin with, as safetensors bytes. */
export interface Resume {
  readonly weights: Uint8Array;
  /** Epochs completed, and how many there are to be in all. */
  readonly epoch: number;
  readonly epochs: number;
}

export type ToWorker =
  | { readonly type: 'load'; readonly dataUrl: string; readonly settings: Hyperparameters; readonly resume?: Resume }
  | { readonly type: 'reset'; readonly settings: Hyperparameters }
  | { readonly type: 'train' }
  | { readonly type: 'pause' }
  | { readonly type: 'step' }
  | { readonly type: 'watch'; readonly pixels: Float32Array }
  | { readonly type: 'predict'; readonly id: number; readonly pixels: Float32Array }
  | { readonly type: 'pair'; readonly label: number; readonly predicted: number }
  | { readonly type: 'save' }
  | { readonly type: 'open'; readonly file: File };

export type FromWorker =
  /** Bytes of MNIST that have come over the network so far. */
  | { readonly type: 'fetched'; readonly bytes: number }
  | {
      readonly type: 'loaded';
      readonly adapter: string;
      readonly software: boolean;
      /** One test image of each digit, in order. */
      readonly samples: readonly Float32Array[];
    }
  /** Settings could not be taken, and these still hold. */
  | { readonly type: 'kept'; readonly settings: Hyperparameters }
  | {
      readonly type: 'phase';
      readonly phase: Phase;
      readonly model: ModelName;
      readonly parameters: number | null;
      /** Whether the network can be asked: it has seen a batch or been given weights. */
      readonly trained: boolean;
    }
  | {
      readonly type: 'steps';
      /** Steps since the beginning of the run, before these. */
      readonly first: number;
      /** Mean loss of each step's batch. */
      readonly losses: readonly number[];
      readonly accuracies: readonly number[];
      readonly stepsPerEpoch: number;
    }
  | {
      readonly type: 'progress';
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      readonly steps: number;
      readonly imagesPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly type: 'epoch'; readonly result: EpochResult; readonly checkpoint: Resume }
  | { readonly type: 'features'; readonly filters: Maps; readonly stages: readonly Maps[] }
  | {
      readonly type: 'confusion';
      /** [label, predicted] counts over the test set. */
      readonly counts: Uint32Array;
      /** The wrong ones of which the network is surest, surest first. */
      readonly wrong: readonly ReadImage[];
    }
  | { readonly type: 'pair'; readonly label: number; readonly predicted: number; readonly images: readonly ReadImage[] }
  | { readonly type: 'prediction'; readonly id: number; readonly probabilities: Float32Array | null }
  | { readonly type: 'saved'; readonly fileName: string; readonly weights: Uint8Array }
  | { readonly type: 'opened'; readonly fileName: string; readonly model: ModelName }
  | { readonly type: 'gpu'; readonly numbers: GpuNumbers }
  | { readonly type: 'error'; readonly name: string; readonly message: string; readonly fatal: boolean };
