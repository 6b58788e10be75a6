// The names that every cell of a notebook knows without an import. The type checker of cells reads this file, and the worker is held to it.
import type { Tensor } from 'lamplight';
import type { LayerShape } from 'lamplight/interpret';

/** What `show` draws as a picture: a tensor [H, W], [C, H, W], [H, W, C] or [N, C, H, W] with C of 1 or 3, a canvas, pixels, or bytes of a picture's file. */
export type Picture = Tensor | OffscreenCanvas | ImageData | ImageBitmap | Blob;

export interface ShowOptions {
  /** Stands above. */
  title?: string;
  /** A caption for each picture of a grid. */
  labels?: readonly (string | number)[];
  /** How many pictures stand in a row. Default: as many as fit. */
  columns?: number;
  /** Screen pixels for a pixel. Default: as many as make a small picture easy to see. */
  zoom?: number;
  /** Colour map for pictures of one channel, as of `vision.io.draw`. Default: `gray`. */
  cmap?: string | readonly string[];
  /** The values drawn darkest and brightest. Default: the least and the greatest of all pictures that are shown together; 0 and 1 for colours within these. */
  vmin?: number;
  vmax?: number;
}

/**
 * Shows below the cell: a tensor as a picture, a batch [N, C, H, W] or [N, H, W] or a list of pictures as a grid, a canvas as it is now, a list of
 * objects as a table with a column for each of their names. Anything else is written as it prints. A canvas that is shown again takes the place
 * of its first picture. Resolves once it is on the page; a cell that does not await it waits at its end.
 *
 *     show(model.conv1.weight, { title: 'Filters', columns: 8 });
 *     show([{ layer: 'conv1', parameters: 10 }, { layer: 'conv2', parameters: 100 }]);
 */
export declare function show(thing: unknown, options?: ShowOptions): Promise<void>;

/** A row of numbers: a list, a typed array, or a tensor of one dimension. */
export type Numbers = readonly number[] | Float32Array | Float64Array | Int32Array | Uint8Array | Tensor;
/** A line by its upright places, with x counting from 0, or by both. */
export type Points = Numbers | { readonly x: Numbers; readonly y: Numbers };

export interface PlotOptions {
  title?: string;
  /** Names of the axes. */
  x?: string;
  y?: string;
  /** Default: `line`. */
  style?: 'line' | 'points' | 'bars';
  /** Whether the upright axis goes by factors. Default: false. */
  log?: boolean;
  /** Names of the places 0, 1, 2 … along x. */
  ticks?: readonly string[];
}

/** A plot that grows. */
export interface LivePlot {
  /**
   * A point of each line at `x`. Numbers that are on the GPU, as a loss is, may stay there: they are read when the plot is drawn.
   *
   *     curve.add(step, { train: loss, test: testLoss });
   */
  add(x: number, values: Readonly<Record<string, number | Tensor>>): void;
  /** Resolves once all that was added is on the page. */
  drawn(): Promise<void>;
}

/** Draws lines by name, or one without, below the cell: `plot({ train: losses, test: testLosses }, { x: 'epoch' })`. */
export declare function plot(lines: Readonly<Record<string, Points>> | Points, options?: PlotOptions): LivePlot;
/** A plot without a line so far: `const curve = plot({ title: 'Loss', x: 'step' }); curve.add(0, { train: 2.3 })`. */
export declare function plot(options: PlotOptions): LivePlot;

/** A bar of how far a loop is, below the cell: `for (const epoch of progress(range)) …`, also over what is iterated with `for await`. */
export declare function progress<T>(items: Iterable<T>, title?: string): Iterable<T>;
export declare function progress<T>(items: AsyncIterable<T>, title?: string): AsyncIterable<T>;

/**
 * Ends the cell with an error of this message where the condition is false. A condition that is a Promise or a tensor has to be read first.
 *
 *     assert(y.shape[2] === 26, `expected 26 rows, but got ${y.shape[2]}`);
 */
export declare function assert(condition: unknown, message?: string): asserts condition;

/** Takes away what the cell has put out so far. */
export declare function clear(): void;

/** A file that the visitor has added to the notebook, by its name. @throws FileError that asks for it where there is none of this name */
export declare function file(name: string): Promise<File>;
/** The names of the files that the visitor has added. */
export declare function files(): readonly string[];

/** The address of something of this site: `site('data/mnist/')`. */
export declare function site(path: string): string;

/**
 * Files of MNIST as this site carries them, for `vision.datasets.MNIST`: the first `limit` images (default: all 60,000) to train with, or the 10,000 to
 * test with. No more is fetched than is asked for, in pieces of some thousand images.
 *
 *     const trainSet = await vision.datasets.MNIST(await mnist({ train: true, limit: 10_000 }), { transform: new vision.transforms.ToTensor() });
 */
export declare function mnist(options?: {
  train?: boolean;
  limit?: number;
}): Promise<{ readonly images: Uint8Array; readonly labels: Uint8Array }>;

/** The photographs that the site carries. */
export type PhotographName =
  | 'astronaut'
  | 'brick'
  | 'camera'
  | 'chelsea'
  | 'china'
  | 'coffee'
  | 'flower'
  | 'grace_hopper'
  | 'rocket';

/**
 * A photograph as a tensor [3, H, W] of values from 0 to 1.
 *
 *     show(await photograph('chelsea'));
 */
export declare function photograph(name: PhotographName): Promise<Tensor>;

/**
 * Patches of photographs of ten textures, among them brick, grass and gravel: 2,560 to train with, which is the default, or 540 to test with, cut
 * from other parts of the photographs. `images` is uint8 [N, 3, 32, 32], and `labels`, int32 [N], are places in `names`.
 *
 *     const { images, labels, names } = await textures({ train: true });
 */
export declare function textures(options?: {
  train?: boolean;
}): Promise<{ readonly images: Tensor; readonly labels: Tensor; readonly names: readonly string[] }>;

/**
 * EfficientNet-Lite0 as it was trained on ImageNet, 4.9 MB: `weights` for `vision.models.efficientnetLite0`, the `names` of its 1,000 classes, and
 * `prepare`, which makes its input [3, 224, 224] of a photograph.
 *
 *     const { weights, names, prepare } = await pretrained('efficientnetLite0');
 *     const model = await vision.models.efficientnetLite0({ weights });
 *     const scores = model.eval()(prepare(await photograph('china')).unsqueeze(0));
 */
export declare function pretrained(name: 'efficientnetLite0'): Promise<{
  readonly weights: Record<string, Tensor>;
  readonly names: readonly string[];
  prepare(photograph: Tensor): Tensor;
}>;

/** What a file is made of: a text, or bytes. */
export type FileContents = string | Blob | ArrayBuffer | ArrayBufferView;

/**
 * Offers a file below the cell, as a button that saves it on the visitor's disk. One of the same name takes the place of the one before.
 *
 *     download('digits.safetensors', await torch.saveBytes(model.stateDict()));
 */
export declare function download(name: string, contents: FileContents): void;

/** What the panels of one convolution begin with. */
interface OneConvolution {
  /** Numbers of a side of the input, 3 to 12. Default: 7; 5 where gradients are shown. */
  size?: number;
  /** The input's own numbers by rows, in the place of a digit one. */
  input?: readonly (readonly number[])[];
  /** A classic kernel by its name, or the numbers of one by rows. Default: `edges`. */
  kernel?: KernelName | readonly (readonly number[])[];
  /** Default: 1. */
  stride?: number;
  /** Rings of zeros around the input. Default: 0. */
  padding?: number;
}

/** What the panel of a convolution begins with. */
export interface ConvolutionPanel extends OneConvolution {
  /** The distance of the kernel's numbers. Default: 1. */
  dilation?: number;
}

/** What the panel of a convolution's gradients begins with. */
export interface BackwardPanel extends OneConvolution {
  /** The gradient of the output by rows. Default: ones, as for the sum of the output. */
  gradient?: readonly (readonly number[])[];
}

export type KernelName =
  | 'edges'
  | 'level'
  | 'outline'
  | 'sharpen'
  | 'blur'
  | 'gauss'
  | 'emboss'
  | 'identity'
  | 'twice'
  | 'negative';

/**
 * A panel to be touched, below the cell. `convolution`: numbers and a kernel that can be changed; pointing at a number of the output shows the
 * products that it is the sum of. `backward`: the gradients of such a convolution by its input and its kernel, with their products. `channels`: three sheets of input meet three sheets of a kernel, and their maps add up to one. `shift`: a dense and a
 * convolutional network answer to a digit that is moved. `build` and `inside`: pages of the gallery, which begin when they are asked to.
 *
 *     panel('convolution', { size: 7, kernel: 'edges', padding: 1 });
 */
export declare function panel(name: 'convolution', options?: ConvolutionPanel): void;
export declare function panel(name: 'backward', options?: BackwardPanel): void;
export declare function panel(name: 'channels' | 'shift' | 'build' | 'inside'): void;

/** A layer as `layerShapes` tells of it, or by what it does behind the layer before it. */
export type VolumeLayer =
  | LayerShape
  | {
      readonly name: string;
      /** The class of the layer, such as Conv2d. */
      readonly type?: string;
      /** [channels, height, width], or [features]. */
      readonly shape: readonly number[];
      /** Defaults: a kernel of 1, stride 1, padding 0, dilation 1. */
      readonly kernel?: number;
      readonly stride?: number;
      readonly padding?: number;
      readonly dilation?: number;
    };

export interface VolumesOptions {
  /** Stands above. */
  title?: string;
  /** The input's shape without the batch. Default: what the first layer says of it. */
  input?: readonly number[];
}

/**
 * Draws a network as volumes to scale, below the cell: pointing at one shows what a number of it sees of all volumes before it, its receptive field.
 * Layers that change no shape, as activations, are left out, and of many layers those of one shape are drawn as one.
 *
 *     import { layerShapes } from 'lamplight/interpret';
 *     volumes(layerShapes(model, [1, 3, 224, 224]), { title: 'AlexNet', input: [3, 224, 224] });
 */
export declare function volumes(layers: readonly VolumeLayer[], options?: VolumesOptions): void;

/** Small maps, one frame after the other. */
export interface Film {
  /**
   * A frame: maps [out, in, height, width], [count, height, width] or [height, width], always of one shape. They are read while the loop goes on.
   * Beyond some two hundred frames, every second one is kept.
   */
  add(step: number, maps: Tensor): void;
}

/**
 * A film below the cell, with a slider and a button that plays it.
 *
 *     const film = filmOf('Kernels of conv1');
 *     film.add(step, model.conv1.weight);
 */
export declare function filmOf(title?: string): Film;

export interface PadOptions {
  /** Names of the classes, in the order of the scores. Default: the digits. */
  labels?: readonly (string | number)[];
  /** The scores of a drawing [1, 1, 28, 28] of 0 to 1, white on black, before softmax: `(x) => model(x)`. */
  predict: (x: Tensor) => Tensor | Promise<Tensor>;
}

/**
 * A square to draw on, below the cell, and beside it the probabilities that a network gives the drawing, as it is drawn. The network is asked while no
 * cell runs. Call `model.eval()` first where a layer works otherwise while it is trained.
 *
 *     await pad({ labels: [...'0123456789'], predict: (x) => model(x) });
 */
export declare function pad(options: PadOptions): Promise<void>;

/** What the panels of a page are set to. */
export interface Controls<T extends object> extends AsyncIterable<T> {
  /** As they are now. */
  readonly now: T;
}

/**
 * What the panels of a page are set to: `defaults`, with what a panel says in the place of the value of the same name. A loop over it runs for the
 * present state, and again for the newest whenever a panel has changed; where the page has no panels, as a notebook's, it runs once.
 *
 *     for await (const { stride } of controls({ stride: 1 })) await report({ y: nn.functional.conv2d(x, weight, { stride }) });
 */
export declare function controls<T extends object>(defaults: T): Controls<T>;

/**
 * Hands values to the panels of a page: plain data, and tensors, which are read first. Where the page has no panels, each is shown below the cell
 * under its name, in the place of the one before. Resolves once tensors have been read.
 *
 *     await report({ step, loss, filters: model.conv1.weight });
 */
export declare function report(values: Readonly<Record<string, unknown>>): Promise<void>;

/** The canvas that the playground's page shows. Other notebooks have one of 480 × 480 pixels that is shown by `show(canvas)`. */
export declare const canvas: OffscreenCanvas;

/** True at the short setting of a course, false at the full one. */
export declare const short: boolean;

/** Waits so many milliseconds, or until Stop is pressed. */
export declare function sleep(milliseconds: number): Promise<void>;
