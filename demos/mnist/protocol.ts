// What the page and the worker that trains give each other: settings, results, and what is heard of a run.

/** The networks, by their number of parameters. */
export const MODELS = ['simple', 'medium', 'complex'] as const;
export type ModelName = (typeof MODELS)[number];
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

/** What the worker is doing. `lost`: it is no more, and the page starts another to go on. */
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

/** How far training is. */
export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

/** Losses and accuracies of steps that follow each other. */
export interface Steps {
  /** Steps since the beginning of the run, before these. */
  readonly first: number;
  /** Mean loss of each step's batch. */
  readonly losses: readonly number[];
  readonly accuracies: readonly number[];
  readonly stepsPerEpoch: number;
}

/** What the page hears of a run while it goes on. */
export interface Watcher {
  /** Bytes of MNIST that have come over the network so far. */
  fetched(bytes: number): void;
  /** `samples`: one test image of each digit, in order. */
  loaded(adapter: string, software: boolean, samples: readonly Float32Array[]): void;
  /** Settings could not be taken, and these still hold. */
  kept(settings: Hyperparameters): void;
  /** `trained`: whether the network can be asked, since it has seen a batch or been given weights. */
  phase(phase: Phase, parameters: number | null, trained: boolean): void;
  steps(steps: Steps): void;
  progress(progress: Progress): void;
  epoch(result: EpochResult, checkpoint: Resume): void;
  features(filters: Maps, stages: readonly Maps[]): void;
  /** [label, predicted] counts over the test set, and the wrong ones of which the network is surest, surest first. */
  confusion(counts: Uint32Array, wrong: readonly ReadImage[]): void;
  gpu(numbers: GpuNumbers): void;
  /** Something failed beside what was asked for. */
  failed(error: unknown): void;
}
