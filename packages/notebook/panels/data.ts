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

export type PanelData = ConvolutionData | ChannelsData | VolumesData;
