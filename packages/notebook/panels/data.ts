// What panels inside lessons are drawn from: plain data, which a recording keeps as it stands.

/** A kernel that slides over numbers. */
export interface ConvolutionData {
  readonly panel: 'convolution';
  /** Numbers of a side of the input, and the numbers by rows. */
  readonly size: number;
  readonly input: readonly number[];
  /** Numbers of a side of the kernel, and its numbers by rows. */
  readonly side: number;
  readonly kernel: readonly number[];
  /** The classic kernel that it is; '' for one's own. */
  readonly name: string;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

/** A convolution and its gradients. */
export interface BackwardData {
  readonly panel: 'backward';
  readonly size: number;
  readonly input: readonly number[];
  readonly side: number;
  readonly kernel: readonly number[];
  readonly stride: number;
  readonly padding: number;
  /** The gradient of the output, by rows. */
  readonly gradient: readonly number[];
}

/** Three sheets of input that become one map. */
export interface ChannelsData {
  readonly panel: 'channels';
  readonly size: number;
  readonly inputs: readonly (readonly number[])[];
  readonly side: number;
  readonly kernels: readonly (readonly number[])[];
  readonly bias: number;
}

/** What a number of a layer sees of the input, by rows and columns. */
export interface Field {
  readonly size: readonly number[];
  /** How far the fields of neighbours are from each other. */
  readonly stride: readonly number[];
  /** Where the first one begins; below nought in the padding. */
  readonly start: readonly number[];
}

export interface Volume {
  readonly name: string;
  /** The class of the layer, such as Conv2d. */
  readonly type: string;
  /** [channels, height, width], or [features]. */
  readonly shape: readonly number[];
  /** `all`: the whole input. Null where that is not known. */
  readonly field: Field | 'all' | null;
  /** Layers of the same shape that it stands for. */
  readonly count: number;
}

/** A network as volumes: the input first. */
export interface VolumesData {
  readonly panel: 'volumes';
  readonly title: string;
  readonly volumes: readonly Volume[];
}

/** Small maps, one after the other in time. */
export interface FilmData {
  readonly panel: 'film';
  readonly title: string;
  /** Maps of each frame, and how many stand in a row. */
  readonly count: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
  /** The value that is coloured fully: the greatest magnitude of all frames. */
  readonly range: number;
  /** Values as shares of the range, −127 to 127, map by map. */
  readonly frames: readonly { readonly step: number; readonly values: readonly number[] }[];
  /** Maps that there would be, of which the first are shown. */
  readonly of: number;
}

/** Pictures of one size, one after the other in time. */
export interface ReelData {
  readonly panel: 'reel';
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** Milliseconds of a frame. */
  readonly interval: number;
  /** Begins again behind the last frame. */
  readonly repeats: boolean;
  /** Addresses that hold the pictures themselves. */
  readonly frames: readonly string[];
}

/** A square to draw on, and what a network says of the drawing. */
export interface PadData {
  readonly panel: 'pad';
  /** By which the worker knows who is asked. */
  readonly asked: number;
  readonly labels: readonly string[];
  /** Whether it is digits that are drawn: then there are examples. */
  readonly isDigits: boolean;
  /** The example that is drawn first, and its probabilities; none where there is no example. */
  readonly example: number | null;
  readonly probabilities: readonly number[];
}

/** A picture that is moved, and what two networks say of it. */
export interface ShiftData {
  readonly panel: 'shift';
  readonly digit: number;
  /** Pixels that it is moved to the right and down. */
  readonly across: number;
  readonly down: number;
  /** 28 × 28 values of 0 to 1, moved. */
  readonly picture: readonly number[];
  readonly dense: readonly number[];
  readonly convolutional: readonly number[];
  readonly counts: { readonly dense: number; readonly convolutional: number };
  /** Shares of digits that are named right, by pixels that all are moved to the right. */
  readonly right: { readonly dense: readonly number[]; readonly convolutional: readonly number[] };
  readonly tested: number;
}

/** A page of the gallery, which is opened in its place when it is asked for. */
export interface PageData {
  readonly panel: 'page';
  /** The folder that it lies in. */
  readonly name: string;
  readonly title: string;
  /** What its recorded picture shows. */
  readonly alt: string;
}

/** Asks whoever the worker knows by a number for the probabilities of a drawing. `waits` is called at once where the answer has to wait for a cell that runs. */
export type Ask = (asked: number, values: Float32Array, waits: () => void) => Promise<Answer>;

/** What was answered; `gone` where the worker that knew whom to ask is no more. */
export type Answer =
  | { readonly probabilities: readonly number[] }
  | { readonly problem: string }
  | { readonly gone: true };

export type PanelData =
  | ConvolutionData
  | BackwardData
  | ChannelsData
  | VolumesData
  | FilmData
  | ReelData
  | PadData
  | ShiftData
  | PageData;

/** A panel that is alive. */
export interface Life {
  /** Has it show newer data, where it is one that grows. */
  update?(data: PanelData): void;
  end(): void;
}
