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

export type PanelData = ConvolutionData | ChannelsData;
